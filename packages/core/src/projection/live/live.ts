/** `live(name, filter, pipeline)`: a projection that is an RxJS pipeline, and keeps its latest value in memory. */
import type { Observable } from 'rxjs';
import { ArgumentError } from '../../errors.ts';
import { demandEventName } from '../../event/domain-event.ts';
import type { RecordedEvent } from '../../event/event.ts';
import { describe } from '../../shared/describe.ts';
import { assertFilter } from '../../store/event-filter.ts';
import type { ConsumerFilter } from '../../subscription/consumer-filter.ts';
import type { EventOf } from '../../subscription/event-of.ts';

/** Made by `live`; give it to `createApplication` among the `projections`. */
export interface LiveProjection<T = unknown> {
  readonly name: string;
  readonly filter: ConsumerFilter;
  /** Called once for each start. */
  readonly pipeline: (events$: Observable<RecordedEvent>) => Observable<T>;
}

/** What a running live projection shows. */
export interface LiveValue<T> {
  /** The latest value; `undefined` until the replay is over, and while the pipeline has emitted nothing. */
  readonly value: T | undefined;
  /**
   * The latest value now, then each later one. During the replay it is silent, and emits the latest value once at its
   * end. It completes when no more will come, also when the projection stopped by an error: its status says why.
   */
  readonly value$: Observable<T>;
}

/**
 * A projection as an RxJS pipeline over the events that `filter` wants, all where there is none. Nothing is stored:
 * each start of the application calls `pipeline` and replays the log through it, so its value is what the pipeline
 * makes of the whole log, and memory holds what the pipeline holds.
 *
 * `events$` is hot: subscribe to it while `pipeline` runs, as often as you like; who subscribes later misses what was
 * before. A page of events is pushed synchronously, the next one is read after it, so synchronous operators hold the
 * reading up. Asynchronous ones cannot, as RxJS has no backpressure: behind a `concatMap(async …)` the whole log piles
 * up in memory, and `caughtUp` knows only that the events went in, not that values came out. Work that waits belongs
 * into `for await (… of app.events())` or `app.subscribe`.
 *
 * A pipeline that errors stops this projection, and nothing else; one that completes keeps its last value.
 *
 * Throws `ArgumentError`.
 *
 * ```ts
 * const deposits = live('deposits', { types: [MoneyDeposited] }, (events$) =>
 *   events$.pipe(scan((sum, { data }) => sum + data.amount, 0)));
 * ```
 */
export function live<const F extends ConsumerFilter, V>(
  name: string,
  filter: F,
  pipeline: (events$: Observable<EventOf<F>>) => Observable<V>,
): LiveProjection<V>;
export function live<V>(
  name: string,
  pipeline: (events$: Observable<RecordedEvent>) => Observable<V>,
): LiveProjection<V>;
export function live(name: unknown, ...rest: readonly unknown[]): LiveProjection {
  if (typeof name !== 'string' || !/^[^\p{Cc}]{1,128}$/u.test(name))
    throw new ArgumentError('live name', describe(name), 'text of 1 to 128 characters without control characters');
  const [filter, pipeline] = rest.length > 1 ? rest : [{}, rest[0]];
  assertConsumerFilter(filter);
  if (typeof pipeline !== 'function')
    throw new ArgumentError(`pipeline of '${name}'`, describe(pipeline), 'a function from events$ to an Observable');
  return Object.freeze({ name, filter, pipeline: pipeline as LiveProjection['pipeline'] });
}

/** Tells a live projection from the other kinds. */
export function isLiveProjection(projection: unknown): projection is LiveProjection {
  return (
    typeof projection === 'object' &&
    projection !== null &&
    typeof (projection as LiveProjection).pipeline === 'function'
  );
}

function assertConsumerFilter(filter: unknown): asserts filter is ConsumerFilter {
  const types: unknown = (filter as ConsumerFilter | null | undefined)?.types;
  assertFilter(Array.isArray(types) ? { ...(filter as ConsumerFilter), types: types.map(nameOf) } : (filter ?? null));
}

function nameOf(type: unknown): unknown {
  return typeof type === 'function' ? demandEventName('filter.types', type).type : type;
}
