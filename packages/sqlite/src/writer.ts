/**
 * The queue before the one writing connection. What was asked for during one turn of the event loop is committed
 * together (`setImmediate`: a microtask would never group what arrives over sockets), so that many callers share one
 * wait for the disk. Who was found alone and asks again does not wait for the turn's end, every second time.
 *
 * Each piece of work is first planned, which may refuse it, and then written. A refusal concerns that piece alone. A
 * failure while writing ends the whole transaction: SQLite itself does so on a full disk, and whoever trusted a
 * savepoint then would acknowledge what is not stored. Nothing is acknowledged before COMMIT returned.
 */
import { ClosedError, OutcomeUnknownError } from '@tidemark/core';
import type { Connection } from './connection.ts';
import { isBusy, isIoError, storeFailed, Thrown, translated } from './failures.ts';
import type { InlineRunner } from './inline.ts';
import type { FaultPoint, Settings } from './options.ts';

/** `durable`: events and whatever they depend on; `relaxed`: what can be made again after a power cut. */
export type Lane = 'durable' | 'relaxed';

export interface Work<T> {
  readonly lane: Lane;
  /** About how many bytes it writes. */
  readonly weight: number;
  /** Named in the error when the disk fails during COMMIT; without one, doing it again does no harm. */
  readonly streamName?: string | undefined;
  /** Nothing is written behind it in its transaction: so it is not written again because somebody else failed. */
  readonly isLast?: boolean;
  /** Reads, and refuses by throwing; must not write. What it returns does the writing. */
  plan(): () => T;
}

/** Work that waits, since when by `performance.now()`. */
class Job {
  readonly since = performance.now();

  constructor(
    readonly work: Work<unknown>,
    readonly resolve: (value: never) => void,
    readonly reject: (error: unknown) => void,
  ) {}
}

type Outcome = { readonly value: unknown } | { readonly refusal: unknown };

/** What keeps in memory what it wrote. */
export interface Remembering {
  committed(): void;
  rolledBack(): void;
}

/** The event loop is given back after so many, or so many bytes. */
const mostJobs = 512;
const mostWeight = 4 * 1024 * 1024;
/**
 * On a lock: tries in turn for a random part of a millisecond, then a pause of one, and so on. Pauses are of whole
 * milliseconds: who came once in each would find it taken each time by somebody who writes as regularly.
 */
const pause = 1;
/** After so many pauses whoever holds it is at something else, and is looked for closely only after each so many-th. */
const mostClose = 50;
const closeEach = 8;

