/** A running application: what its users call. Made by `createApplication`. */
import type { Observable } from 'rxjs';
import type { AggregateRoot } from '../aggregate/aggregate-root.ts';
import type { Fields, ResultOf } from '../aggregate/command.ts';
import type { AggregateClass } from '../aggregate/to-aggregate-type.ts';
import type { CommandClass } from '../decider/aggregate-type.ts';
import type { DeciderDefinition, Loaded } from '../decider/decider.ts';
import type { ExecuteOptions } from '../decider/execute-options.ts';
import type { LoadUntil } from '../decider/load.ts';
import type { Receipt } from '../decider/receipt.ts';
import type { RecordedEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import type { DocumentReader } from '../projection/document-reader.ts';
import type { Documents } from '../projection/documents.ts';
import type { LiveProjection, LiveValue } from '../projection/live/live.ts';
import type { LiveStatus } from '../projection/live/live-runner.ts';
import type { ParkedEvents } from '../projection/parked.ts';
import type { ProjectionClass } from '../projection/projection.ts';
import type { ProjectionStatus } from '../projection/projection-status.ts';
import type { Rebuild } from '../projection/rebuild.ts';
import type { TableReader } from '../projection/table-reader.ts';
import type { Tables } from '../projection/tables.ts';
import type { EventStore, StoreCondition } from '../store/event-store.ts';
import type { ConsumerFilter } from '../subscription/consumer-filter.ts';
import type { EventOf } from '../subscription/event-of.ts';
import type { FollowOptions } from '../subscription/event-streams.ts';
import type { EventHandler, HandlerSubscription } from '../subscription/handler-subscription.ts';

export interface CaughtUpOptions {
  /** Milliseconds, at most 2^31 - 1, some 24 days; default 5,000. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ConsumerLag {
  /** Positions between this consumer and the log's end: events where positions are dense. */
  readonly events: number;
  /** Milliseconds since the first event behind its position was recorded; 0 when there is none. */
  readonly milliseconds: number;
}

export interface ConsumerHealth {
  readonly name: string;
  readonly version?: number;
  readonly kind: 'projection' | 'live' | 'subscription';
  /** A projection's: whether it is kept in the transaction of each append, and not behind the log. */
  readonly inline?: boolean;
  readonly state: string;
  /** Everything up to here was taken in, or does not concern it. */
  readonly position: Position;
  /** `undefined` where the log's end is not known. */
  readonly lag: ConsumerLag | undefined;
  readonly lastError: Error | undefined;
  /** A projection's parked events, those that wait behind others included. */
  readonly parked?: number;
  /** What to do about it, where there is something to do. */
  readonly advice?: string;
}

export interface Health {
  /** `ok`; `degraded` when a consumer has stopped by itself, or the store does not answer; `stopped` after `stop()`. */
  readonly status: 'ok' | 'degraded' | 'stopped';
  readonly store: string;
  /** Why the store did not answer, where it did not. */
  readonly storeError: Error | undefined;
  /** How the store gets on with its server; absent where there is none. */
  readonly connection?: StoreCondition;
  /** The log's last position, 0 for an empty one; `undefined` where the store was not asked or did not answer. */
  readonly head: Position | undefined;
  readonly consumers: readonly ConsumerHealth[];
}

/** The process lives at least until `stop()`. */
export interface Application extends AsyncDisposable {
  /** The event store below, for what this interface does not offer. */
  readonly eventStore: EventStore;

  /**
   * Has a command decided by its aggregate, and resolves when its events are durably stored. Throws `ValidationError`,
   * `UnknownCommandError`, `ArgumentError`, what the handler throws, `WrongExpectedRevisionError`,
   * `ReentrantCommandError`, `HandlerTimeoutError`, `CommandIdReusedError`, `ClosedError`, and what the store throws.
   */
  execute<C extends object>(
    command: CommandClass<C>,
    fields: NoInfer<Fields<C>>,
    options?: ExecuteOptions,
  ): Promise<Receipt<ResultOf<C>>>;

  /**
   * The aggregate as its events say, all of them or up to a revision or a moment. One that nothing has happened to yet
   * has `exists === false`. What is done to the returned instance changes nothing.
   */
  load<A extends AggregateRoot>(aggregate: AggregateClass<A>, aggregateId: string, until?: LoadUntil): Promise<A>;
  load<S>(aggregate: DeciderDefinition<S>, aggregateId: string, until?: LoadUntil): Promise<Loaded<S>>;

  /** An aggregate's events, oldest first, as they are today. Throws `StreamNotFoundError` where there are none. */
  history(aggregate: AggregateClass | DeciderDefinition, aggregateId: string): AsyncIterable<RecordedEvent>;

  /** The events of the log, then those to come, as an Observable. Only synchronous operators hold its reading up. */
  events$<const F extends ConsumerFilter>(filter?: F, options?: FollowOptions): Observable<EventOf<F>>;

  /** The events of the log, then those to come, one by one: the next is read when this one is done with. */
  events<const F extends ConsumerFilter>(filter?: F, options?: FollowOptions): AsyncIterable<EventOf<F>>;

  /** Calls `handler` for each event of the log, then for those to come, and waits for it. Keeps no checkpoint. */
  subscribe<const F extends ConsumerFilter>(
    filter: F,
    handler: EventHandler<EventOf<F>['data']>,
    options?: FollowOptions & { readonly name?: string | undefined },
  ): HandlerSubscription;

  /** The documents of a projection: those of the highest complete version up to this code's own. */
  documents<T>(projection: new () => Documents<T>): DocumentReader<T>;

  /** The SQL tables of a projection. */
  tables(projection: new () => Tables): TableReader;

  /** What a live projection shows: its latest value, and each later one. */
  live<T>(projection: LiveProjection<T>): LiveValue<T>;

  /**
   * Resolves when the projection has durably taken in everything up to a receipt's events, or a position; also where
   * they do not concern it. A live one keeps nothing: it resolves when they went through its pipeline. Throws
   * `CaughtUpTimeoutError`, or why the projection has stopped.
   */
  caughtUp(
    projection: ProjectionClass | LiveProjection,
    target: Position | Pick<Receipt, 'position'>,
    options?: CaughtUpOptions,
  ): Promise<void>;

  /**
   * Resolves when this very version of the projection is what readers see, however long it takes to build it, or within
   * `timeout` ms; of a live one, when it has replayed the log up to what was its end at the start. Throws
   * `CaughtUpTimeoutError`, or why the projection has stopped.
   */
  ready(projection: ProjectionClass | LiveProjection, options?: CaughtUpOptions): Promise<void>;

  /**
   * Fills the read models anew beside those that are served, in one pass over the log, and serves them when they are
   * complete. Resolves as soon as it is under way; it is resumed after a crash. What was served before is kept until
   * `dropOld`, and `rollback` goes back to it.
   */
  rebuild(...projections: readonly ProjectionClass[]): Promise<Rebuild>;

  /**
   * Serves again what was served before the last rebuild; it goes on from where it stood. Where that is an older version,
   * it stands still unless its code runs somewhere. Throws `ConfigurationError` where there is nothing to go back to.
   */
  rollback(projection: ProjectionClass): Promise<void>;

  /** Forgets read models that are not served any more, those of older versions too: their code must not run any longer. Resolves to how many. */
  dropOld(projection: ProjectionClass): Promise<number>;

  /** The events that the projection has parked (`onError: 'park'`): to list, retry, and skip. */
  parked(projection: ProjectionClass): ParkedEvents;

  /** The projection's status now, then each change. */
  status$(projection: ProjectionClass): Observable<ProjectionStatus>;
  status$(projection: LiveProjection): Observable<LiveStatus>;

  /**
   * How the store and each consumer are: with position, lag, last error and parked count, and under `connection`, of a store
   * on a server, the node it is connected to, who leads, what went wrong last, and how often it began anew; no secrets.
   * Never rejects; can be written as JSON, its errors with their causes.
   */
  health(): Promise<Health>;

  /**
   * Refuses new commands, lets those under way end, commits projections, writes snapshots, closes the store. Idempotent.
   * Called by a handler of a command or a subscription, it resolves at once, and all of that follows when the handler is
   * done: to wait for it would be to wait for itself. What does not end within `stopTimeout` is left to itself: the store
   * is closed all the same, so that it can write nothing, and `StopTimeoutError` names it.
   */
  stop(): Promise<void>;
}
