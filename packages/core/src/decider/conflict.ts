/** When a command is decided again: another writer was first, and it was not its caller who asked for another revision. */
import { StreamDeletedError, WrongExpectedRevisionError } from '../errors.ts';
import type { ExpectedRevision } from '../event/revision.ts';

/** The caller's own expectation failed: deciding again cannot help. */
export class IfMatchFailed extends WrongExpectedRevisionError {}

export function assertIfMatch(
  streamName: string,
  expected: ExpectedRevision | undefined,
  actual: number | undefined,
): void {
  const holds =
    expected === undefined ||
    expected === 'any' ||
    (expected === 'no_stream' && actual === undefined) ||
    (expected === 'stream_exists' && actual !== undefined) ||
    expected === actual;
  if (!holds) throw new IfMatchFailed(streamName, expected as ExpectedRevision, actual);
}

export function plain(error: unknown): unknown {
  if (!(error instanceof IfMatchFailed)) return error;
  return new WrongExpectedRevisionError(error.streamName, error.expected, error.actual);
}

/** Another writer was first: what was decided on is not there any more. A tombstone stays whatever is decided. */
export function isConflict(error: unknown, streamName: string): boolean {
  if (error instanceof StreamDeletedError) return error.streamName === streamName && !error.tombstone;
  return error instanceof WrongExpectedRevisionError && error.streamName === streamName;
}
