import { ConsumerStoppedError } from '../application-errors.ts';
import type { Position } from '../event/revision.ts';
import { unreadEvent } from '../subscription/subscription.ts';

/**
 * `building`: filled for the first time, not to be read yet. `standby`: another process leads it. `live`: at the log's
 * end. `retrying`: the store fails for the moment. `stopped`: see `lastError`.
 */
export type ProjectionState = 'starting' | 'standby' | 'building' | 'catching-up' | 'live' | 'retrying' | 'stopped';

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly state: ProjectionState;
  /** Durably finished up to here, by whichever process; 0 before the first event. */
  readonly position: Position;
  /** Whether this version is what readers see; until then it is an older one, or none. */
  readonly served: boolean;
  /** Events that are parked, those that wait behind others included. */
  readonly parked: number;
  /** The last thing that went wrong; when stopped by it, why. */
  readonly lastError: Error | undefined;
}

/** Why a projection is stopped: the error that says so by itself, or one around it. */
export function stoppedBy(cause: unknown, { name, position }: ProjectionStatus): Error {
  if (!isOfUse(cause) || codeOf(cause) === 'CONSUMER_STOPPED') return cause as Error;
  const at = unreadEvent(cause);
  return new ConsumerStoppedError(name, at?.position ?? position, at, { cause });
}

/** Whether the served read model can be gone on with, whatever went wrong. */
export function isOfUse(lastError: unknown): boolean {
  const code = codeOf(lastError);
  return code !== 'CHECKPOINT_MISMATCH' && code !== 'STALE_READ_MODEL';
}

const codeOf = (error: unknown) => (error as { code?: unknown } | undefined)?.code;
