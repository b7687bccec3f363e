/** The store contract on a server: checks what it is given, and hands it on. */
import {
  type AppendOptions,
  type AppendResult,
  assertAppend,
  assertAppends,
  assertExpectedRevision,
  assertOptions,
  assertReadAllOptions,
  assertReadOptions,
  assertSubscribeOptions,
  type CommandRecord,
  changedMetadata,
  type EventData,
  type EventPages,
  type EventStore,
  type ExpectedRevision,
  eventPages,
  metadataChanges,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type StoreCapabilities,
  type StoreCondition,
  type StreamAppend,
  type StreamMetadata,
  type StreamMetadataChanges,
  type SubscribeToAllOptions,
  type SubscribeToStreamOptions,
  type Subscription,
  UnsupportedError,
} from '@tidemark/core';
import { Appender } from './appender.ts';
import { Deleter } from './deleter.ts';
import { Feed } from './feed.ts';
import { HiddenEvents } from './hidden-events.ts';
import { JustRead } from './just-read.ts';
import { KnownPositions } from './known-positions.ts';
import { LogId } from './log-id.ts';
import { LogReader } from './log-reader.ts';
import { assertEvents, assertUsable } from './names.ts';
import type { Server } from './server.ts';
import { SeveralStreams } from './several-streams.ts';
import { StreamMarks } from './stream-marks.ts';
import { StreamReader } from './stream-reader.ts';
import { Subscriptions } from './subscriptions.ts';

export class EventStoreDBEventStore implements EventStore {
  readonly capabilities: StoreCapabilities;
  readonly #feed: Feed;
  readonly #marks: StreamMarks;
  readonly #appender: Appender;
  readonly #several: SeveralStreams;
  readonly #deleter: Deleter;
  readonly #log: LogReader;
  readonly #logId: LogId;
  readonly #streams: StreamReader;
  readonly #subscriptions: Subscriptions;
  #closing: Promise<void> | undefined;

  constructor(private readonly server: Server) {
    const isOffered = () => this.#several.isOffered;
    this.capabilities = {
      /** False until client and server have said so. */
      get multiStreamAppend() {
        return isOffered();
      },
      densePositions: false,
      commandLog: false,
      inlineProjections: false,
      maxAppendBytes: server.settings.maxAppendBytes,
    };
    const known: KnownPositions = new KnownPositions(() => this.#log.end());
    const see = (position: Position) => known.see(position);
    const justRead = new JustRead();
    this.#marks = new StreamMarks(server);
    this.#log = new LogReader(server, see);
    this.#appender = new Appender(server, this.#marks, known, justRead, this.#log);
    this.#several = new SeveralStreams(server, this.#appender, this.#marks, known);
    this.#deleter = new Deleter(server, this.#marks, this.#appender, justRead);
    this.#logId = new LogId(server);
    this.#streams = new StreamReader(server, new HiddenEvents(this.#log, this.#marks), justRead);
    this.#feed = new Feed(server, see);
    this.#subscriptions = new Subscriptions(server, this.#log, this.#streams, this.#feed);
  }

  async logId(): Promise<string> {
    this.server.assertOpen();
    return this.#logId.read();
  }

  async head(): Promise<Position> {
    this.server.assertOpen();
    return (await this.#log.head())?.position ?? 0;
  }

  async append(streamName: string, events: readonly EventData[], options: AppendOptions): Promise<AppendResult> {
    this.server.assertOpen();
    assertUsable(streamName);
    const { expectedRevision, revive, command } = options ?? {};
    assertAppend(streamName, events, expectedRevision, this.capabilities.maxAppendBytes);
    assertEvents(events);
    if (command !== undefined) throw withoutCommandLog();
    // The caller may go on changing its array meanwhile.
    const taken = events.slice();
    return this.server.finishing(() => this.#appender.append(streamName, taken, { expectedRevision, revive }));
  }

  /** On a server that offers it, by a client that can; see `capabilities`. Names that differ only in case are refused. */
  async appendToStreams(
    appends: readonly StreamAppend[],
    options: { command?: CommandRecord } = {},
  ): Promise<readonly AppendResult[]> {
    this.server.assertOpen();
    assertAppends(appends, this.capabilities.maxAppendBytes);
    for (const { streamName, events } of appends) {
      assertUsable(streamName);
      assertEvents(events);
    }
    assertOptions(options);
    if (options.command !== undefined) throw withoutCommandLog();
    const taken = appends.map((append) => ({ ...append, events: append.events.slice() }));
    return this.server.finishing(() => this.#several.append(taken));
  }

  /** Finds out what the server can do, for `capabilities`. */
  async ask(): Promise<void> {
    await this.#several.ask();
  }

  readStream(streamName: string, options: ReadStreamOptions = {}): EventPages {
    this.server.assertOpen();
    assertUsable(streamName);
    assertReadOptions(options);
    return eventPages(() => this.#streams.pages(streamName, options));
  }

  readAll(options: ReadAllOptions = {}): EventPages {
    this.server.assertOpen();
    assertReadAllOptions(options);
    return eventPages(() => this.#log.all(options));
  }

  subscribeToStream(streamName: string, options: SubscribeToStreamOptions = {}): Subscription {
    this.server.assertOpen();
    assertUsable(streamName);
    assertSubscribeOptions(options);
    const { after, signal } = options;
    return this.#subscriptions.toStream(streamName, after, signal);
  }

  subscribeToAll(options: SubscribeToAllOptions = {}): Subscription {
    this.server.assertOpen();
    assertSubscribeOptions(options);
    const { after, filter, signal } = options;
    return this.#subscriptions.toAll(filter, after ?? 0, signal);
  }

  async deleteStream(streamName: string, options: { expectedRevision?: ExpectedRevision } = {}): Promise<void> {
    this.server.assertOpen();
    assertUsable(streamName);
    assertOptions(options);
    const { expectedRevision = 'any' } = options;
    assertExpectedRevision(expectedRevision);
    return this.server.finishing(() => this.#deleter.delete(streamName, expectedRevision));
  }

  async tombstoneStream(streamName: string, options: { expectedRevision?: ExpectedRevision } = {}): Promise<void> {
    this.server.assertOpen();
    assertUsable(streamName);
    assertOptions(options);
    const { expectedRevision = 'any' } = options;
    assertExpectedRevision(expectedRevision);
    return this.server.finishing(() => this.#deleter.tombstone(streamName, expectedRevision));
  }

  async readStreamMetadata(streamName: string): Promise<StreamMetadata> {
    this.server.assertOpen();
    assertUsable(streamName);
    return (await this.#marks.read(streamName)).metadata;
  }

  async changeStreamMetadata(streamName: string, changes: StreamMetadataChanges): Promise<void> {
    this.server.assertOpen();
    assertUsable(streamName);
    const taken = metadataChanges(changes);
    return this.server.finishing(() =>
      this.#marks.change(streamName, ({ deleted, metadata }) => ({
        deleted,
        metadata: changedMetadata(metadata, taken),
      })),
    );
  }

  condition(): Promise<StoreCondition> {
    return this.server.condition(this.#feed.resumed);
  }

  close(): Promise<void> {
    this.#subscriptions.close();
    this.#closing ??= this.server.close();
    return this.#closing;
  }
}

function withoutCommandLog(): UnsupportedError {
  return new UnsupportedError('commandLog', 'append without a command record; its events’ ids tell a repeated command');
}
