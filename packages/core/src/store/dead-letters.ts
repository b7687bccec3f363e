import type { Position, Revision } from '../event/revision.ts';

/** An event that a consumer failed on for good, or one of the same stream that waits behind it: a reference, not a copy. */
export interface DeadLetter {
  readonly position: Position;
  readonly eventId: string;
  readonly streamName: string;
  readonly revision: Revision;
  /** As it is stored. */
  readonly type: string;
  /** What the handler threw last; `undefined` for an event that waits behind another. */
  readonly error: string | undefined;
  /** How often its handler ran, over all retries. */
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly parkedAt: number;
}
