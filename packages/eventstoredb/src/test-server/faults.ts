/**
 * How a server misbehaves when it is asked to. What is asked for holds for the calls that come after it, until it was met
 * `times` times or `clear()` is called; what concerns connections and open calls happens at once.
 */

import type { Refusal } from './leadership.ts';
import { type CallKind, callKinds } from './open-calls.ts';
import type { Endpoint } from './service-error.ts';

export interface FaultScope {
  /** Which calls; default: all that append, delete, read or subscribe. */
  readonly calls?: readonly CallKind[];
  /** How many of them; default: every one until `clear()`. */
  readonly times?: number;
}

/** What happens to one call, or to one append of a batch stream. */
export type Effect =
  | { readonly effect: 'late'; readonly ms: number }
  | { readonly effect: 'never' }
  | { readonly effect: 'unacknowledged'; readonly drops: boolean }
  | { readonly effect: 'refuse'; readonly refusal: Refusal };

/** What faults do to open calls and connections: the server's part. */
export interface Disturbances {
  dropConnections(): void;
  endBatchStreams(): void;
  overflowSubscriptions(): void;
}

interface Rule {
  readonly calls: readonly CallKind[];
  readonly effect: Effect;
  left: number;
}

const data = callKinds.filter((kind) => kind !== 'gossip' && kind !== 'serverFeatures');
const writes: readonly CallKind[] = ['append', 'batchAppend', 'appendSession', 'delete', 'tombstone'];

export class Faults {
  readonly #disturbances: Disturbances;
  #rules: Rule[] = [];
  #met = 0;

  constructor(disturbances: Disturbances) {
    this.#disturbances = disturbances;
  }

  /** How many calls have met a fault so far: wait for it to know that a call has arrived. */
  get met(): number {
    return this.#met;
  }

  /** Answers after `ms` milliseconds: what was asked is done then, not before. */
  answerLate(ms: number, scope: FaultScope = {}): void {
    this.#add({ effect: 'late', ms }, scope, data);
  }

  /** Takes the call, does nothing, and never answers. */
  neverAnswer(scope: FaultScope = {}): void {
    this.#add({ effect: 'never' }, scope, data);
  }

  /** Commits a write and never says so; with `drops` it drops all connections instead, right after the commit. */
  commitWithoutAcknowledging({ drops = false, ...scope }: FaultScope & { readonly drops?: boolean } = {}): void {
    this.#add({ effect: 'unacknowledged', drops }, scope, writes);
  }

  /** Says that another node leads; on a batch stream that ends the whole stream, as it does on the real server. */
  answerNotLeader(leader: Endpoint, scope: FaultScope = {}): void {
    this.#add({ effect: 'refuse', refusal: { reason: 'not-leader', leader } }, scope, data);
  }

  /** Says `Server Is Not Ready`, as a node does while a leader is elected. */
  answerNotReady(scope: FaultScope = {}): void {
    this.#add({ effect: 'refuse', refusal: { reason: 'not-ready' } }, scope, data);
  }

  /** Says that it has too much to do. */
  answerTooBusy(scope: FaultScope = {}): void {
    this.#add({ effect: 'refuse', refusal: { reason: 'too-busy' } }, scope, data);
  }

  /** Destroys every connection, without a word. The server goes on and takes new ones. */
  dropConnections(): void {
    this.#disturbances.dropConnections();
  }

  /** Ends the batch append streams as if all were well, whatever is under way on them. */
  endBatchStreams(): void {
    this.#disturbances.endBatchStreams();
  }

  /** Ends the subscriptions with `Consumer too slow to handle event while live`. */
  overflowSubscriptions(): void {
    this.#disturbances.overflowSubscriptions();
  }

  /** From now on calls are answered as they should be. One that was never answered stays so. */
  clear(): void {
    this.#rules = [];
  }

  /** What happens to a call that has just come: the first fault asked for that fits. For the server. */
  next(kind: CallKind): Effect | undefined {
    const rule = this.#rules.find(({ calls }) => calls.includes(kind));
    if (rule === undefined) return undefined;
    this.#met += 1;
    rule.left -= 1;
    if (rule.left <= 0) this.#rules = this.#rules.filter((other) => other !== rule);
    return rule.effect;
  }

  #add(effect: Effect, { calls, times = Number.POSITIVE_INFINITY }: FaultScope, usual: readonly CallKind[]): void {
    this.#rules.push({ calls: calls ?? usual, effect, left: times });
  }
}
