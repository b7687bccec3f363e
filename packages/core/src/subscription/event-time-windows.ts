/** The open windows of each key, and which of them an event opens, changes and closes. Knows no RxJS. */
import type { RecordedEvent } from '../event/event.ts';
import { KeyedState, type Seed, seedFor } from './keyed-state.ts';

export interface EventTimeWindow<K, V> {
  readonly key: K;
  /** The first millisecond of the window, since 1970 in UTC. */
  readonly start: number;
  /** The first millisecond behind it. */
  readonly end: number;
  readonly value: V;
  /** How many events went into it. */
  readonly count: number;
  /** Whether nothing more can go into it. */
  readonly closed: boolean;
  /** How many events of this key, so far, came when their window had closed: they are in no window. */
  readonly late: number;
}

interface OpenWindow<V> {
  readonly start: number;
  value: V;
  count: number;
}

interface KeyTime<V> {
  /** By start; the last one is never closed, as its end lies behind the key's time. */
  readonly open: OpenWindow<V>[];
  /** The latest `occurredAt` of this key. */
  time: number;
  late: number;
}

interface WindowRules<T, V, K> {
  readonly milliseconds: number;
  readonly offset?: number | undefined;
  readonly grace?: number | undefined;
  readonly keyOf?: ((event: T) => K) | undefined;
  readonly seed: Seed<K, V>;
  readonly reducer: (value: V, event: T) => V;
  readonly emitOpen?: boolean | undefined;
  readonly most?: number | undefined;
}

export class EventTimeWindows<T extends RecordedEvent, V, K> {
  readonly #keys: KeyedState<K, KeyTime<V>>;
  readonly #keyOf: (event: T) => K;

  constructor(private readonly rules: WindowRules<T, V, K>) {
    this.#keys = new KeyedState(rules.most);
    this.#keyOf = rules.keyOf ?? (({ streamName }) => streamName as K);
  }

  /** What is to be emitted after this event: closed windows, oldest first, then its own where open ones are wanted. */
  take(event: T): readonly EventTimeWindow<K, V>[] {
    const { milliseconds, offset = 0, grace = 0, emitOpen = false } = this.rules;
    const key = this.#keyOf(event);
    const time = event.occurredAt.getTime();
    const start = Math.floor((time - offset) / milliseconds) * milliseconds + offset;
    const state = this.#keys.get(key) ?? { open: [], time: Number.NEGATIVE_INFINITY, late: 0 };
    const isLate = start + milliseconds + grace <= state.time;
    if (isLate) state.late += 1;
    else this.#reduce(state, start, key, event);
    state.time = Math.max(state.time, time);
    const emitted = this.#evict(this.#keys.set(key, state));
    const closing = state.open.findIndex((window) => window.start + milliseconds + grace > state.time);
    for (const window of state.open.splice(0, closing)) emitted.push(this.#emission(key, state, window, true));
    if (emitOpen) emitted.push(this.#emission(key, state, windowOf(state, isLate ? undefined : start), false));
    return emitted;
  }

  /** What is still open. */
  rest(): readonly EventTimeWindow<K, V>[] {
    return [...this.#keys.all].flatMap((entry) => this.#evict(entry));
  }

  #reduce(state: KeyTime<V>, start: number, key: K, event: T): void {
    const { seed, reducer } = this.rules;
    let index = state.open.length;
    while (index > 0 && (state.open[index - 1] as OpenWindow<V>).start > start) index -= 1;
    const known = state.open[index - 1];
    if (known?.start === start) {
      known.value = reducer(known.value, event);
      known.count += 1;
    } else {
      state.open.splice(index, 0, { start, value: reducer(seedFor(seed, key), event), count: 1 });
    }
  }

  /** Nobody will close them any more. */
  #evict(entry: readonly [K, KeyTime<V>] | undefined): EventTimeWindow<K, V>[] {
    if (entry === undefined) return [];
    const [key, state] = entry;
    return state.open.map((window) => this.#emission(key, state, window, false));
  }

  #emission(key: K, { late }: KeyTime<V>, window: OpenWindow<V>, closed: boolean): EventTimeWindow<K, V> {
    const { start, value, count } = window;
    return { key, start, end: start + this.rules.milliseconds, value, count, closed, late };
  }
}

/** The window that begins at `start`, or the newest. */
function windowOf<V>({ open }: KeyTime<V>, start: number | undefined): OpenWindow<V> {
  return (open.find((window) => window.start === start) ?? open[open.length - 1]) as OpenWindow<V>;
}
