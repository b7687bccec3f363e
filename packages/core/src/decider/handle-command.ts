/**
 * The one command handler, and the only retry loop: load, decide, validate, append, and when another writer was first,
 * all of it again. No store's writer is held meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ReentrantCommandError } from '../application-errors.ts';
import { ArgumentError, CommandHandledError, StreamDeletedError, WrongExpectedRevisionError } from '../errors.ts';
import { encodeValue } from '../event/codec.ts';
import type { EventData, EventMetadata } from '../event/event.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import { assertExpectedRevision, type ExpectedRevision } from '../event/revision.ts';
import { streamName as nameOf } from '../event/stream-name.ts';
import type { Clock } from '../shared/clock.ts';
import { className, describe } from '../shared/describe.ts';
import { derivedId, type Ids, randomIds } from '../shared/ids.ts';
import { KeyedMutex } from '../shared/keyed-mutex.ts';
import type { CommandRecord } from '../store/command-log.ts';
import type { EventStore, Expectation } from '../store/event-store.ts';
import type { AggregateCache, LoadedState } from './aggregate-cache.ts';
import type { AggregateType, Decision } from './aggregate-type.ts';
import { Bounds } from './bounds.ts';
import { type Causation, type CausationScope, type CommandContext, type Handling, isInside } from './context.ts';
import type { AggregateLoader } from './load.ts';
import type { Receipt } from './receipt.ts';
import { noteOf, type Receipts } from './receipts.ts';
import type { SnapshotTaker } from './snapshot-taker.ts';

/** What a caller may say about a command besides its fields. */
export interface ExecuteOptions {
  /** Makes the command idempotent: a second one with this id gets the first one's receipt. */
  readonly commandId?: string | undefined;
  /** Refuse with `WrongExpectedRevisionError`, and do not decide, unless the aggregate is here. */
  readonly expectedRevision?: ExpectedRevision | undefined;
  /** When it happened, where that was not now. */
  readonly occurredAt?: Date | undefined;
  /** Plain JSON, put on every event. `$correlationId` and `$causationId` may be set. */
  readonly metadata?: EventMetadata | undefined;
  /** Gives up: the promise rejects with the signal's reason, unless the append was under way already. */
  readonly signal?: AbortSignal | undefined;
}

export interface CommandHandlerParts {
  readonly events: EventStore;
  readonly registry: EventRegistry;
  readonly loader: AggregateLoader;
  readonly cache: AggregateCache;
  readonly receipts: Receipts;
  readonly snapshots: SnapshotTaker;
  readonly validate: (subject: object) => Promise<void>;
  readonly services: unknown;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly causation: CausationScope;
  /** From 0 to 1, for the jitter between tries. */
  readonly random: () => number;
  /** How often it is decided again after a conflict. */
  readonly conflictRetries: number;
  /** Milliseconds a handler may take. */
  readonly handlerTimeout: number;
}

interface Execution<S> {
  readonly type: AggregateType<S>;
  readonly command: object;
  readonly aggregateId: string;
  readonly streamName: string;
  readonly context: Omit<CommandContext, 'signal'>;
  readonly options: ExecuteOptions;
  readonly bounds: Bounds;
  /** The handler that executed this command. */
  readonly outer: Handling | undefined;
}

export class CommandHandler {
  readonly #mutex = new KeyedMutex();

  constructor(private readonly parts: CommandHandlerParts) {}

  /** Throws what validation, the domain and the store throw; see `docs/ARCHITECTURE.md` for the order. */
  async handle<S>(type: AggregateType<S>, command: object, options: ExecuteOptions): Promise<Receipt> {
    assertOptions(options);
    const causation = this.parts.causation.getStore();
    const bounds = new Bounds([options.signal, causation?.handling?.signal], this.parts.handlerTimeout);
    try {
      await bounds.run(
        () => `the validation of ${className(command)}`,
        () => this.parts.validate(command),
      );
      const aggregateId = type.idOf(command);
      const streamName = nameOf(type.category, aggregateId);
      const outer = causation?.handling;
      if (isInside(streamName, outer)) throw new ReentrantCommandError(streamName, className(command));
      const context = this.#context(options, causation);
      return await this.#inTurn({ type, command, aggregateId, streamName, context, options, bounds, outer });
    } finally {
      bounds.release();
    }
  }

