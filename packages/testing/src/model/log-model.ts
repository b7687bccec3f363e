/**
 * A log as a plain list of events: slow, in one piece, and sharing no code with the stores' own rules, so that a mistake
 * there is not made here too. Stores are compared with it.
 */
import {
  type AppendResult,
  type Clock,
  type EventData,
  type EventFilter,
  type EventStore,
  type ExpectedRevision,
  type ReadAllOptions,
  type ReadStreamOptions,
  StoredEvent,
  type StreamAppend,
  type StreamMetadata,
  type StreamMetadataChanges,
} from '@tidemark/core';

/** What the model can do, and the part of a store that is compared with it. */
export type ComparedLog = Pick<
  EventStore,
  | 'append'
  | 'appendToStreams'
  | 'deleteStream'
  | 'tombstoneStream'
  | 'readStreamMetadata'
  | 'changeStreamMetadata'
  | 'head'
> & {
  readStream(streamName: string, options?: ReadStreamOptions): AsyncIterable<StoredEvent>;
  readAll(options?: ReadAllOptions): AsyncIterable<StoredEvent>;
};

interface Marks {
  readonly deleted?: boolean;
  readonly tombstone?: boolean;
  readonly metadata: StreamMetadata;
}

type Expecting = { readonly expectedRevision: ExpectedRevision; readonly revive?: boolean | undefined };

/** The model refuses with what every store has to refuse with: an error of this code. */
class Refused extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

export class LogModel implements ComparedLog {
  #log: readonly StoredEvent[] = [];
  #marks: ReadonlyMap<string, Marks> = new Map();

  constructor(private readonly clock: Clock) {}

  async head(): Promise<number> {
    return this.#log.length;
  }

  async append(
    streamName: string,
    events: readonly EventData[],
    { expectedRevision, revive }: Expecting,
  ): Promise<AppendResult> {
    const { deleted, tombstone, metadata } = this.#marksOf(streamName);
    const stored = this.streamOf(streamName);
    const result = (revision: number, repeated: boolean): AppendResult => {
      const position = events.length > 0 ? this.streamOf(streamName)[revision]?.position : undefined;
      return { streamName, revision: revision < 0 ? undefined : revision, position, repeated };
    };
    if (tombstone) throw new Refused('STREAM_DELETED');
    if (expectedRevision === 'stream_exists') {
      if (deleted) throw new Refused('STREAM_DELETED');
      if (stored.length === 0 && Object.keys(metadata).length === 0) throw new Refused('WRONG_EXPECTED_REVISION');
    } else if (expectedRevision !== 'any') {
      const first = expectedRevision === 'no_stream' ? 0 : expectedRevision + 1;
      const there = stored.slice(first, first + events.length).map(({ eventId }) => eventId);
      const begins = there[0] === events[0]?.eventId;
      if (first > stored.length) throw new Refused('WRONG_EXPECTED_REVISION');
      if (first < stored.length) {
        if (events.length > 0 && events.every(({ eventId }, index) => eventId === there[index])) {
          return result(first + events.length - 1, true);
        }
        const revives = deleted && expectedRevision === 'no_stream' && events.length > 0 && !begins;
        if (!revives) throw new Refused('WRONG_EXPECTED_REVISION');
      }
    }
    if (deleted && revive === false) throw new Refused('STREAM_DELETED');
    this.#write(streamName, events);
    return result(stored.length + events.length - 1, false);
  }

