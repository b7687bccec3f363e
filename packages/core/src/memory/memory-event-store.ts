/**
 * The reference event store: what the contract means, in the fewest lines. For tests and for trying things out; a
 * process's end is its end.
 */
import { ClosedError, StreamDeletedError } from '../errors.ts';
import type { EventData, StoredEvent } from '../event/event.ts';
import { assertExpectedRevision, type ExpectedRevision, type Position, type Revision } from '../event/revision.ts';
import { assertStreamName } from '../event/stream-name.ts';
import type { Clock } from '../shared/clock.ts';
import { Turns } from '../shared/turns.ts';
import { assertDeletable, assertReadOn, type StreamState, visibleFrom } from '../store/append-rules.ts';
import type { CommandRecord } from '../store/command-log.ts';
import { filterTest } from '../store/event-filter.ts';
import { type EventPages, eventPages } from '../store/event-pages.ts';
import type {
  AppendOptions,
  AppendResult,
  EventStore,
  ReadAllOptions,
  ReadStreamOptions,
  StreamAppend,
  StreamMetadata,
  StreamMetadataChanges,
  SubscribeToAllOptions,
  SubscribeToStreamOptions,
  Subscription,
} from '../store/event-store.ts';
import { type Look, pullSubscription } from '../store/pull-subscription.ts';
import {
  assertOptions,
  assertReadAllOptions,
  assertReadOptions,
  assertSubscribeOptions,
} from '../store/read-options.ts';
import { changedMetadata, metadataChanges } from '../store/stream-metadata.ts';
import type { MemoryAppender } from './memory-appender.ts';
import type { MemoryLog } from './memory-log.ts';
import { MemoryPage } from './memory-page.ts';
import type { MemoryTransactions } from './memory-transactions.ts';

/** So many positions are looked at at a time. */
const searchWindow = 256;

export class MemoryEventStore implements EventStore {
  readonly capabilities = {
    multiStreamAppend: true,
    densePositions: true,
    commandLog: true,
    inlineProjections: true,
    maxAppendBytes: 16 * 1024 * 1024,
  };
  #closed = false;

  constructor(
    private readonly log: MemoryLog,
    private readonly appender: MemoryAppender,
    private readonly transactions: MemoryTransactions,
    private readonly clock: Clock,
  ) {}

  async logId(): Promise<string> {
    this.assertOpen();
    return this.log.id;
  }

  async head(): Promise<Position> {
    this.assertOpen();
    return this.log.head;
  }

  async append(streamName: string, events: readonly EventData[], options: AppendOptions): Promise<AppendResult> {
    const { expectedRevision, revive, command } = options ?? {};
    const [result] = await this.#append([{ streamName, events, expectedRevision, revive }], command);
    return result as AppendResult;
  }

  async appendToStreams(
    appends: readonly StreamAppend[],
    options?: { command?: CommandRecord },
  ): Promise<readonly AppendResult[]> {
    return this.#append(appends, options?.command);
  }

