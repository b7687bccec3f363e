/** What operators keep for each key, of all keys or of those that were set last. */
import { LRUCache } from 'lru-cache';
import { ArgumentError } from '../errors.ts';
import { describe } from '../shared/describe.ts';

/** What a key begins with: a value, shared by all keys, or a function that makes one for each. */
export type Seed<K, V> = V | ((key: K) => V);

export function seedFor<K, V>(seed: Seed<K, V>, key: K): V {
  return typeof seed === 'function' ? (seed as (key: K) => V)(key) : seed;
}

/** Values by key in a plain Map, and beside it, where they are bounded, the order in which they were set. */
export class KeyedState<K, V> {
  readonly #values = new Map<K, V>();
  readonly #order: LRUCache<K & {}, true> | undefined;
  #gone: readonly [K, V] | undefined;

  constructor(most: number | undefined) {
    if (most === undefined) return;
    // The Map alone could keep the order, by deleting and inserting, but finding its first key then steps over all that
    // were deleted: measured, twenty times as long. `maxSize` unlike `max` allocates nothing ahead.
    this.#order = new LRUCache<K & {}, true>({
      maxSize: most,
      sizeCalculation: () => 1,
      dispose: (_, key, reason) => {
        if (reason === 'evict') this.#forget(key);
      },
    });
  }

  /** The state itself, not a copy; looking at it does not count as use. */
  get all(): ReadonlyMap<K, V> {
    return this.#values;
  }

  get(key: K): V | undefined {
    return this.#values.get(key);
  }

  /** Returns the entry that had to go for it: the one that was set the longest time ago. */
  set(key: K, value: V): readonly [K, V] | undefined {
    this.#values.set(key, value);
    this.#gone = undefined;
    this.#order?.set(key as K & {}, true);
    return this.#gone;
  }

  #forget(key: K): void {
    this.#gone = [key, this.#values.get(key) as V];
    this.#values.delete(key);
  }
}

/** Refuses what is no number of keys. */
export function assertMost(operator: string, most: unknown): void {
  if (most === undefined) return;
  if (typeof most === 'number' && Number.isSafeInteger(most) && most >= 1) return;
  throw new ArgumentError(`${operator} most`, describe(most), 'a whole number from 1');
}
