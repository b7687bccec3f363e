/**
 * What appends, deletes and reads mean, as pure functions: a store looks up a stream's state and asks here. The rules
 * are EventStoreDB's own (`IndexWriter.CheckCommit`, 23.10), so that an application may move there unchanged.
 */
import {
  AppendTooLargeError,
  ArgumentError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedRevisionError,
} from '../errors.ts';
import { assertArray } from '../event/argument-kinds.ts';
import type { EventData } from '../event/event.ts';
import { assertTexts } from '../event/event-data.ts';
import { assertExpectedRevision, type ExpectedRevision, type Revision } from '../event/revision.ts';
import { assertStreamName } from '../event/stream-name.ts';
import { describe } from '../shared/describe.ts';
import type { Expectation, StreamAppend, StreamMetadata } from './event-store.ts';

/** What a store knows of a stream. */
export interface StreamState extends StreamMetadata {
  readonly streamName: string;
  /** The last revision ever written; `undefined` when none was. */
  readonly head: Revision | undefined;
  readonly deleted: boolean;
  readonly tombstone: boolean;
}

export type AppendPlan =
  | { readonly kind: 'write'; readonly first: Revision; readonly revives: boolean }
  | { readonly kind: 'repeated'; readonly revision: Revision };

/**
 * Decides an append. `storedId(revision)` gives the id of a stored event. Call it inside the store's write lock.
 * Throws `WrongExpectedRevisionError` or `StreamDeletedError`.
 */
export function planAppend(
  state: StreamState,
  { expectedRevision, revive = true }: Expectation,
  eventIds: readonly string[],
  storedId: (revision: Revision) => string | undefined,
): AppendPlan {
  const plan = planExpecting(state, expectedRevision, eventIds, storedId);
  if (plan.kind === 'write' && plan.revives && !revive) throw new StreamDeletedError(state.streamName, false);
  return plan;
}

function planExpecting(
  state: StreamState,
  expected: ExpectedRevision,
  eventIds: readonly string[],
  storedId: (revision: Revision) => string | undefined,
): AppendPlan {
  const { streamName, head, deleted, tombstone } = state;
  if (tombstone) throw new StreamDeletedError(streamName, true);
  const write = { kind: 'write', first: head === undefined ? 0 : head + 1, revives: deleted } as const;
  if (expected === 'any') return write;
  if (expected === 'stream_exists') {
    if (deleted) throw new StreamDeletedError(streamName, false);
    if (head === undefined && !hasMetadata(state)) throw new WrongExpectedRevisionError(streamName, expected, head);
    return write;
  }
  const before = expected === 'no_stream' ? -1 : expected;
  const last = head ?? -1;
  if (before === last) return write;
  if (before > last || eventIds.length === 0) throw new WrongExpectedRevisionError(streamName, expected, head);
  const differs = eventIds.findIndex((id, index) => storedId(before + 1 + index) !== id);
  if (differs === -1) return { kind: 'repeated', revision: before + eventIds.length };
  if (differs === 0 && expected === 'no_stream' && deleted) return write;
  const detail = differs === 0 ? '' : `the first ${differs} of ${eventIds.length} events were stored before`;
  throw new WrongExpectedRevisionError(streamName, expected, head, detail);
}

/** Of the plans of one multi-stream append: all new or all repeated; a mixture is `WrongExpectedRevisionError`. */
export function assertOneKind(
  plans: readonly {
    readonly plan: AppendPlan;
    readonly state: StreamState;
    readonly expected: ExpectedRevision;
    readonly count: number;
  }[],
): void {
  // An append of no events is neither new nor repeated.
  const telling = plans.filter(({ count }) => count > 0);
  const repeated = telling.find(({ plan }) => plan.kind === 'repeated');
  const fresh = telling.find(({ plan }) => plan.kind === 'write');
  if (repeated === undefined || fresh === undefined) return;
  const { state, expected } = repeated;
  const detail = `stored before, unlike the events for '${fresh.state.streamName}' in the same append`;
  throw new WrongExpectedRevisionError(state.streamName, expected, state.head, detail);
}

