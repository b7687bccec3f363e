/**
 * Runs one live projection: replays the log through its pipeline, then follows. Pages are pulled and their events pushed
 * synchronously, so that each event goes through once and in order, also across failures of the store that pass by
 * themselves. A pipeline's own failure stops it in front of that event.
 */
import {
  BehaviorSubject,
  firstValueFrom,
  isObservable,
  merge,
  NEVER,
  Observable,
  ReplaySubject,
  Subject,
  Subscription,
} from 'rxjs';
import { CaughtUpTimeoutError, ConsumerStoppedError } from '../../application-errors.ts';
import { ArgumentError, ClosedError } from '../../errors.ts';
import type { RecordedEvent } from '../../event/event.ts';
import type { EventRegistry } from '../../event/event-registry.ts';
import type { Position } from '../../event/revision.ts';
import { describe } from '../../shared/describe.ts';
import { linkedAbort, onAbort } from '../../shared/linked-abort.ts';
import type { EventStore, SubscriptionMessage } from '../../store/event-store.ts';
import { type ResolvedFilter, resolveFilter } from '../../subscription/consumer-filter.ts';
import { guardedObservable } from '../../subscription/guarded-observable.ts';
import { isTransient, placeOf, subscription, unreadEvent } from '../../subscription/subscription.ts';
import { Waiters } from '../waiters.ts';
import { LatestValue } from './latest-value.ts';
import type { LiveProjection, LiveValue } from './live.ts';

export interface LiveStatus {
  readonly name: string;
  /**
   * `stopped` without `lastError`: its pipeline has completed, or the application stops. `retrying`: the store failed
   * and is asked again.
   */
  readonly state: 'starting' | 'catching-up' | 'live' | 'retrying' | 'stopped';
  /** Everything up to here went through the pipeline; 0 before the first event. */
  readonly position: Position;
  /** The last thing that went wrong; when stopped by it, why. */
  readonly lastError: Error | undefined;
}

export interface LiveRunnerParts {
  readonly events: EventStore;
  readonly registry: EventRegistry;
  /** Told of everything that goes wrong; does not throw. */
  readonly onError: (error: unknown) => void;
}

export class LiveRunner<T = unknown> {
  readonly #filter: ResolvedFilter;
  readonly #status: BehaviorSubject<LiveStatus>;
  readonly #waiters: Waiters;
  readonly #replayed = new ReplaySubject<void>(1);
  readonly #latest: LatestValue<T>;
  readonly #input = new Subject<RecordedEvent>();
  readonly #pipe = new Subscription();
  readonly #over = new AbortController();
  #current: RecordedEvent | undefined;
  #hasCompleted = false;
  #running: Promise<void> | undefined;

  /** Throws `ConfigurationError` where the filter names a class that is no registered event, and `ArgumentError`. */
  constructor(
    readonly projection: LiveProjection<T>,
    private readonly parts: LiveRunnerParts,
  ) {
    const { name, filter } = projection;
    this.#filter = resolveFilter(filter, parts.registry);
    this.#latest = new LatestValue((values) => this.#guarded('value$', values));
    this.#status = new BehaviorSubject<LiveStatus>({ name, state: 'starting', position: 0, lastError: undefined });
    this.#waiters = new Waiters(name, () => this.#shown);
  }

  get status(): LiveStatus {
    return this.#status.value;
  }

  get status$(): Observable<LiveStatus> {
    return this.#guarded('status$', this.#status);
  }

  get output(): LiveValue<T> {
    return this.#latest;
  }

  /** Begins to replay; what goes wrong shows in `status` and goes to `onError`. Runs once: a restart is a new runner. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Unsubscribes from the pipeline, and ends. What asynchronous operators have under way is dropped. */
  async stop(): Promise<void> {
    this.#end({}, new ClosedError(this.#label));
    this.#disconnect();
    await this.#running;
    this.#status.complete();
  }

