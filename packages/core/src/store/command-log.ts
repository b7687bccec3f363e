/** Which commands were handled, so that a repeated one is answered and not decided again. */
import { ArgumentError } from '../errors.ts';
import { assertObject } from '../event/argument-kinds.ts';
import { assertPlace, type Position, type Revision } from '../event/revision.ts';
import { describe } from '../shared/describe.ts';

/** What is written with the append of a command that came with an id of its caller's. */
export interface CommandRecord {
  readonly commandId: string;
  /** What it was. The same id with another text here is another command. */
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
  /** Throws `ArgumentError` for what is no command id. */
  find(commandId: string): Promise<HandledCommand | undefined>;
}

/** Refuses what cannot be kept with an append: `ArgumentError`. */
export function assertCommandRecord(value: unknown): asserts value is CommandRecord {
  assertObject('command', value);
  const { commandId, command, returned, decidedAt } = value as Partial<CommandRecord>;
  assertCommandId(commandId);
  for (const [name, text] of [
    ['command', command],
    ['returned', returned],
  ] as const) {
    if (typeof text !== 'string') throw new ArgumentError(`command.${name}`, describe(text), 'text');
  }
  assertPlace('command.decidedAt', decidedAt);
}

/** Refuses what no store can tell from other ids: halves of surrogate pairs are all one in UTF-8. */
export function assertCommandId(value: unknown): asserts value is string {
  if (typeof value === 'string' && /^[^\p{Cs}]{1,512}$/u.test(value) && value.length <= 512) return;
  throw new ArgumentError('commandId', describe(value), 'well-formed text of 1 to 512 characters');
}
