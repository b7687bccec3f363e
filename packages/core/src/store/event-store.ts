/**
 * The contract of an event store, whole. An adapter's author reads this file, `append-rules.ts` (what an append, a
 * delete and a read mean, as pure functions to call), and binds the conformance suite of `@tidemark/testing`.
 *
 * Whatever a store does, a resolved `append` is durable as its `durability` says, and nothing is ever half written.
 */
import type { EventData, JsonObject, StoredEvent } from '../event/event.ts';
import type { ExpectedRevision, Position, Revision } from '../event/revision.ts';
import type { CommandRecord } from './command-log.ts';
import type { EventFilter } from './event-filter.ts';
import type { EventPages } from './event-pages.ts';

export interface EventStore {
  readonly capabilities: StoreCapabilities;

  /** The log's own name, given when it was created: a checkpoint of another log is recognised by it. */
  logId(): Promise<string>;

  /** The position of the last event; 0 for an empty log. */
  head(): Promise<Position>;

  /**
   * Writes events to a stream: all or none. No events: the expectation is checked and nothing is written.
   * Repeated with the same ids at `no_stream` or the same exact revision it succeeds without writing.
   * Throws `WrongExpectedRevisionError`, `StreamDeletedError`, `StreamNameError`, `ArgumentError`,
   * `AppendTooLargeError`, `CommandHandledError`, `OutcomeUnknownError`, `StoreFailedError`, `ClosedError`.
   */
  append(streamName: string, events: readonly EventData[], options: AppendOptions): Promise<AppendResult>;

  /**
   * Writes to several streams: all or none, all repeated or all new; `maxAppendBytes` is for all of them together. A
   * stream named twice is an `ArgumentError`.
   * Throws `UnsupportedError` where `capabilities.multiStreamAppend` is false.
   */
  appendToStreams(
    appends: readonly StreamAppend[],
    options?: { command?: CommandRecord },
  ): Promise<readonly AppendResult[]>;

  /**
   * A stream's visible events, as they are when reading begins: what is hidden meanwhile is read all the same, and a
   * stream that is deleted meanwhile is read to its end or not read on, but never goes on with what came after a revival.
   * Reading throws `StreamNotFoundError` or `StreamDeletedError`; past the end is empty.
   */
  readStream(streamName: string, options?: ReadStreamOptions): EventPages;

  /** The log, in order of position: hidden and deleted streams' events too. */
  readAll(options?: ReadAllOptions): EventPages;

  /** Each event of the stream after `after`, then each later one. A stream that does not exist yet is waited for. */
  subscribeToStream(streamName: string, options?: SubscribeToStreamOptions): Subscription;

  /** Each matching event of the log after `after`, then each later one. */
  subscribeToAll(options?: SubscribeToAllOptions): Subscription;

  /**
   * Soft delete: the stream reads as missing; writing to it with `no_stream`, `any` or its last revision revives it
   * (unless `revive` is false), and its revisions go on. Throws `WrongExpectedRevisionError` for a stream that was never written.
   */
  deleteStream(streamName: string, options?: { expectedRevision?: ExpectedRevision }): Promise<void>;

  /** Deletes for good, also what does not exist yet: every later use is a `StreamDeletedError`. */
  tombstoneStream(streamName: string, options?: { expectedRevision?: ExpectedRevision }): Promise<void>;

  /** Empty for a stream without metadata. */
  readStreamMetadata(streamName: string): Promise<StreamMetadata>;

  /** Changes what is named, leaves the rest, removes what is `null`. */
  changeStreamMetadata(streamName: string, changes: StreamMetadataChanges): Promise<void>;

  /**
   * True only when the store knows, without reading, that `revision` is still the stream's last and all of it is as
   * visible as it was: also with other processes writing. A cache may then be trusted. Absent where it cannot be known.
   */
  isUnchanged?(streamName: string, revision: Revision): boolean;

  /**
   * How the store gets on with the server below it, for `health()`; absent where there is none. Holds no secrets, never
   * rejects, and is soon there, also where the server is away.
   */
  condition?(): StoreCondition | Promise<StoreCondition>;

  /** Finishes what was accepted, ends subscriptions, frees the store. Later calls throw `ClosedError`. Idempotent. */
  close(): Promise<void>;
}

/** How a store gets on with its server. */
export interface StoreCondition {
  /** Where it is connected to, or tries to be. */
  readonly server: string;
  /** The node that it is connected to at this moment, as `host:port`; `undefined` while there is none, or where that cannot be known. */
  readonly node: string | undefined;
  /** Which node leads its cluster, as a node last told; `undefined` where none ever did. */
  readonly leader: StoreLeader | undefined;
  /** How often it had to begin anew: another connection, or another subscription. */
  readonly reconnections: number;
  /** The last error that a call met on its way, also where a later attempt succeeded. */
  readonly lastError: Error | undefined;
}

