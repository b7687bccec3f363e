/** A running application: what its users call. Made by `createApplication`. */
import type { Observable } from 'rxjs';
import type { AggregateRoot } from '../aggregate/aggregate-root.ts';
import type { Fields, ResultOf } from '../aggregate/command.ts';
import type { AggregateClass } from '../aggregate/to-aggregate-type.ts';
import type { CommandClass } from '../decider/aggregate-type.ts';
import type { DeciderDefinition, Loaded } from '../decider/decider.ts';
import type { ExecuteOptions } from '../decider/handle-command.ts';
import type { LoadUntil } from '../decider/load.ts';
import type { Receipt } from '../decider/receipt.ts';
import type { EventClass } from '../event/domain-event.ts';
import type { RecordedEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import type { DocumentReader } from '../projection/document-reader.ts';
import type { Documents } from '../projection/documents.ts';
import type { ProjectionClass } from '../projection/projection.ts';
import type { ProjectionStatus } from '../projection/projector.ts';
import type { EventStore } from '../store/event-store.ts';
import type { ConsumerFilter } from '../subscription/consumer-filter.ts';
import type { FollowOptions } from '../subscription/event-streams.ts';
import type { EventHandler, HandlerSubscription } from '../subscription/handler-subscription.ts';

/** An event of one of the classes that a filter names, or of any where it names none. */
export type EventOf<F extends ConsumerFilter> = F['types'] extends readonly (infer T)[]
  ? T extends EventClass<infer E>
    ? RecordedEvent<E>
    : RecordedEvent
  : RecordedEvent;

export interface CaughtUpOptions {
  /** Milliseconds; default 5,000. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ConsumerHealth {
  readonly name: string;
  readonly version?: number;
  readonly kind: 'projection' | 'subscription';
  readonly state: string;
  readonly position: Position;
  readonly lag: {
    /** Positions between this consumer and the log's end: events where positions are dense. */
    readonly events: number;
    /** Milliseconds since the first event behind its position was recorded; 0 when there is none. */
    readonly milliseconds: number;
  };
  readonly lastError: Error | undefined;
}

export interface Health {
  /** `ok`; `degraded` when a consumer has stopped by itself; `stopped` after `stop()`. */
  readonly status: 'ok' | 'degraded' | 'stopped';
  readonly store: string;
  readonly head: Position;
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

  /** The documents of a projection. */
  documents<T>(projection: new () => Documents<T>): DocumentReader<T>;

  /**
   * Resolves when the projection has durably taken in everything up to a receipt's events, or a position; also where
   * they do not concern it. Throws `CaughtUpTimeoutError`, or why the projection has stopped.
   */
  caughtUp(
    projection: ProjectionClass,
    target: Position | Pick<Receipt, 'position'>,
    options?: CaughtUpOptions,
  ): Promise<void>;

  /** The projection's status now, then each change. */
  status$(projection: ProjectionClass): Observable<ProjectionStatus>;

  health(): Promise<Health>;

  /** Refuses new commands, lets those under way end, commits projections, writes snapshots, closes the store. Idempotent. */
  stop(): Promise<void>;
}
