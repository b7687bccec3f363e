import { LRUCache } from 'lru-cache';
import type { EncodedValue } from '../event/codec.ts';
import type { Position, Revision } from '../event/revision.ts';

/** An aggregate's state and the event it stands at. Without events, the last three are `undefined`. */
export interface LoadedState<S = unknown> {
  readonly state: S;
  readonly revision: Revision | undefined;
  readonly position: Position | undefined;
  readonly eventId: string | undefined;
}

export interface CacheOptions {
  /** At most so many aggregates; 0 switches the cache off. Default 1,000. */
  readonly max?: number;
  /** Forgotten so many milliseconds after they were put in. Default 5 minutes. */
  readonly maxAge?: number;
}

/**
 * States of aggregates between commands. A state is taken out before it is worked on, and put back only after what
 * changed it was acknowledged, so that a half-done one is never seen.
 */
export class AggregateCache {
  readonly #states: LRUCache<string, LoadedState> | undefined;

  constructor({ max = 1_000, maxAge = 300_000 }: CacheOptions = {}) {
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

/** A snapshot's `state` text. */
export const stateText = ({ json, types = {} }: EncodedValue): string => JSON.stringify({ json, types });