  /** Waits for its turn on the aggregate; a caller who gives up meanwhile leaves the queue. */
  async #inTurn<S>(execution: Execution<S>): Promise<Receipt> {
    const turn = this.#mutex.acquire(execution.streamName);
    try {
      await execution.bounds.wait(turn);
      return await this.#attempts(execution);
    } finally {
      void turn.then((release) => release());
    }
  }

  async #attempts<S>(execution: Execution<S>): Promise<Receipt> {
    const { options, bounds, type, aggregateId } = execution;
    for (let attempt = 0; ; attempt += 1) {
      const known = options.commandId === undefined ? undefined : await this.parts.receipts.find(execution);
      if (known !== undefined) return known;
      try {
        const before = await bounds.wait(this.parts.loader.forDecision(type, aggregateId));
        return await this.#attempt(execution, before);
      } catch (error) {
        const again = error instanceof CommandHandledError || isConflict(error, execution.streamName);
        if (!again || error instanceof IfMatchFailed || attempt >= this.parts.conflictRetries) throw plain(error);
        await sleep(this.parts.random() * Math.min(100, 2 ** attempt));
        bounds.throwIfOver();
      }
    }
  }

  async #attempt<S>(execution: Execution<S>, before: LoadedState<S>): Promise<Receipt> {
    const { type, streamName, options, context, bounds } = execution;
    assertIfMatch(streamName, options.expectedRevision, before.revision);
    const { events, returned, state } = await this.#decide(execution, before);
    const record = this.#record(execution, before, returned);
    const { areKept } = this.parts.receipts;
    const note = record === undefined || areKept ? undefined : noteOf(record, events.length, randomIds.next());
    const data = events.map((event, index) => this.#encode(event, index, execution, index === 0 ? note : undefined));
    const command = areKept ? record : undefined;
    bounds.throwIfOver();
    if (data.length === 0 && command === undefined) {
      return this.parts.receipts.fresh(execution, {
        events,
        data,
        returned,
        revision: before.revision,
        position: before.position,
      });
    }
    const { revision, position = before.position } = await this.parts.events.append(streamName, data, {
      ...expectationOf(before, data),
      command,
    });
    if (note !== undefined) {
      const first = (revision ?? 0) - data.length + 1;
      const known = await this.parts.receipts.ofOther(execution, first, note.decision);
      if (known !== undefined) return known;
    }
    const eventId = data.at(-1)?.eventId;
    if (eventId !== undefined && revision !== undefined) {
      const after = { state, revision, position, eventId };
      this.parts.snapshots.consider(type, streamName, before.revision, after);
      this.parts.cache.put(streamName, after);
    }
    return this.parts.receipts.fresh({ ...execution, context }, { events, data, returned, revision, position });
  }

  /** The decision, valid. What the handler executes is in it until it ends, and refused once it was given up. */
  async #decide<S>(execution: Execution<S>, { state, revision }: LoadedState<S>): Promise<Decision<S>> {
    const { type, command, aggregateId, streamName, context, bounds, outer } = execution;
    const { signal } = bounds;
    const { correlationId, commandId: causationId } = context;
    const handling = { streamName, signal, outer, ended: false };
    const decide = () => type.decide(command, state, { aggregateId, revision }, { ...context, signal });
    return bounds
      .run(
        () => `the handler of ${className(command)} on ${type.name}`,
        async () => {
          const decision = await this.parts.causation.run({ correlationId, causationId, handling }, decide);
          for (const event of decision.events) await this.parts.validate(event);
          return decision;
        },
      )
      .finally(() => {
        handling.ended = true;
      });
  }

  #context(options: ExecuteOptions, causation: Causation | undefined): Omit<CommandContext, 'signal'> {
    const { services, clock, ids } = this.parts;
    const { metadata = {}, occurredAt = clock.now(), commandId = ids.next() } = options;
    const correlationId = metadata.$correlationId ?? causation?.correlationId ?? commandId;
    const causationId = metadata.$causationId ?? causation?.causationId ?? commandId;
    return { services, clock, ids, commandId, correlationId, causationId, occurredAt, metadata };
  }

  #encode(
    event: object,
    index: number,
    { context, options }: Execution<unknown>,
    $command: EventMetadata['$command'],
  ): EventData {
    const { commandId, correlationId, causationId, metadata } = context;
    const $occurredAt = options.occurredAt?.toISOString();
    const known = { ...metadata, $correlationId: correlationId, $causationId: causationId };
    const notes = $command === undefined ? known : { ...known, $command };
    return this.parts.registry.encode(
      event,
      derivedId(`${commandId}/${index}`),
      $occurredAt === undefined ? notes : { ...notes, $occurredAt },
    );
  }

  #record({ options, command }: Execution<unknown>, before: LoadedState, returned: unknown): CommandRecord | undefined {
    const { commandId } = options;
    if (commandId === undefined) return undefined;
    const value = encodeValue(
      returned,
      `what the handler of ${className(command)} returned`,
      this.parts.registry.values,
    );
    return { commandId, command: className(command), returned: JSON.stringify(value), decidedAt: before.position ?? 0 };
  }
}

