import { defer, map, type OperatorFunction } from 'rxjs';
import { assertFunction, assertObject } from '../event/argument-kinds.ts';
import { assertMost, KeyedState, type Seed, seedFor } from './keyed-state.ts';

/** One step of `scanByKey`. */
export interface KeyedScan<K, V> {
  /** The key whose accumulator has just changed. */
  readonly key: K;
  /** What it has become. */
  readonly value: V;
  /**
   * All accumulators by key: the operator's own Map, the same in every emission, which changes with each event. Read it
   * when you get it, and copy what you keep.
   */
  readonly all: ReadonlyMap<K, V>;
}

export interface ScanByKeyOptions {
  /** Keep so many keys at most: beyond that, the one updated the longest time ago is forgotten, and would begin anew. */
  readonly most?: number | undefined;
}

/**
 * RxJS's `scan` with an accumulator for each key; emits after each event. No emission copies anything, however many
 * keys there are. A key begins with `seed`: give a function where reducers change the accumulator instead of returning
 * a new one, or all keys would share it. Throws `ArgumentError`.
 *
 * ```ts
 * events$.pipe(scanByKey(({ aggregateId }) => aggregateId, (sum, { data }) => sum + data.amount, 0))
 * ```
 */
export function scanByKey<T, K, V>(
  keyOf: (event: T) => K,
  reducer: (value: V, event: T) => V,
  seed: Seed<K, V>,
  options: ScanByKeyOptions = {},
): OperatorFunction<T, KeyedScan<K, V>> {
  assertFunction('scanByKey keyOf', keyOf);
  assertFunction('scanByKey reducer', reducer);
  assertObject('scanByKey options', options);
  assertMost('scanByKey', options.most);
  return (source) =>
    defer(() => {
      const state = new KeyedState<K, V>(options.most);
      const { all } = state;
      return source.pipe(
        map((event) => {
          const key = keyOf(event);
          const value = reducer(all.has(key) ? (all.get(key) as V) : seedFor(seed, key), event);
          state.set(key, value);
          return { key, value, all };
        }),
      );
    });
}
