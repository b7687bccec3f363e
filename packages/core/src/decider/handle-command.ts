/**
 * The one command handler, and the only retry loop: load, decide, validate, append, and when another writer was first,
 * all of it again. No store's writer is held meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HandlerTimeoutError, ReentrantCommandError } from '../application-errors.ts';
import { ArgumentError, CommandHandledError, StreamDeletedError, WrongExpectedRevisionError } from '../errors.ts';
import { encodeValue } from '../event/codec.ts';
import type { EventData, EventMetadata } from '../event/event.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import { assertExpectedRevision, type ExpectedRevision } from '../event/revision.ts';
import { streamName as nameOf } from '../event/stream-name.ts';
import type { Clock } from '../shared/clock.ts';
import { className, describe } from '../shared/describe.ts';
import { derivedId, type Ids } from '../shared/ids.ts';
import { KeyedMutex } from '../shared/keyed-mutex.ts';
import { linkedAbort } from '../shared/linked-abort.ts';
import type { CommandRecord } from '../store/command-log.ts';
import type { EventStore, Expectation } from '../store/event-store.ts';
import type { AggregateCache, LoadedState } from './aggregate-cache.ts';
import type { AggregateType, Decision } from './aggregate-type.ts';
import type { Causation, CausationScope, CommandContext } from './context.ts';
import type { AggregateLoader } from './load.ts';
import type { Receipt } from './receipt.ts';
import type { Receipts } from './receipts.ts';
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
}

export class CommandHandler {
  readonly #mutex = new KeyedMutex();

  constructor(private readonly parts: CommandHandlerParts) {}

  /** Throws what validation, the domain and the store throw; see `docs/ARCHITECTURE.md` for the order. */
  async handle<S>(type: AggregateType<S>, command: object, options: ExecuteOptions): Promise<Receipt> {
    assertOptions(options);
    options.signal?.throwIfAborted();
    await this.parts.validate(command);
    const aggregateId = type.idOf(command);
    const streamName = nameOf(type.category, aggregateId);
    const causation = this.parts.causation.getStore();
    if (causation?.streams.has(streamName)) throw new ReentrantCommandError(streamName, className(command));
    const context = this.#context(options, causation);
    const execution = { type, command, aggregateId, streamName, context, options };
    const release = await this.#turn(streamName, options.signal);
    try {
      const streams = new Set([...(causation?.streams ?? []), streamName]);
      const { correlationId, commandId } = context;
      return await this.parts.causation.run({ correlationId, causationId: commandId, streams }, () =>
        this.#attempts(execution),
      );
    } finally {
      release();
    }
  }

  /** Waits for its turn on the aggregate; a caller who gives up meanwhile leaves the queue. */
  async #turn(streamName: string, signal: AbortSignal | undefined): Promise<() => void> {
    const turn = this.#mutex.acquire(streamName);
    if (signal === undefined) return turn;
    const over = linkedAbort(signal);
    try {
      return await Promise.race([turn, aborted(over.signal)]);
    } catch (reason) {
      void turn.then((release) => release());
      throw reason;
    } finally {
      over.release();
    }
  }

  async #attempts<S>(execution: Execution<S>): Promise<Receipt> {
    const { options, type, aggregateId } = execution;
    for (let attempt = 0; ; attempt += 1) {
      const known = options.commandId === undefined ? undefined : await this.parts.receipts.find(execution);
      if (known !== undefined) return known;
      try {
        return await this.#attempt(execution, await this.parts.loader.forDecision(type, aggregateId));
      } catch (error) {
        const again = error instanceof CommandHandledError || isConflict(error, execution.streamName);
        if (!again || error instanceof IfMatchFailed || attempt >= this.parts.conflictRetries) throw plain(error);
        await sleep(this.parts.random() * Math.min(100, 2 ** attempt));
        options.signal?.throwIfAborted();
      }
    }
  }

  async #attempt<S>(execution: Execution<S>, before: LoadedState<S>): Promise<Receipt> {
    const { type, streamName, options, context } = execution;
    assertIfMatch(streamName, options.expectedRevision, before.revision);
    const { events, returned, state } = await this.#decide(execution, before);
    for (const event of events) await this.parts.validate(event);
    const data = events.map((event, index) => this.#encode(event, index, execution));
    const command = this.#record(execution, before, returned);
    options.signal?.throwIfAborted();
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
    const eventId = data.at(-1)?.eventId;
    if (eventId !== undefined && revision !== undefined) {
      const after = { state, revision, position, eventId };
      this.parts.snapshots.consider(type, streamName, before.revision, after);
      this.parts.cache.put(streamName, after);
    }
    return this.parts.receipts.fresh({ ...execution, context }, { events, data, returned, revision, position });
  }

  async #decide<S>(execution: Execution<S>, { state, revision }: LoadedState<S>): Promise<Decision<S>> {
    const { type, command, aggregateId, context, options } = execution;
    const { handlerTimeout } = this.parts;
    const over = linkedAbort(options.signal);
    const name = `the handler of ${className(command)} on ${type.name}`;
    const timer = setTimeout(() => over.abort(new HandlerTimeoutError(name, handlerTimeout)), handlerTimeout);
    try {
      const decision = type.decide(command, state, { aggregateId, revision }, { ...context, signal: over.signal });
      return await Promise.race([decision, aborted(over.signal)]);
    } finally {
      clearTimeout(timer);
      over.release();
    }
  }

  #context(options: ExecuteOptions, causation: Causation | undefined): Omit<CommandContext, 'signal'> {
    const { services, clock, ids } = this.parts;
    const { metadata = {}, occurredAt = clock.now(), commandId = ids.next() } = options;
    const correlationId = metadata.$correlationId ?? causation?.correlationId ?? commandId;
    const causationId = metadata.$causationId ?? causation?.causationId ?? commandId;
    return { services, clock, ids, commandId, correlationId, causationId, occurredAt, metadata };
  }

  #encode(event: object, index: number, { context, options }: Execution<unknown>): EventData {
    const { commandId, correlationId, causationId, metadata } = context;
    const $occurredAt = options.occurredAt?.toISOString();
    const notes = { ...metadata, $correlationId: correlationId, $causationId: causationId };
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

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );
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
