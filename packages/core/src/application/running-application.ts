/** The application behind its interface. */
import type { Observable } from 'rxjs';
import type { Fields, ResultOf } from '../aggregate/command.ts';
import { buildCommand } from '../aggregate/command-bus.ts';
import type { CommandClass } from '../decider/aggregate-type.ts';
import type { CausationScope } from '../decider/context.ts';
import { assertAggregateId } from '../decider/decider.ts';
import type { ExecuteOptions } from '../decider/execute-options.ts';
import type { CommandHandler } from '../decider/handle-command.ts';
import type { AggregateLoader, LoadUntil } from '../decider/load.ts';
import type { Receipt } from '../decider/receipt.ts';
import type { SnapshotTaker } from '../decider/snapshot-taker.ts';
import { ArgumentError, ClosedError } from '../errors.ts';
import { assertFunction, assertKeys } from '../event/argument-kinds.ts';
import type { RecordedEvent } from '../event/event.ts';
import { assertPlace, type Position } from '../event/revision.ts';
import { streamName } from '../event/stream-name.ts';
import type { DocumentReader } from '../projection/document-reader.ts';
import type { Documents } from '../projection/documents.ts';
import type { LiveProjection, LiveValue } from '../projection/live/live.ts';
import type { ParkedEvents } from '../projection/parked.ts';
import type { ProjectionClass } from '../projection/projection.ts';
import type { Rebuild } from '../projection/rebuild.ts';
import type { TableReader } from '../projection/table-reader.ts';
import type { Tables } from '../projection/tables.ts';
import type { Activities } from '../shared/activities.ts';
import type { Clock } from '../shared/clock.ts';
import { describe } from '../shared/describe.ts';
import type { EventStore } from '../store/event-store.ts';
import { assertDate, assertOptions } from '../store/read-options.ts';
import type { Stores } from '../store/stores.ts';
import { type ConsumerFilter, resolveFilter } from '../subscription/consumer-filter.ts';
import type { EventOf } from '../subscription/event-of.ts';
import { type EventStreams, type FollowOptions, followKeys } from '../subscription/event-streams.ts';
import {
  type EndableSubscription,
  type EventHandler,
  type HandlerSubscription,
  handlerSubscription,
} from '../subscription/handler-subscription.ts';
import type { Application, CaughtUpOptions, Health } from './application.ts';
import { healthOf } from './health.ts';
import { limit } from './limit.ts';
import { Patience } from './patience.ts';
import type { Projections } from './projections.ts';
import type { Wiring } from './wiring.ts';

