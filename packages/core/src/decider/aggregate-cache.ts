import { LRUCache } from 'lru-cache';
import { ArgumentError } from '../errors.ts';
import { assertKeys } from '../event/argument-kinds.ts';
import type { EncodedValue } from '../event/codec.ts';
import type { Position, Revision } from '../event/revision.ts';
import { describe } from '../shared/describe.ts';

/** An aggregate's state and the event it stands at. Without events, the last three are `undefined`. */
export interface LoadedState<S = unknown> {
  readonly state: S;
  readonly revision: Revision | undefined;
  readonly position: Position | undefined;
  readonly eventId: string | undefined;
}

export interface CacheOptions {
  /** At most so many aggregates, up to 10,000,000; 0 switches the cache off. Default 1,000. */
  readonly max?: number;
  /** Forgotten so many milliseconds after they were put in, from 1. Default 5 minutes. */
  readonly maxAge?: number;
}

/**
 * States of aggregates between commands. A state is taken out before it is worked on, and put back only after what
 * changed it was acknowledged, so that a half-done one is never seen.
 */
export class AggregateCache {
  readonly #states: LRUCache<string, LoadedState> | undefined;

  /** Throws `ArgumentError`. */
  constructor(options: CacheOptions = {}) {
    assertKeys('cache', options, { max: true, maxAge: true });
    const { max = 1_000, maxAge = 300_000 } = options;
    assertWhole('cache.max', max, 0, mostAggregates);
    assertWhole('cache.maxAge', maxAge, 1, Number.MAX_SAFE_INTEGER);
    this.#states = max === 0 ? undefined : new LRUCache({ max, ttl: maxAge });
  }

  take(streamName: string): LoadedState | undefined {
    const state = this.#states?.get(streamName);
    this.#states?.delete(streamName);
    return state;
  }

  put(streamName: string, state: LoadedState): void {
    this.#states?.set(streamName, state);
  }
}

/** The cache's arrays are as long as that from the beginning: some 50 bytes for each. */
const mostAggregates = 10_000_000;

function assertWhole(argument: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw new ArgumentError(argument, describe(value), `a whole number from ${least} to ${most}`);
}

/** A snapshot's `state` text. */
export const stateText = ({ json, types = {} }: EncodedValue): string => JSON.stringify({ json, types });