  #append(appends: readonly StreamAppend[], command: CommandRecord | undefined): Promise<readonly AppendResult[]> {
    this.assertOpen();
    return this.appender.append(appends, command, this.capabilities.maxAppendBytes);
  }

  readStream(streamName: string, options: ReadStreamOptions = {}): EventPages {
    this.assertOpen();
    assertStreamName(streamName);
    assertReadOptions(options);
    return eventPages(() => this.#readStream(streamName, options));
  }

  async *#readStream(streamName: string, options: ReadStreamOptions): AsyncGenerator<readonly StoredEvent[], void> {
    const { direction = 'forwards', signal, limit = Number.POSITIVE_INFINITY } = options;
    const state = this.log.state(streamName);
    const { first, since } = visibleFrom(state, this.clock.now().getTime());
    const head = state.head ?? -1;
    const step = direction === 'forwards' ? 1 : -1;
    const start = step === 1 ? Math.max(options.from ?? 0, first) : Math.min(options.from ?? head, head);
    const at = (revision: Revision) => (revision < first ? undefined : this.log.inStream(streamName, revision));
    const assertThere = () => assertReadOn(this.log.state(streamName), state.revivedAt);
    const wanted = (event: StoredEvent) => event.recordedTime >= since;
    yield* this.#pages({ start, step, at, limit, signal, wanted, assertThere });
  }

  readAll(options: ReadAllOptions = {}): EventPages {
    this.assertOpen();
    assertReadAllOptions(options);
    const { direction = 'forwards', from = 1, before, filter, limit = Number.POSITIVE_INFINITY, signal } = options;
    const wanted = filterTest(filter);
    const step = direction === 'forwards' ? 1 : -1;
    return eventPages(() => {
      const start = step === 1 ? Math.max(from, 1) : Math.min((before ?? this.log.head + 1) - 1, this.log.head);
      return this.#pages({ start, step, at: (position) => this.log.at(position), limit, signal, wanted });
    });
  }

  async *#pages(reading: {
    readonly start: number;
    readonly step: 1 | -1;
    readonly at: (place: number) => StoredEvent | undefined;
    readonly limit: number;
    readonly signal: AbortSignal | undefined;
    readonly wanted: (event: StoredEvent) => boolean;
    readonly assertThere?: () => void;
  }): AsyncGenerator<readonly StoredEvent[], void> {
    const { step, at, signal, wanted, assertThere } = reading;
    let left = reading.limit;
    let place = reading.start;
    const turns = new Turns();
    for (let event = at(place); left > 0 && event !== undefined; ) {
      signal?.throwIfAborted();
      this.assertOpen();
      assertThere?.();
      const page = new MemoryPage(left);
      for (; event !== undefined && page.hasRoomFor(event); place += step, event = at(place)) {
        if (wanted(event)) page.add(event);
      }
      left -= page.events.length;
      if (page.events.length > 0) yield page.events;
      if (turns.isDue) await turns.give();
    }
    signal?.throwIfAborted();
  }

  subscribeToStream(streamName: string, options: SubscribeToStreamOptions = {}): Subscription {
    this.assertOpen();
    assertStreamName(streamName);
    assertSubscribeOptions(options);
    const { after, signal } = options;
    let next = after === undefined ? 0 : after + 1;
    let begun = false;
    const look = (): Look => {
      const state = this.log.state(streamName);
      if (state.tombstone) throw new StreamDeletedError(streamName, true);
      const missing = state.head === undefined || state.deleted;
      const { first, since } = missing ? { first: 0, since: 0 } : visibleFrom(state, this.clock.now().getTime());
      const page = new MemoryPage();
      next = Math.max(next, first);
      let reached = begun || missing ? undefined : this.log.inStream(streamName, next - 1);
      begun = true;
      const event = () => (missing ? undefined : this.log.inStream(streamName, next));
      for (let each = event(); each !== undefined && page.hasRoomFor(each); each = event()) {
        if (each.recordedTime >= since) page.add(each);
        reached = each;
        next += 1;
      }
      return { events: page.events, reached, atEnd: missing || next > (state.head ?? -1) };
    };
    return pullSubscription(this.#source(look), 0, signal);
  }

  subscribeToAll(options: SubscribeToAllOptions = {}): Subscription {
    this.assertOpen();
    assertSubscribeOptions(options);
    const { after = 0, filter, signal } = options;
    const wanted = filterTest(filter);
    let begun = false;
    const look = (from: Position): Look => {
      const page = new MemoryPage();
      let reached = begun ? undefined : this.log.at(from);
      begun = true;
      let position = from;
      for (const end = Math.min(this.log.head, from + searchWindow); position < end; position += 1) {
        const event = this.log.at(position + 1) as StoredEvent;
        if (!page.hasRoomFor(event)) break;
        if (wanted(event)) page.add(event);
        reached = event;
      }
      return { events: page.events, reached, atEnd: position >= this.log.head };
    };
    return pullSubscription(this.#source(look), after, signal);
  }

  #source(look: (after: Position) => Look) {
    const { changed } = this.log;
    const isClosed = () => this.#closed;
    return {
      look,
      seen: () => changed.count,
      wait: (seen: number, signal: AbortSignal) => changed.wait(seen, signal),
      get closed() {
        return isClosed();
      },
    };
  }

  async deleteStream(streamName: string, options: { expectedRevision?: ExpectedRevision } = {}): Promise<void> {
    this.assertOpen();
    assertStreamName(streamName);
    assertOptions(options);
    const { expectedRevision = 'any' } = options;
    assertExpectedRevision(expectedRevision);
    await this.transactions.run(() => {
      assertDeletable(this.log.state(streamName), expectedRevision, false);
      this.log.changeState(streamName, (state) => ({ ...state, deleted: true }));
    });
  }

  async tombstoneStream(streamName: string, options: { expectedRevision?: ExpectedRevision } = {}): Promise<void> {
    this.assertOpen();
    assertStreamName(streamName);
    assertOptions(options);
    const { expectedRevision = 'any' } = options;
    assertExpectedRevision(expectedRevision);
    await this.transactions.run(() => {
      assertDeletable(this.log.state(streamName), expectedRevision, true);
      this.log.changeState(streamName, (state) => ({ ...state, tombstone: true }));
    });
    this.log.changed.notify();
  }

  async readStreamMetadata(streamName: string): Promise<StreamMetadata> {
    this.assertOpen();
    assertStreamName(streamName);
    const { streamName: _, head: __, deleted: ___, tombstone, ...metadata } = this.log.state(streamName);
    if (tombstone) throw new StreamDeletedError(streamName, true);
    return structuredClone(metadata);
  }

  async changeStreamMetadata(streamName: string, changes: StreamMetadataChanges): Promise<void> {
    this.assertOpen();
    assertStreamName(streamName);
    const taken = metadataChanges(changes);
    await this.transactions.run(() => {
      const state = this.log.state(streamName);
      if (state.tombstone) throw new StreamDeletedError(streamName, true);
      const changed = changedMetadata(state, taken);
      this.log.changeState(streamName, () => changed as StreamState);
    });
  }

  isUnchanged(streamName: string, revision: Revision): boolean {
    const { head, deleted, tombstone, truncateBefore = 0, maxAge } = this.log.state(streamName);
    return head === revision && maxAge === undefined && !deleted && !tombstone && truncateBefore <= revision;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.log.changed.notify();
  }

  /** Throws `ClosedError`. */
  assertOpen(): void {
    if (this.#closed) throw new ClosedError('the memory store');
  }
}