export interface ApplicationParts {
  readonly description: string;
  readonly stores: Stores;
  readonly wiring: Wiring;
  readonly loader: AggregateLoader;
  readonly commands: CommandHandler;
  readonly snapshots: SnapshotTaker;
  readonly streams: EventStreams;
  readonly projections: Projections;
  readonly stopping: AbortController;
  readonly causation: CausationScope;
  readonly activities: Activities;
  readonly stopTimeout: number;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export class RunningApplication implements Application {
  readonly eventStore: EventStore;
  readonly #executing = new Map<Promise<unknown>, string>();
  readonly #subscriptions = new Set<EndableSubscription>();
  #subscribed = 0;
  /** Who only follows the log would otherwise end as soon as there is nothing new: stores hold no process alive. */
  readonly #alive = setInterval(() => {}, 2 ** 31 - 1);
  #stopped: Promise<void> | undefined;

  constructor(private readonly parts: ApplicationParts) {
    this.eventStore = parts.stores.events;
  }

  async execute<C extends object>(
    command: CommandClass<C>,
    fields: NoInfer<Fields<C>>,
    options: ExecuteOptions = {},
  ): Promise<Receipt<ResultOf<C>>> {
    this.#assertRunning();
    const type = this.parts.wiring.bus.typeOf(command);
    const { activities, commands } = this.parts;
    const built = buildCommand(command, fields);
    const activity = { isUnderWay: true };
    const executing = activities.run(activity, () => commands.handle(type, built, options));
    this.#executing.set(executing, command.name);
    try {
      return (await executing) as Receipt<ResultOf<C>>;
    } finally {
      activity.isUnderWay = false;
      this.#executing.delete(executing);
    }
  }

  // The overloads stand in the interface; here any aggregate is of some type.
  async load(aggregate: unknown, aggregateId: string, until: LoadUntil = {}): Promise<never> {
    this.#assertRunning();
    assertUntil(until);
    const type = this.parts.wiring.aggregate(aggregate);
    assertAggregateId(aggregateId, 'load');
    const { state, revision } = await this.parts.loader.forReading(type, aggregateId, until);
    return type.present(state, { aggregateId, revision }) as never;
  }

  async *history(aggregate: unknown, aggregateId: string): AsyncGenerator<RecordedEvent, void, undefined> {
    this.#assertRunning();
    const { category } = this.parts.wiring.aggregate(aggregate);
    const name = streamName(category, assertAggregateId(aggregateId, 'history'));
    for await (const page of this.eventStore.readStream(name).pages()) {
      for (const stored of page) yield* this.parts.wiring.registry.restore(stored);
    }
  }

  events$<const F extends ConsumerFilter>(filter?: F, options: FollowOptions = {}): Observable<EventOf<F>> {
    this.#assertRunning();
    assertFollow(options);
    return this.parts.streams.events$(this.#filter(filter), options) as Observable<EventOf<F>>;
  }

  events<const F extends ConsumerFilter>(filter?: F, options: FollowOptions = {}): AsyncIterable<EventOf<F>> {
    this.#assertRunning();
    assertFollow(options);
    return this.parts.streams.events(this.#filter(filter), options) as AsyncIterable<EventOf<F>>;
  }

  subscribe<const F extends ConsumerFilter>(
    filter: F,
    handler: EventHandler<EventOf<F>['data']>,
    options: FollowOptions & { readonly name?: string | undefined } = {},
  ): HandlerSubscription {
    this.#assertRunning();
    assertFollow(options, subscribeKeys);
    const { name = `subscription-${this.#subscribed + 1}` } = options;
    if (typeof name !== 'string' || name === '')
      throw new ArgumentError('name', describe(name), 'text that is not empty');
    assertFunction('handler', handler);
    const subscriber = { name, filter: this.#filter(filter), handler: handler as EventHandler };
    const subscription = handlerSubscription(this.parts, subscriber, options);
    this.#subscribed += 1;
    // One that failed stays, so that `health()` tells of it, until another of its name takes its place.
    for (const other of this.#subscriptions) if (other.name === name && other.error) this.#subscriptions.delete(other);
    this.#subscriptions.add(subscription);
    void subscription.stopped.then(() => subscription.error ?? this.#subscriptions.delete(subscription));
    return subscription;
  }

  documents<T>(projection: new () => Documents<T>): DocumentReader<T> {
    this.#assertRunning();
    return this.parts.projections.documents(projection);
  }

  tables(projection: new () => Tables): TableReader {
    this.#assertRunning();
    return this.parts.projections.tables(projection);
  }

  live<T>(projection: LiveProjection<T>): LiveValue<T> {
    this.#assertRunning();
    return this.parts.projections.live(projection);
  }

  async caughtUp(
    projection: ProjectionClass | LiveProjection,
    target: Position | Pick<Receipt, 'position'>,
    options: CaughtUpOptions = {},
  ): Promise<void> {
    this.#assertRunning();
    assertOptions(options, caughtUpKeys);
    const { timeout = 5_000, signal } = options;
    const position = typeof target === 'object' && target !== null ? target.position : target;
    assertPlace('position', position);
    limit('timeout', timeout, 0);
    await this.parts.projections.consumer(projection).caughtUp(position, timeout, signal);
  }

  async ready(projection: ProjectionClass | LiveProjection, options: CaughtUpOptions = {}): Promise<void> {
    this.#assertRunning();
    assertOptions(options, caughtUpKeys);
    const { timeout, signal } = options;
    if (timeout !== undefined) limit('timeout', timeout, 0);
    await this.parts.projections.consumer(projection).ready(timeout, signal);
  }

  async rebuild(...projections: readonly ProjectionClass[]): Promise<Rebuild> {
    this.#assertRunning();
    return this.parts.projections.rebuild(projections);
  }

  async rollback(projection: ProjectionClass): Promise<void> {
    this.#assertRunning();
    await this.parts.projections.rollback(projection);
  }

  async dropOld(projection: ProjectionClass): Promise<number> {
    this.#assertRunning();
    return this.parts.projections.dropOld(projection);
  }

  parked(projection: ProjectionClass): ParkedEvents {
    this.#assertRunning();
    return this.parts.projections.projector(projection).parked;
  }

  // The overloads stand in the interface.
  status$(projection: unknown): Observable<never> {
    return this.parts.projections.consumer(projection).status$ as Observable<never>;
  }

  async health(): Promise<Health> {
    const { description, clock, projections } = this.parts;
    return healthOf({
      ...{ description, clock },
      projectors: projections.all(),
      live: projections.liveOnes(),
      subscriptions: [...this.#subscriptions],
      events: this.#stopped === undefined ? this.eventStore : undefined,
    });
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    if (!this.parts.activities.isPartOf()) return this.#stopped;
    // It waits for the handler that called it, so that this one must not wait for it.
    this.#stopped.catch(this.parts.onError);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(): Promise<void> {
    const { stopping, streams, projections, snapshots, stores, stopTimeout } = this.parts;
    const patience = new Patience(stopTimeout);
    await patience.wait(Promise.all([this.#executed(), this.#concluded()]), () => this.#abandoned());
    stopping.abort();
    let waitsFor = 'projections';
    const settled = async () => {
      await projections.stop();
      waitsFor = 'Observables';
      await streams.settled();
      waitsFor = 'snapshots';
      await snapshots.settled();
    };
    try {
      await patience.wait(settled(), () => [waitsFor]);
    } finally {
      clearInterval(this.#alive);
      this.parts.activities.end();
      await patience.wait(stores.close(), () => [this.parts.description]);
    }
    patience.assertSettled();
  }

  /** Resolves when no command is under way. */
  async #executed(): Promise<void> {
    while (this.#executing.size > 0) await Promise.allSettled(this.#executing.keys());
  }

  /** Resolves when no handler of a subscription is under way. */
  async #concluded(): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.conclude();
    // Not what their `stop` returns: this may have been called by one of their handlers.
    await Promise.all([...this.#subscriptions].map(({ stopped }) => stopped));
  }

  /** Gives those up that are still under way, and names them. */
  #abandoned(): readonly string[] {
    const running = [...this.#subscriptions].filter(({ state }) => state === 'running');
    for (const subscription of running) subscription.abandon();
    const commands = [...this.#executing.values()].map((command) => `command ${command}`);
    return [...commands, ...running.map(({ name }) => `subscription '${name}'`)];
  }

  #filter(filter: ConsumerFilter = {}) {
    return resolveFilter(filter, this.parts.wiring.registry);
  }

  #assertRunning(): void {
    if (this.#stopped !== undefined) throw new ClosedError('the application');
  }
}

const caughtUpKeys: Readonly<Record<keyof CaughtUpOptions, true>> = { timeout: true, signal: true };
const subscribeKeys = { ...followKeys, name: true } as const;

function assertUntil(until: LoadUntil): void {
  assertKeys('options', until, { atRevision: true, at: true } satisfies Record<keyof LoadUntil, true>);
  const { atRevision, at } = until;
  if (atRevision !== undefined) assertPlace('atRevision', atRevision);
  if (at !== undefined) assertDate('at', at);
}

function assertFollow(options: FollowOptions, known: Readonly<Record<string, true>> = followKeys): void {
  assertOptions(options, known);
  const { after = 0 } = options;
  if (after !== 'end') assertPlace('after', after);
}
