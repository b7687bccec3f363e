/**
 * The one command handler, and the only retry loop: load, decide, validate, append, and when another writer was first,
 * all of it again. No store's writer is held meanwhile.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { ReentrantCommandError } from '../application-errors.ts';
import { CommandHandledError, StoreFailedError } from '../errors.ts';
import type { AdoptedEvent } from '../event/adopted-event.ts';
import type { EventData, EventMetadata } from '../event/event.ts';
import { eventDataOf } from '../event/event-data.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import { streamName as nameOf } from '../event/stream-name.ts';
import type { Clock } from '../shared/clock.ts';
import { className } from '../shared/describe.ts';
import { derivedId, type Ids, randomIds } from '../shared/ids.ts';
import { KeyedMutex } from '../shared/keyed-mutex.ts';
import { andFinally, andThen, isPromised } from '../shared/promised.ts';
import type { CommandRecord } from '../store/command-log.ts';
import type { AppendOptions, EventStore } from '../store/event-store.ts';
import type { AggregateCache, LoadedState } from './aggregate-cache.ts';
import type { AggregateType } from './aggregate-type.ts';
import { Bounds } from './bounds.ts';
import { identityOf } from './command-identity.ts';
import { assertIfMatch, IfMatchFailed, isConflict, plain } from './conflict.ts';
import {
  type Causation,
  type CausationScope,
  type CommandContext,
  HandlerAtWork,
  type Handling,
  isInside,
} from './context.ts';
import { type ExecuteOptions, takeOptions } from './execute-options.ts';
import type { AggregateLoader } from './load.ts';
import type { Receipt } from './receipt.ts';
import { noteOf, type Receipts } from './receipts.ts';
import { handOut, type Returned } from './returned.ts';
import type { SnapshotTaker } from './snapshot-taker.ts';

export interface CommandHandlerParts {
  readonly events: EventStore;
  readonly registry: EventRegistry;
  readonly loader: AggregateLoader;
  readonly cache: AggregateCache;
  readonly receipts: Receipts;
  readonly snapshots: SnapshotTaker;
  /** `undefined` where the subject is valid and nothing has to be waited for. */
  readonly validate: (subject: object) => Promise<void> | undefined;
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
  /** What the command log knows it by; `undefined` where it was given no id. */
  readonly identity: string | undefined;
  readonly aggregateId: string;
  readonly streamName: string;
  readonly context: CommandContext;
  readonly options: ExecuteOptions;
  readonly bounds: Bounds;
  /** The handler that executed this command. */
  readonly outer: Handling | undefined;
}

/** A decision, valid. */
interface Decided<S> {
  readonly events: readonly AdoptedEvent[];
  readonly state: S;
  readonly returned: unknown;
}

export class CommandHandler {
  readonly #mutex = new KeyedMutex();

  constructor(private readonly parts: CommandHandlerParts) {}

  /** Throws what validation, the domain and the store throw; see `docs/ARCHITECTURE.md` for the order. */
  async handle<S>(type: AggregateType<S>, command: object, given: ExecuteOptions): Promise<Receipt> {
    const options = takeOptions(given);
    const identity = options.commandId === undefined ? undefined : identityOf(type as AggregateType, command);
    const causation = this.parts.causation.getStore();
    const bounds = new Bounds([options.signal, causation?.handling?.signal], this.parts.handlerTimeout);
    try {
      const validation = bounds.run(
        () => `the validation of ${className(command)}`,
        () => this.parts.validate(command),
      );
      if (validation !== undefined) await validation;
      const aggregateId = type.idOf(command);
      const streamName = nameOf(type.category, aggregateId);
      const outer = causation?.handling;
      // What a handler left behind may come here just before it has ended: only one that waits for this command goes on.
      if (isInside(streamName, outer)) await bounds.wait(nextTurn());
      if (isInside(streamName, outer)) throw new ReentrantCommandError(streamName, className(command));
      const context = this.#context(options, causation, bounds);
      return await this.#inTurn({ type, command, identity, aggregateId, streamName, context, options, bounds, outer });
    } finally {
      bounds.release();
    }
  }