export class Writer {
  readonly #lanes: Readonly<Record<Lane, Job[]>> = { durable: [], relaxed: [] };
  readonly #idle: (() => void)[] = [];
  #scheduled = false;
  /** The last turn's end found one caller. */
  #alone = false;
  #closed = false;
  #pauses = 0;
  /** By `performance.now()`; `undefined` where no lock was met. */
  #closeUntil: number | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly settings: Settings,
    private readonly remembering: readonly Remembering[],
    private readonly inline: InlineRunner,
  ) {}

  /** Settles when the work's transaction is committed, or the work is refused. */
  submit<T>(work: Work<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new ClosedError(this.settings.path));
    return new Promise<T>((resolve, reject) => {
      this.#lanes[work.lane].push(new Job(work, resolve, reject));
      this.#schedule();
    });
  }

  /** Takes nothing more, and resolves when all that was taken is settled. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#isIdle()) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #isIdle(): boolean {
    return this.#lanes.durable.length === 0 && this.#lanes.relaxed.length === 0;
  }

  #schedule(afterLock = false): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (afterLock) this.#tryAgain();
    else this.#afresh();
  }

  #afresh(): void {
    this.#pauses = 0;
    this.#closeUntil = undefined;
    if (this.#alone && this.#lanes.durable.length > 0) process.nextTick(this.#flushAtOnce);
    else setImmediate(this.#flushAtTurn);
  }

  #tryAgain(): void {
    const now = performance.now();
    this.#closeUntil ??= now + Math.random();
    if (now > this.#closeUntil) setTimeout(this.#flushAfterPause, pause);
    else setImmediate(this.#flushAtTurn);
  }

  readonly #flushAfterPause = (): void => {
    this.#pauses += 1;
    const isClose = this.#pauses < mostClose || this.#pauses % closeEach === 0;
    this.#closeUntil = isClose ? performance.now() + Math.random() : 0;
    this.#flushAtTurn();
  };

  readonly #flushAtTurn = (): void => {
    this.#alone = this.#lanes.durable.length === 1;
    this.#flush();
  };

  /** Behind all microtasks, so that what they bring still goes along; never twice without a turn between. */
  readonly #flushAtOnce = (): void => {
    this.#alone = false;
    this.#flush();
  };

  #flush(): void {
    this.#scheduled = false;
    const free = this.#transact(this.#lanes.durable) && this.#transact(this.#lanes.relaxed);
    if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve();
    else this.#schedule(!free);
  }

  /** One transaction of what waits in a lane. False when another process holds the lock. */
  #transact(queue: Job[]): boolean {
    const [first] = queue;
    if (first === undefined) return true;
    const { lane } = first.work;
    const group = queue.splice(0, groupSize(queue));
    try {
      this.#faultsAt('before-begin', lane);
      this.connection.begin(lane);
    } catch (error) {
      if (isBusy(error)) return this.#postpone(group, queue, error);
      for (const job of group) job.reject(translated(error, this.settings.path));
      return true;
    }
    const outcomes: Outcome[] = [];
    let current = first;
    try {
      this.connection.refresh();
      for (current of group) outcomes.push(this.#perform(current));
      this.#faultsAt('after-insert', lane);
    } catch (error) {
      this.#rollback();
      queue.unshift(...group.filter((job) => job !== current));
      current.reject(translated(error, this.settings.path));
      return true;
    }
    if (lane === 'durable' && !this.#flushInline(group, outcomes)) return true;
    try {
      this.connection.commit();
    } catch (error) {
      this.#rollback();
      for (const [index, job] of group.entries()) job.reject(this.#commitFailed(job, outcomes[index], error));
      return true;
    }
    this.#faultsAt('after-commit', lane);
    for (const each of this.remembering) each.committed();
    for (let index = 0; index < group.length; index += 1) settle(group[index], outcomes[index]);
    if (lane === 'durable') this.connection.changed.notify();
    return true;
  }

  /** Throws what ended the transaction. */
  #perform({ work }: Job): Outcome {
    let write: () => unknown;
    try {
      write = work.plan();
    } catch (refusal) {
      if (!this.connection.db.inTransaction) throw refusal;
      return { refusal: translated(refusal, this.settings.path) };
    }
    try {
      return { value: write() };
    } catch (error) {
      if (error instanceof Thrown && error.isUndone) return { refusal: error.error };
      throw error;
    }
  }

  /** False when the projections could not be written: then the appends that they have applied fail, and all else waits again. */
  #flushInline(group: readonly Job[], outcomes: readonly Outcome[]): boolean {
    try {
      this.inline.flush();
      return true;
    } catch (error) {
      const failed = group.filter((_, index) => this.#isApplied(outcomes[index]));
      this.#rollback();
      this.#lanes.durable.unshift(...group.filter((job) => !failed.includes(job)));
      for (const job of failed) job.reject(translated(error, this.settings.path));
      return false;
    }
  }

  #isApplied(outcome: Outcome | undefined): boolean {
    return outcome !== undefined && 'value' in outcome && this.inline.hasApplied(outcome.value);
  }

  #rollback(): void {
    this.connection.rollback();
    for (const each of this.remembering) each.rolledBack();
  }

  #postpone(group: readonly Job[], queue: Job[], error: unknown): false {
    const now = performance.now();
    const late = (job: Job) => now - job.since > this.settings.writeTimeout;
    queue.unshift(...group.filter((job) => !late(job)));
    for (const job of group.filter(late)) {
      const waited = `found it locked by another process for ${Math.round(now - job.since)} ms`;
      job.reject(storeFailed(this.settings.path, 'busy', waited, error));
    }
    return false;
  }

  /** A disk that failed may hold the commit all the same: a crash now, and recovery finds it. */
  #commitFailed({ work: { streamName } }: Job, outcome: Outcome | undefined, error: unknown): unknown {
    const failure = translated(error, this.settings.path);
    const wrote = outcome !== undefined && 'value' in outcome;
    return wrote && streamName !== undefined && isIoError(error)
      ? new OutcomeUnknownError(streamName, { cause: failure })
      : failure;
  }

  #faultsAt(point: FaultPoint, lane: Lane): void {
    this.settings.faults?.at(point, { lane, synchronous: () => this.connection.synchronous() });
  }
}

function settle(job: Job | undefined, outcome: Outcome | undefined): void {
  if (job === undefined || outcome === undefined) return;
  if ('value' in outcome) job.resolve(outcome.value as never);
  else job.reject(outcome.refusal);
}

/** How many of the waiting jobs go together: one at least. */
function groupSize(queue: readonly Job[]): number {
  let weight = 0;
  let size = 0;
  for (const { work } of queue) {
    weight += work.weight;
    if (size > 0 && (size >= mostJobs || weight > mostWeight)) break;
    size += 1;
    if (work.isLast) break;
  }
  return size;
}
