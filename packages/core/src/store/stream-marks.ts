/** What is set on a stream beside its events, as `copyLog` carries it over: deleted or not, truncation, limits, custom. */
import { TidemarkError } from '../errors.ts';
import type { Revision } from '../event/revision.ts';
import { CopyMismatchError } from './copy-errors.ts';
import type { EventStore, StreamMetadata } from './event-store.ts';

export interface StreamMarks {
  readonly state: 'live' | 'deleted' | 'deleted for good';
  readonly metadata: StreamMetadata;
}

const mostRounds = 4;

/** Of a stream that was written to. What a stream that is gone for good was set to cannot be read, and hides nothing more. */
export async function readMarks(store: EventStore, streamName: string): Promise<StreamMarks> {
  try {
    const metadata = await store.readStreamMetadata(streamName);
    return { state: await readState(store, streamName), metadata };
  } catch (error) {
    if (isRefusal(error, 'STREAM_DELETED')) return { state: 'deleted for good', metadata: {} };
    throw error;
  }
}

/**
 * Sets on `streamName` of `to`, which ends with `last`, what is wanted; resolves to whether anything had to be set.
 * Throws `CopyMismatchError` where a stream is hidden that should not be, or was revived elsewhere: neither can be undone.
 */
export async function setMarks(
  to: EventStore,
  streamName: string,
  last: Revision,
  wanted: StreamMarks,
): Promise<boolean> {
  for (let round = 0; ; round += 1) {
    const found = await readMarks(to, streamName);
    if (inWords(found) === inWords(wanted)) return round > 0;
    // Another one that copies the same log may be half way: a store may need two writes to delete.
    if (round === mostRounds) throw new CopyMismatchError(streamName, undefined, inWords(found), inWords(wanted));
    await set(to, streamName, last, found, wanted);
  }
}

async function set(
  to: EventStore,
  streamName: string,
  last: Revision,
  found: StreamMarks,
  wanted: StreamMarks,
): Promise<void> {
  assertSettable(streamName, found, wanted);
  const options = { expectedRevision: last };
  if (wanted.state === 'deleted for good') await endStream(to, streamName, options);
  else {
    // The limits before the deletion: a store may keep both in one place.
    const { truncateBefore = null, maxCount = null, maxAge = null, custom = null } = wanted.metadata;
    const limits = { maxCount, maxAge, custom };
    await to.changeStreamMetadata(streamName, wanted.state === 'live' ? { ...limits, truncateBefore } : limits);
    if (wanted.state === 'deleted' && found.state === 'live') await to.deleteStream(streamName, options);
  }
}

/** Whether a store refused with one of these codes. */
export function isRefusal(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof TidemarkError && codes.includes(error.code);
}

async function endStream(to: EventStore, streamName: string, options: { expectedRevision: Revision }): Promise<void> {
  try {
    await to.tombstoneStream(streamName, options);
  } catch (error) {
    // Another one that copies the same log was first.
    if (!isRefusal(error, 'STREAM_DELETED')) throw error;
  }
}

async function readState(store: EventStore, streamName: string): Promise<'live' | 'deleted'> {
  try {
    for await (const _ of store.readStream(streamName, { direction: 'backwards', limit: 1 })) break;
    return 'live';
  } catch (error) {
    if (isRefusal(error, 'STREAM_NOT_FOUND')) return 'deleted';
    throw error;
  }
}

function assertSettable(streamName: string, found: StreamMarks, wanted: StreamMarks): void {
  const isHidden = found.state !== 'live' && wanted.state === 'live';
  const isGone = found.state === 'deleted for good';
  const wasRevived = wanted.state === 'live' && found.metadata.revivedAt !== wanted.metadata.revivedAt;
  if (isHidden || isGone || wasRevived)
    throw new CopyMismatchError(streamName, undefined, inWords(found), inWords(wanted));
}

/**
 * The same text for what is the same to a reader. What a deleted stream held is hidden whatever it was truncated to, and
 * a revival hides what came before by itself.
 */
function inWords({ state, metadata }: StreamMarks): string {
  const { truncateBefore = 0, revivedAt, maxCount, maxAge, custom } = metadata;
  const words: string[] = [state];
  if (state === 'live') {
    const first = Math.max(truncateBefore, revivedAt ?? 0);
    if (first > 0) words.push(`hidden before ${first}`);
    if (revivedAt !== undefined) words.push(`revived at ${revivedAt}`);
  }
  if (maxCount !== undefined) words.push(`maxCount ${maxCount}`);
  if (maxAge !== undefined) words.push(`maxAge ${maxAge}`);
  if (custom !== undefined) words.push(`custom ${JSON.stringify(custom)}`);
  return words.join(', ');
}