  /** Waits for its turn on the aggregate; a caller who gives up meanwhile leaves the queue. */
  async #inTurn<S>(execution: Execution<S>): Promise<Receipt> {
    const { streamName, bounds } = execution;
    const turn = this.#mutex.enter(streamName) ?? this.#mutex.acquire(streamName);
    try {
      if (isPromised(turn)) await bounds.wait(turn);
      return await this.#attempts(execution);
    } finally {
      if (isPromised(turn)) void turn.then((release) => release());
      else turn();
    }
  }

  async #attempts<S>(execution: Execution<S>): Promise<Receipt> {
    const { bounds, type, streamName, identity } = execution;
    const known = identity === undefined ? undefined : await this.parts.receipts.find(execution);
    if (known !== undefined) return known;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const loaded = this.parts.loader.forDecision(type, streamName);
        return await this.#attempt(execution, isPromised(loaded) ? await bounds.wait(loaded) : loaded);
      } catch (error) {
        const first = await this.#meanwhile(execution, error);
        if (first !== undefined) return first;
        const again = isConflict(error, execution.streamName) && !(error instanceof IfMatchFailed);
        if (!again || attempt >= this.parts.conflictRetries) throw plain(error);
        await sleep(this.parts.random() * Math.min(100, 2 ** attempt));
        bounds.throwIfOver();
      }
    }
  }

  /**
   * The receipt of the same command, where another process has stored it meanwhile, and this one failed because of it. Who
   * gave up is not told, unless the append was on the way and found it.
   */
  async #meanwhile(execution: Execution<unknown>, error: unknown): Promise<Receipt | undefined> {
    if (execution.bounds.isOver && !(error instanceof CommandHandledError)) return undefined;
    try {
      return await this.parts.receipts.find(execution);
    } catch (cause) {
      // A store that fails here, too, must not hide that what came before may have been stored.
      if (cause instanceof StoreFailedError) return undefined;
      throw cause;
    }
  }

  async #attempt<S>(execution: Execution<S>, before: LoadedState<S>): Promise<Receipt> {
    const { type, streamName, options, bounds } = execution;
    assertIfMatch(streamName, options.expectedRevision, before.revision);
    const decided = this.#decide(execution, before);
    const { events, returned: result, state } = isPromised(decided) ? await decided : decided;
    const logged = options.commandId !== undefined;
    const returned = handOut(result, () => handlerOf(execution), this.parts.registry.values, logged);
    const record = this.#record(execution, before, returned);
    const { areKept } = this.parts.receipts;
    const note = record === undefined || areKept ? undefined : noteOf(record, events.length, randomIds.next());
    const data = events.map((event, index) => this.#data(event, index, execution, index === 0 ? note : undefined));
    const command = areKept ? record : undefined;
    bounds.throwIfOver();
    // An object spread that adds to what it copies costs more than all the rest here.
    const { value } = returned;
    if (data.length === 0 && command === undefined) {
      const { revision, position } = before;
      return this.parts.receipts.fresh(execution, { events, data, returned: value, revision, position });
    }
    const expectation = expectationOf(before, data, command);
    const { revision, position = before.position } = await this.parts.events.append(streamName, data, expectation);
    if (note !== undefined) {
      const first = (revision ?? 0) - data.length + 1;
      const known = await this.parts.receipts.ofOther(execution, first, note.decision);
      if (known !== undefined) return known;
    }
    const eventId = data.at(-1)?.eventId;
    if (eventId !== undefined && revision !== undefined) {
      const after = { state, revision, position, eventId };
      this.parts.snapshots.consider(type, streamName, before.revision, after);
      if (!returned.mayShare) this.parts.cache.put(streamName, after);
    }
    return this.parts.receipts.fresh(execution, { events, data, returned: value, revision, position });
  }

  /** What the handler executes is in it until it ends, and refused once it was given up. */
  #decide<S>(execution: Execution<S>, { state, revision }: LoadedState<S>): Decided<S> | Promise<Decided<S>> {
    const { type, command, aggregateId, context, bounds } = execution;
    const { correlationId, commandId: causationId } = context;
    const handling = new HandlerAtWork(execution.streamName, bounds, execution.outer);
    const end = () => {
      handling.ended = true;
    };
    const adopted = new Map<object, AdoptedEvent>();
    const adopt = (event: object) => {
      bounds.throwIfOver();
      const each = this.parts.registry.adopt(event);
      adopted.set(each.applied, each);
      return each.applied;
    };
    const deciding = { command, state, facts: { aggregateId, revision }, context, adopt };
    const decide = () =>
      this.parts.causation.run({ correlationId, causationId, handling }, () => type.decide(deciding));
    const run = () =>
      andThen(andFinally(decide, end), (decision) => {
        const events = decision.events.map((event) => adopted.get(event) as AdoptedEvent);
        const decided = { events, state: decision.state, returned: decision.returned };
        return andThen(this.#validation(events, 0), () => decided);
      });
    return andFinally(() => bounds.run(() => `${handlerOf(execution)} on ${type.name}`, run), end);
  }

  /** One event after the other. `undefined` where nothing has to be waited for. */
  #validation(events: readonly AdoptedEvent[], from: number): Promise<void> | undefined {
    for (let index = from; index < events.length; index += 1) {
      const validation = this.parts.validate((events[index] as AdoptedEvent).shown);
      if (validation !== undefined) return validation.then(() => this.#validation(events, index + 1));
    }
    return undefined;
  }

  #context(options: ExecuteOptions, causation: Causation | undefined, bounds: Bounds): CommandContext {
    const { services, clock, ids } = this.parts;
    const { metadata = {}, occurredAt = clock.now(), commandId = ids.next() } = options;
    const correlationId = metadata.$correlationId ?? causation?.correlationId ?? commandId;
    const causationId = metadata.$causationId ?? causation?.causationId ?? commandId;
    const known = { services, clock, ids, commandId, correlationId, causationId, occurredAt, metadata };
    // Most handlers never look at it.
    return Object.defineProperty(known, 'signal', { get: () => bounds.signal, enumerable: true }) as CommandContext;
  }

  #data(
    { type, version, encoded }: AdoptedEvent,
    index: number,
    { context, options }: Execution<unknown>,
    $command: EventMetadata['$command'],
  ): EventData {
    const { commandId, correlationId, causationId } = context;
    // A spread that is added to costs fifty times as much. Options hold no key `__proto__`.
    const metadata: { -readonly [K in keyof EventMetadata]: EventMetadata[K] } = Object.assign({}, context.metadata);
    metadata.$correlationId = correlationId;
    metadata.$causationId = causationId;
    if ($command !== undefined) metadata.$command = $command;
    if (options.occurredAt !== undefined) metadata.$occurredAt = options.occurredAt.toISOString();
    return eventDataOf({ eventId: derivedId(`${commandId}/${index}`), type, encoded, metadata, version });
  }

  #record(
    { options: { commandId }, identity }: Execution<unknown>,
    before: LoadedState,
    { encoded }: Returned,
  ): CommandRecord | undefined {
    if (commandId === undefined || identity === undefined) return undefined;
    return { commandId, command: identity, returned: JSON.stringify(encoded), decidedAt: before.position ?? 0 };
  }
}

function handlerOf({ command }: Execution<unknown>): string {
  return `the handler of ${className(command)}`;
}

function expectationOf(
  { revision }: LoadedState,
  data: readonly EventData[],
  command: CommandRecord | undefined,
): AppendOptions {
  // Deciding on nothing needs no place of its own in the stream; where it was softly deleted there is none.
  if (data.length === 0) return { expectedRevision: 'any', command };
  if (revision === undefined) return { expectedRevision: 'no_stream', command };
  // The exact revision alone would revive a stream that was deleted meanwhile, with what is decided on as its only event.
  return { expectedRevision: revision, revive: false, command };
}
