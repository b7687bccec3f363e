/** Which commands were handled, so that a repeated one is answered and not decided again. */
import type { Position, Revision } from '../event/revision.ts';

/** What is written with the append of a command that came with an id of its caller's. */
export interface CommandRecord {
  readonly commandId: string;
  readonly command: string;
  /** What the handler returned, as JSON text and side note (see the codec), as a text of `{ json, types }`. */
  readonly returned: string;
  /** For a command that recorded nothing: the position it was decided on. */
  readonly decidedAt: Position;
}

/** A command that was handled, and the events it recorded: `count` of them, the last at `revision` and `position`. */
export interface HandledCommand extends CommandRecord {
  readonly streamName: string;
  readonly revision: Revision | undefined;
  readonly position: Position | undefined;
  readonly count: number;
}

export interface CommandLog {
  find(commandId: string): Promise<HandledCommand | undefined>;
}