/** The caller's own expectation failed: deciding again cannot help. */
class IfMatchFailed extends WrongExpectedRevisionError {}

function assertIfMatch(streamName: string, expected: ExpectedRevision | undefined, actual: number | undefined): void {
  const holds =
    expected === undefined ||
    expected === 'any' ||
    (expected === 'no_stream' && actual === undefined) ||
    (expected === 'stream_exists' && actual !== undefined) ||
    expected === actual;
  if (!holds) throw new IfMatchFailed(streamName, expected as ExpectedRevision, actual);
}

function plain(error: unknown): unknown {
  if (!(error instanceof IfMatchFailed)) return error;
  return new WrongExpectedRevisionError(error.streamName, error.expected, error.actual);
}

/** Another writer was first: what was decided on is not there any more. A tombstone stays whatever is decided. */
function isConflict(error: unknown, streamName: string): boolean {
  if (error instanceof StreamDeletedError) return error.streamName === streamName && !error.tombstone;
  return error instanceof WrongExpectedRevisionError && error.streamName === streamName;
}

function expectationOf({ revision }: LoadedState, data: readonly EventData[]): Expectation {
  // Deciding on nothing needs no place of its own in the stream; where it was softly deleted there is none.
  if (data.length === 0) return { expectedRevision: 'any' };
  // The exact revision alone would revive a stream that was deleted meanwhile, with what is decided on as its only event.
  return revision === undefined ? { expectedRevision: 'no_stream' } : { expectedRevision: revision, revive: false };
}

function assertOptions({ commandId, expectedRevision, occurredAt, metadata = {} }: ExecuteOptions): void {
  if (commandId !== undefined && (typeof commandId !== 'string' || commandId === '' || commandId.length > 512)) {
    throw new ArgumentError('commandId', describe(commandId), 'text of 1 to 512 characters');
  }
  if (expectedRevision !== undefined) assertExpectedRevision(expectedRevision);
  if (occurredAt !== undefined && !(occurredAt instanceof Date && !Number.isNaN(occurredAt.getTime()))) {
    throw new ArgumentError('occurredAt', describe(occurredAt), 'a valid Date');
  }
  const reserved = Object.keys(metadata).find(
    (key) => key.startsWith('$') && !['$correlationId', '$causationId'].includes(key),
  );
  if (reserved !== undefined)
    throw new ArgumentError('metadata', `the key ${reserved}`, 'names that do not begin with $');
}
