/** Receipts of commands: of those just handled, and of those found in the command log. */
import { CommandIdReusedError } from '../application-errors.ts';
import type { AdoptedEvent } from '../event/adopted-event.ts';
import { decodeValue, type EncodedValue } from '../event/codec.ts';
import type { EventData, StoredEvent } from '../event/event.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import type { Position, Revision } from '../event/revision.ts';
import type { CommandLog, HandledCommand } from '../store/command-log.ts';
import type { EventStore } from '../store/event-store.ts';
import { handlerIn } from './command-identity.ts';
import type { Receipt, ReceiptEvent } from './receipt.ts';

/** What is known of a command before it is decided. */
interface Addressed {
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

export class Receipts {
  constructor(
    private readonly log: CommandLog,
    private readonly events: EventStore,
    private readonly registry: EventRegistry,
  ) {}

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
    const { identity, streamName, aggregateId, context } = addressed;
    if (identity === undefined) return undefined;
    const handled = await this.log.find(context.commandId);
    if (handled === undefined) return undefined;
    if (handled.streamName !== streamName || handled.command !== identity) {
      const [found, wanted] = [handlerIn(handled.command), handlerIn(identity)];
      const other = found === wanted && handled.streamName === streamName ? ' with other fields' : '';
      throw new CommandIdReusedError(
        handled.commandId,
        `${found} on '${handled.streamName}'${other}`,
        `${wanted} on '${streamName}'`,
      );
    }
    const { commandId, revision, position = handled.decidedAt } = handled;
    const { json, types } = JSON.parse(handled.returned) as EncodedValue;
    const returned = decodeValue(json, types, `the receipt of command '${commandId}'`, this.registry.values);
    const events = await this.#recorded(handled);
    return { streamName, aggregateId, commandId, revision, position, events, returned, repeated: true };
  }

  /** From the log, which has them also where their stream was deleted or truncated since. One append's stand together. */
  async #recorded({ position, count }: HandledCommand): Promise<readonly ReceiptEvent[]> {
    if (position === undefined || count === 0) return [];
    const stored: StoredEvent[] = [];
    const options = { direction: 'backwards', before: position + 1, limit: count } as const;
    for await (const page of this.events.readAll(options).pages()) stored.push(...page);
    return stored
      .reverse()
      .flatMap((event) => this.registry.restore(event))
      .map(({ eventId, type, data, revision }) => ({ eventId, type, data: data as object, revision }));
  }
}