/** Refuses a delete or a tombstone that finds the stream elsewhere. */
export function assertDeletable(state: StreamState, expected: ExpectedRevision, forGood: boolean): void {
  const { streamName, head, tombstone } = state;
  if (tombstone) throw new StreamDeletedError(streamName, true);
  const holds =
    expected === 'any' ||
    (expected === 'no_stream' && (head === undefined || state.deleted)) ||
    (expected === 'stream_exists' && head !== undefined) ||
    expected === head;
  if (!holds || (head === undefined && !forGood)) throw new WrongExpectedRevisionError(streamName, expected, head);
}

/**
 * Which of a stream's events may be read: from `first`, and recorded at or after `since` (ms). What a deleted stream held
 * is not shown again after its revival, whatever `truncateBefore` is set to. Throws where nothing may be read.
 */
export function visibleFrom(state: StreamState, now: number): { readonly first: Revision; readonly since: number } {
  const { streamName, head, truncateBefore = 0, revivedAt = 0, maxCount = Number.POSITIVE_INFINITY, maxAge } = state;
  if (state.tombstone) throw new StreamDeletedError(streamName, true);
  if (head === undefined || state.deleted) throw new StreamNotFoundError(streamName);
  return {
    first: Math.max(0, truncateBefore, revivedAt, head - maxCount + 1),
    since: maxAge === undefined ? Number.NEGATIVE_INFINITY : now - maxAge * 1_000,
  };
}

/** Refuses to read on where the stream was deleted since reading began, when `revivedAt` was this, also where it was revived after that. */
export function assertReadOn(state: StreamState, revivedAt: Revision | undefined): void {
  const { streamName, deleted, tombstone } = state;
  if (tombstone) throw new StreamDeletedError(streamName, true);
  if (deleted || revivedAt !== state.revivedAt) throw new StreamNotFoundError(streamName);
}

/** As `assertAppends`, for one stream. */
export function assertAppend(
  streamName: unknown,
  events: readonly EventData[],
  expectedRevision: unknown,
  maxAppendBytes: number,
): void {
  assertAppends([{ streamName, events, expectedRevision } as StreamAppend], maxAppendBytes);
}

/** Checks the arguments of an append, before it waits for anything; its size is that of all its streams together. */
export function assertAppends(appends: readonly StreamAppend[], maxAppendBytes: number): void {
  assertArray('appends', appends);
  let bytes = 0;
  for (const append of appends) bytes += mostBytesOf(append ?? {});
  if (appends.length > 1 && new Set(appends.map(({ streamName }) => streamName)).size < appends.length)
    throw new ArgumentError('appends', 'one stream twice', 'each stream once');
  if (bytes > maxAppendBytes) assertSize(appends, maxAppendBytes);
  for (const { events } of appends) for (const event of events) assertTexts(event);
}

/** Checks their kinds, and returns an upper bound of their size. */
function mostBytesOf({ streamName, events, expectedRevision, revive }: StreamAppend): number {
  assertStreamName(streamName);
  assertExpectedRevision(expectedRevision);
  if (revive !== undefined && typeof revive !== 'boolean')
    throw new ArgumentError('revive', describe(revive), 'true or false');
  assertArray('events', events);
  let characters = 0;
  for (const event of events) {
    const { eventId, type, data, metadata = '' } = event ?? {};
    if (
      typeof eventId !== 'string' ||
      typeof type !== 'string' ||
      typeof data !== 'string' ||
      typeof metadata !== 'string'
    ) {
      throw new ArgumentError('events', describe(event), 'what `eventData` or an EventRegistry makes');
    }
    characters += data.length + metadata.length;
  }
  // Counted only where that could be too many.
  return 3 * characters;
}

function assertSize(appends: readonly StreamAppend[], maxAppendBytes: number): void {
  let bytes = 0;
  let count = 0;
  for (const { events } of appends) {
    count += events.length;
    for (const event of events) bytes += bytesOf(event);
  }
  if (bytes <= maxAppendBytes) return;
  const found = `${bytes} bytes in ${count} events${appends.length > 1 ? ` for ${appends.length} streams` : ''}`;
  throw new AppendTooLargeError(appends[0]?.streamName ?? '', found, `at most ${maxAppendBytes} bytes`);
}

/** Of its data and metadata, as `maxAppendBytes` counts. */
export function bytesOf({ data, metadata = '' }: EventData): number {
  return Buffer.byteLength(data) + Buffer.byteLength(metadata);
}

function hasMetadata({ truncateBefore, maxCount, maxAge, custom }: StreamState): boolean {
  return [truncateBefore, maxCount, maxAge, custom].some((value) => value !== undefined);
}
