import type { Position, Revision } from '../event/revision.ts';

/** What came of a command. */
export interface Receipt<R = unknown> {
  readonly streamName: string;
  readonly aggregateId: string;
  readonly commandId: string;
  /** The aggregate's last revision after the command; `undefined` while nothing has happened to it. */
  readonly revision: Revision | undefined;
  /** The last event's position; for a command that recorded nothing, the position it was decided on; 0 for none. */
  readonly position: Position;
  readonly events: readonly ReceiptEvent[];
  /** What the handler returned. */
  readonly returned: R;
  /** True when a command of this id had been handled before: this is that one's receipt. */
  readonly repeated: boolean;
}

/** An event that a command recorded. */
export interface ReceiptEvent<T = object> {
  readonly eventId: string;
  readonly type: string;
  readonly data: T;
  readonly revision: Revision;
}