  async appendToStreams(appends: readonly StreamAppend[]): Promise<readonly AppendResult[]> {
    const before = { log: this.#log, marks: this.#marks };
    try {
      if (new Set(appends.map(({ streamName }) => streamName)).size < appends.length)
        throw new Refused('INVALID_ARGUMENT');
      const results: AppendResult[] = [];
      for (const { streamName, events, ...expecting } of appends) {
        results.push(await this.append(streamName, events, expecting));
      }
      const kinds = new Set(results.filter(({ position }) => position !== undefined).map(({ repeated }) => repeated));
      if (kinds.size > 1) throw new Refused('WRONG_EXPECTED_REVISION');
      return results;
    } catch (error) {
      this.#log = before.log;
      this.#marks = before.marks;
      throw error;
    }
  }

  async *readStream(streamName: string, options: ReadStreamOptions = {}): AsyncGenerator<StoredEvent> {
    const { direction = 'forwards', from, limit } = options;
    const { deleted, tombstone, metadata } = this.#marksOf(streamName);
    const stored = this.streamOf(streamName);
    if (tombstone) throw new Refused('STREAM_DELETED');
    if (deleted || stored.length === 0) throw new Refused('STREAM_NOT_FOUND');
    const { truncateBefore = 0, revivedAt = 0, maxCount = stored.length, maxAge } = metadata;
    const oldest = maxAge === undefined ? 0 : this.clock.now().getTime() - maxAge * 1_000;
    const visible = stored.filter(
      ({ revision, recordedTime }) =>
        revision >= Math.max(truncateBefore, revivedAt, stored.length - maxCount) && recordedTime >= oldest,
    );
    yield* direction === 'forwards'
      ? visible.filter(({ revision }) => revision >= (from ?? 0)).slice(0, limit)
      : visible
          .filter(({ revision }) => revision <= (from ?? stored.length))
          .toReversed()
          .slice(0, limit);
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<StoredEvent> {
    const { direction = 'forwards', from = 0, before = this.#log.length + 1, filter, limit } = options;
    const matching = this.#log.filter((event) => matches(event, filter));
    yield* direction === 'forwards'
      ? matching.filter(({ position }) => position >= from).slice(0, limit)
      : matching
          .filter(({ position }) => position < before)
          .toReversed()
          .slice(0, limit);
  }

  async deleteStream(streamName: string, { expectedRevision = 'any' }: Partial<Expecting> = {}): Promise<void> {
    const marks = this.#marksOf(streamName);
    if (marks.tombstone) throw new Refused('STREAM_DELETED');
    if (this.streamOf(streamName).length === 0 || !this.#stands(streamName, expectedRevision)) {
      throw new Refused('WRONG_EXPECTED_REVISION');
    }
    this.#mark(streamName, { ...marks, deleted: true });
  }

  async tombstoneStream(streamName: string, { expectedRevision = 'any' }: Partial<Expecting> = {}): Promise<void> {
    const marks = this.#marksOf(streamName);
    if (marks.tombstone) throw new Refused('STREAM_DELETED');
    if (!this.#stands(streamName, expectedRevision)) throw new Refused('WRONG_EXPECTED_REVISION');
    this.#mark(streamName, { ...marks, tombstone: true });
  }

  async readStreamMetadata(streamName: string): Promise<StreamMetadata> {
    const { tombstone, metadata } = this.#marksOf(streamName);
    if (tombstone) throw new Refused('STREAM_DELETED');
    return metadata;
  }

  async changeStreamMetadata(streamName: string, changes: StreamMetadataChanges): Promise<void> {
    const marks = this.#marksOf(streamName);
    if (marks.tombstone) throw new Refused('STREAM_DELETED');
    const changed = Object.entries({ ...marks.metadata, ...changes }).filter(([, value]) => value !== null);
    this.#mark(streamName, { ...marks, metadata: Object.fromEntries(changed) });
  }

  /** Every event of the stream, hidden or not. */
  streamOf(streamName: string): readonly StoredEvent[] {
    return this.#log.filter((event) => event.streamName === streamName);
  }

  #stands(streamName: string, expected: ExpectedRevision): boolean {
    const count = this.streamOf(streamName).length;
    if (expected === 'any') return true;
    if (expected === 'no_stream') return count === 0 || this.#marksOf(streamName).deleted === true;
    if (expected === 'stream_exists') return count > 0;
    return expected === count - 1;
  }

  #write(streamName: string, events: readonly EventData[]): void {
    const marks = this.#marksOf(streamName);
    const revision = this.streamOf(streamName).length;
    if (marks.deleted && events.length > 0) {
      const metadata = { ...marks.metadata, truncateBefore: revision, revivedAt: revision };
      this.#mark(streamName, { deleted: false, metadata });
    }
    const [category = ''] = streamName.split('-', 1);
    const written = events.map(({ eventId, type, data, metadata = null }, index) => {
      const position = this.#log.length + 1 + index;
      const time = this.clock.now().getTime();
      return new StoredEvent(eventId, type, data, metadata, streamName, category, revision + index, position, time);
    });
    this.#log = [...this.#log, ...written];
  }

  #marksOf(streamName: string): Marks {
    return this.#marks.get(streamName) ?? { metadata: {} };
  }

  #mark(streamName: string, marks: Marks): void {
    this.#marks = new Map(this.#marks).set(streamName, marks);
  }
}

function matches(event: StoredEvent, filter: EventFilter = {}): boolean {
  const { categories, types, prefixes } = filter;
  if (categories !== undefined && !categories.includes(event.category)) return false;
  if (types !== undefined && !types.includes(event.type)) return false;
  return prefixes === undefined || prefixes.some((prefix) => event.streamName.startsWith(prefix));
}