/** What a node told of its cluster. */
export interface StoreLeader {
  /** The node that led, as `host:port`, in the cluster's own words; `undefined`: none did, as while one is elected. */
  readonly address: string | undefined;
  /** A moment ago while the store is connected; otherwise when it last was. */
  readonly toldAt: Date;
}

/** What a store can do. Where one cannot, the call throws `UnsupportedError`. */
export interface StoreCapabilities {
  readonly multiStreamAppend: boolean;
  /** Positions are 1, 2, 3 …: their difference counts events. */
  readonly densePositions: boolean;
  /** `append` takes a `command` and commits it with the events. */
  readonly commandLog: boolean;
  /** Read models can change in the append's own transaction. */
  readonly inlineProjections: boolean;
  /** The largest append, in bytes of data and metadata together. */
  readonly maxAppendBytes: number;
}

/** What a writer expects of a stream; checked in the append's own transaction. */
export interface Expectation {
  readonly expectedRevision: ExpectedRevision;
  /**
   * `false`: a softly deleted stream is `StreamDeletedError`, whatever is expected, as the writer decided on what it held
   * before. An append that is repeated succeeds all the same. Default: true.
   */
  readonly revive?: boolean | undefined;
}

export interface AppendOptions extends Expectation {
  /** Written in the same transaction; a known command id is `CommandHandledError`, and nothing is written. */
  readonly command?: CommandRecord | undefined;
}

export interface StreamAppend extends Expectation {
  readonly streamName: string;
  readonly events: readonly EventData[];
}

export interface AppendResult {
  readonly streamName: string;
  /** The revision of the last of these events; without events the stream's last, or `undefined` when it has none. */
  readonly revision: Revision | undefined;
  /** The position of the last of these events; `undefined` without events. */
  readonly position: Position | undefined;
  /** True when the events had been written before. */
  readonly repeated: boolean;
}

export interface ReadStreamOptions {
  /** Default: `'forwards'`. */
  readonly direction?: 'forwards' | 'backwards' | undefined;
  /** The first revision to read, inclusive; default: the stream's first, or backwards its last. */
  readonly from?: Revision | undefined;
  /** At most so many events. */
  readonly limit?: number | undefined;
  /** Ends the reading by throwing the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReadAllOptions {
  readonly direction?: 'forwards' | 'backwards' | undefined;
  /** Forwards only: the first position to read, inclusive. */
  readonly from?: Position | undefined;
  /** Backwards only: the position to begin before, exclusive. */
  readonly before?: Position | undefined;
  readonly filter?: EventFilter | undefined;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SubscribeToStreamOptions {
  /** The last revision that was handled already. */
  readonly after?: Revision | undefined;
  /** Ends the subscription quietly. */
  readonly signal?: AbortSignal | undefined;
}

export interface SubscribeToAllOptions {
  /** The last position that was handled already. */
  readonly after?: Position | undefined;
  readonly filter?: EventFilter | undefined;
  /** Ends the subscription quietly. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Pulled by its consumer: asking for the next message says that the one before is handled, so that a slow consumer
 * slows only its own reading, and memory holds one page. Throws what reading throws; `return()` or the signal ends it.
 */
export type Subscription = AsyncIterable<SubscriptionMessage>;

export type SubscriptionMessage =
  /** Some events, in order, at least one: bounded as a page of reading is. */
  | { readonly kind: 'events'; readonly events: readonly StoredEvent[] }
  /**
   * All up to this place was delivered or does not match: a checkpoint may move here. `caughtUp`: there was nothing
   * further at that moment. `eventId` is of the event at `position`, whether it matched or not.
   */
  | { readonly kind: 'progress'; readonly position: Position; readonly eventId: string; readonly caughtUp: boolean }
  /** Sent once, at the beginning, where there is nothing at `after` nor behind it: an empty log, or a place beyond its end. */
  | { readonly kind: 'empty' };

/** What is set on a stream. Truncation hides events from `readStream`; the log still has them. */
export interface StreamMetadata {
  /** Hides the events before this revision. Those before `revivedAt` are hidden in any case. */
  readonly truncateBefore?: Revision;
  /** Hides all but the last so many events. */
  readonly maxCount?: number;
  /** Hides events recorded longer ago than so many seconds. */
  readonly maxAge?: number;
  /** The application's own. */
  readonly custom?: JsonObject;
  /** The first revision after the last revival of a deleted stream. Set by the store. */
  readonly revivedAt?: Revision;
}

export type StreamMetadataChanges = {
  readonly [K in Exclude<keyof StreamMetadata, 'revivedAt'>]?: Exclude<StreamMetadata[K], undefined> | null;
};
