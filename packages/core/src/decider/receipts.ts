/**
 * Receipts of commands: of those just handled, and of those found in the command log. Where the store keeps no such log, a
 * command is found by its first event, whose metadata says the rest, among the stream's last; one that recorded nothing is not.
 */
import { CommandIdReusedError } from '../application-errors.ts';
import type { AdoptedEvent } from '../event/adopted-event.ts';
import { decodeValue, type EncodedValue } from '../event/codec.ts';
import type { CommandNote, EventData, StoredEvent } from '../event/event.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import type { Position, Revision } from '../event/revision.ts';
import { derivedId } from '../shared/ids.ts';
import type { CommandLog, CommandRecord, HandledCommand } from '../store/command-log.ts';
import type { EventStore } from '../store/event-store.ts';
import { type CommandNames, handlerIn, shownHandler } from './command-identity.ts';
import type { Receipt, ReceiptEvent } from './receipt.ts';

/** What is known of a command before it is decided. */
interface Addressed {
  readonly type: CommandNames;
  /** `undefined` where the caller gave no id: then it is in no log. */
  readonly identity: string | undefined;
  readonly aggregateId: string;
  readonly streamName: string;
  readonly context: { readonly commandId: string };
}

interface Outcome {
  readonly events: readonly AdoptedEvent[];
  readonly data: readonly EventData[];
  readonly returned: unknown;
  readonly revision: Revision | undefined;
  readonly position: Position | undefined;
}

/** How far back a command is looked for where the store keeps no command log. */
const mostLookedAt = 1_000;

export class Receipts {
  constructor(
    private readonly log: CommandLog,
    private readonly events: EventStore,
    private readonly registry: EventRegistry,
  ) {}

  /** Whether the store keeps commands itself; where it does not, the first event's metadata has to. */
  get areKept(): boolean {
    return this.events.capabilities.commandLog;
  }

  fresh(addressed: Addressed, outcome: Outcome): Receipt {
    const { streamName, aggregateId, context } = addressed;
    const { events, data, returned, revision, position = 0 } = outcome;
    const first = (revision ?? -1) - data.length + 1;
    const recorded = data.map(
      ({ eventId, type }, index): ReceiptEvent => ({
        eventId,
        type,
        data: events[index]?.shown as object,
        revision: first + index,
      }),
    );
    const { commandId } = context;
    return { streamName, aggregateId, commandId, revision, position, events: recorded, returned, repeated: false };
  }

  /** The receipt of an earlier command of the same id. Throws `CommandIdReusedError` where that was another command. */
  async find(addressed: Addressed): Promise<Receipt | undefined> {
    const { type, identity, streamName, aggregateId, context } = addressed;
    if (identity === undefined) return undefined;
    const handled = await this.#handled(streamName, context.commandId);
    if (handled === undefined) return undefined;
    if (handled.streamName !== streamName || handled.command !== identity) {
      const [found, wanted] = [handlerIn(handled.command), handlerIn(identity)];
      const other = found === wanted && handled.streamName === streamName ? ' with other fields' : '';
      throw new CommandIdReusedError(
        handled.commandId,
        `${shownHandler(found, type)} on '${handled.streamName}'${other}`,
        `${shownHandler(wanted, type)} on '${streamName}'`,
      );
    }
    const { commandId, revision, position = handled.decidedAt } = handled;
    const { json, types } = JSON.parse(handled.returned) as EncodedValue;
    const returned = decodeValue(json, types, `the receipt of command '${commandId}'`, this.registry.values);
    const events = await this.#recorded(handled);
    return { streamName, aggregateId, commandId, revision, position, events, returned, repeated: true };
  }

  /**
   * The receipt of the command that was stored, where that is not this very decision: two processes may decide one command at
   * the same moment, and to the store the second one's events are those of the first.
   */
  async ofOther(addressed: Addressed, first: Revision, decision: string): Promise<Receipt | undefined> {
    for await (const event of this.events.readStream(addressed.streamName, { from: first, limit: 1 })) {
      if (event.metadata.$command?.decision === decision) return undefined;
    }
    return this.find(addressed);
  }

  async #handled(streamName: string, commandId: string): Promise<HandledCommand | undefined> {
    if (this.areKept) return this.log.find(commandId);
    const eventId = derivedId(`${commandId}/0`);
    const options = { direction: 'backwards', limit: mostLookedAt } as const;
    const behind: StoredEvent[] = [];
    try {
      for await (const event of this.events.readStream(streamName, options)) {
        behind.push(event);
        const note = event.eventId === eventId ? event.metadata.$command : undefined;
        if (note !== undefined) return handledOf(note, streamName, behind);
      }
    } catch (error) {
      // Of a stream that is not there nothing is known; what is gone for good the append will say.
      const { code } = error as { code?: unknown };
      if (code !== 'STREAM_NOT_FOUND' && code !== 'STREAM_DELETED') throw error;
    }
    return undefined;
  }

  /**
   * One append's events stand together. A command log's are read from the log, which has them also where their stream was
   * deleted or truncated since.
   */
  async #recorded({ streamName, position, revision, count }: HandledCommand): Promise<readonly ReceiptEvent[]> {
    if (position === undefined || count === 0) return [];
    const backwards = { direction: 'backwards', limit: count } as const;
    const pages = this.areKept
      ? this.events.readAll({ ...backwards, before: position + 1 })
      : this.events.readStream(streamName, { ...backwards, from: revision });
    const stored: StoredEvent[] = [];
    for await (const page of pages.pages()) stored.push(...page);
    return stored
      .reverse()
      .flatMap((event) => this.registry.restore(event))
      .map(({ eventId, type, data, revision: at }) => ({ eventId, type, data: data as object, revision: at }));
  }
}

/** What stands in the metadata of a command's first event. `decision` tells it from another one on the same command. */
export function noteOf(record: CommandRecord, count: number, decision: string): CommandNote {
  const { commandId, command, returned, decidedAt } = record;
  return { id: commandId, name: command, returned, decidedAt, count, decision };
}

/** `behind`: the stream's events from its last back to the command's first. */
function handledOf(note: CommandNote, streamName: string, behind: readonly StoredEvent[]): HandledCommand {
  const { id: commandId, name: command, returned, decidedAt, count } = note;
  const { revision, position } = behind[behind.length - count] ?? {};
  return { commandId, command, returned, decidedAt, streamName, revision, position, count };
}