  /**
   * Resolves when everything up to `position` went through the pipeline and `output` shows it, and at once when the
   * pipeline has completed, as nothing changes its value any more. Rejects when stopped, late, or aborted.
   */
  async caughtUp(position: Position, timeout: number, signal?: AbortSignal): Promise<void> {
    if (this.#shown >= position) return;
    if (this.status.state === 'stopped') throw this.status.lastError ?? new ClosedError(this.#label);
    signal?.throwIfAborted();
    await this.#waiters.wait(position, timeout, signal);
  }

  /**
   * Resolves when the log was replayed up to what was its end at the start. Rejects when stopped before, after `timeout`
   * ms (`CaughtUpTimeoutError`), or aborted.
   */
  async ready(timeout?: number, signal?: AbortSignal): Promise<void> {
    const late = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
    const over = linkedAbort(signal, late);
    try {
      await firstValueFrom(merge(this.#replayed, abortOf(over.signal)));
    } catch (error) {
      if (late === undefined || error !== late.reason) throw error;
      const { name, position } = this.status;
      throw new CaughtUpTimeoutError(name, await this.parts.events.head(), position, timeout ?? 0);
    } finally {
      over.release();
    }
  }

  get #label(): string {
    return `live projection '${this.projection.name}'`;
  }

  #guarded<V>(what: string, source: Observable<V>): Observable<V> {
    return guardedObservable(`${what} of ${this.#label}`, source, this.parts.onError);
  }

  /** How far the value that is shown goes: during the replay none is. */
  get #shown(): Position {
    if (this.#hasCompleted) return Number.POSITIVE_INFINITY;
    return this.#latest.isOpen ? this.status.position : 0;
  }

  async #run(): Promise<void> {
    const { events, registry } = this.parts;
    const { signal } = this.#over;
    const onRetry = (error: unknown) => this.#retrying(error as Error);
    try {
      this.#connect();
      const end = await this.#logEnd();
      for await (const message of subscription({ events, registry, onRetry }, this.#filter, { after: 0, signal })) {
        this.#receive(message, end);
        if (signal.aborted) return;
      }
      // Following ends quietly when the store is closed below a running application.
      if (!signal.aborted) throw new ClosedError('the store');
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #connect(): void {
    const output: unknown = this.projection.pipeline(this.#guarded('events$', this.#input));
    if (!isObservable(output))
      throw new ArgumentError(`pipeline of '${this.status.name}'`, describe(output), 'an Observable');
    this.#set({ state: 'catching-up' });
    this.#pipe.add(
      output.subscribe({
        next: (value) => this.#latest.set(value as T),
        error: (cause: unknown) => this.#fail(cause),
        complete: () => this.#complete(),
      }),
    );
  }

  /** Where the replay ends. A store that fails for a moment leaves that to be found on the way. */
  async #logEnd(): Promise<Position> {
    try {
      return await this.parts.events.head();
    } catch (error) {
      if (!isTransient(error)) throw error;
      this.#retrying(error as Error);
      return Number.POSITIVE_INFINITY;
    }
  }

  #receive(message: SubscriptionMessage, end: Position): void {
    if (message.kind === 'events') this.#push(message.events);
    if (this.#pipe.closed) return;
    const position = placeOf(message) ?? this.status.position;
    const isAtEnd = message.kind === 'empty' || (message.kind === 'progress' && message.caughtUp) || position >= end;
    const ends = isAtEnd && !this.#latest.isOpen;
    if (ends) this.#latest.open();
    this.#set({ position, state: this.#latest.isOpen ? 'live' : 'catching-up' });
    if (ends) this.#replayed.next();
  }

  #push(events: readonly RecordedEvent[]): void {
    for (const event of events) {
      if (this.#pipe.closed) return;
      this.#current = event;
      this.#input.next(event);
    }
    this.#current = undefined;
  }

  #retrying(lastError: Error): void {
    this.#set({ state: 'retrying', lastError });
    this.parts.onError(lastError);
  }

  #complete(): void {
    this.#hasCompleted = true;
    this.#latest.open();
    this.#end({ position: this.#current?.position ?? this.status.position, lastError: undefined });
    this.#disconnect();
  }

  #fail(cause: unknown): void {
    const { name, position } = this.status;
    const at = this.#current ?? unreadEvent(cause);
    const error = new ConsumerStoppedError(name, at?.position ?? position, at, { cause });
    this.#end({ position: at === undefined ? position : at.position - 1, lastError: error }, error);
    // What a pipeline throws while it is taken down comes when it has ended already, and is told all the same.
    this.parts.onError(error);
    this.#disconnect();
  }

  /** Once: what comes later changes nothing. Those who still wait get the `refusal`; without one they have their wish. */
  #end(change: Partial<LiveStatus>, refusal?: Error): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#set({ ...change, state: 'stopped' });
    this.#latest.complete();
    if (refusal === undefined) this.#replayed.next();
    else {
      this.#waiters.refuse(refusal);
      this.#replayed.error(refusal);
    }
  }

  #disconnect(): void {
    try {
      this.#pipe.unsubscribe();
    } catch (error) {
      this.parts.onError(error);
    }
  }

  #set(change: Partial<LiveStatus>): void {
    if (this.status.state === 'stopped') return;
    this.#status.next({ ...this.status, ...change });
    if (this.#latest.isOpen) this.#waiters.release();
  }
}

function abortOf(signal: AbortSignal | undefined): Observable<never> {
  if (signal === undefined) return NEVER;
  return new Observable((subscriber) => {
    const abort = () => subscriber.error(signal.reason);
    if (signal.aborted) return abort();
    return onAbort(signal, abort);
  });
}
