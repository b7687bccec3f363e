/**
 * Rebuilds: a read model is filled anew beside the one that is served, which takes over when it is complete. What is
 * stored is what counts: any process may ask for one, watch it and cancel it, and whoever leads the projection does it.
 */
import { type Observable, ReplaySubject } from 'rxjs';
import { RebuildCancelledError } from '../application-errors.ts';
import { ClosedError } from '../errors.ts';
import type { Position } from '../event/revision.ts';
import { linkedAbort } from '../shared/linked-abort.ts';
import { paceOf } from '../shared/pace.ts';
import type { ModelBuild, ModelKey, ReadModelStore } from '../store/read-model-store.ts';
import { guardedObservable } from '../subscription/guarded-observable.ts';

export interface ModelProgress extends ModelKey {
  /** The position it has taken in. */
  readonly done: Position;
  readonly served: boolean;
}

export interface RebuildProgress {
  /** Positions taken in, by the slowest of the read models; events where positions are dense. */
  readonly done: Position;
  /** The log's last position: it grows while others write. */
  readonly total: Position;
  /** On average since it was asked for; 0 before the first batch. */
  readonly eventsPerSecond: number;
  /** In ms, at this speed; `undefined` where it cannot be known. */
  readonly timeLeft: number | undefined;
  readonly models: readonly ModelProgress[];
}

export interface RebuildParts {
  readonly readModels: ReadModelStore;
  readonly head: () => Promise<Position>;
  /** Why the build failed, where this process is the one that fills it. */
  readonly failure: (build: number) => Error | undefined;
  /** Told of the builds that are served, before `done` resolves. */
  readonly onServed: (builds: readonly ModelBuild[]) => void;
  readonly signal: AbortSignal;
  /** Told of subscribers of `progress$` that fail. */
  readonly onError: (error: unknown) => void;
}

/** How often the log's end is looked at, in ms. */
const lookEvery = 250;

export class Rebuild {
  /** Progress now, then each change; completes when all are served. */
  readonly progress$: Observable<RebuildProgress>;
  /**
   * Resolves when all of them are served. Rejects with `RebuildCancelledError`, with what a handler threw
   * (`ConsumerStoppedError`), or with `ClosedError` when the application stops first: it is resumed when it starts again.
   */
  readonly done: Promise<void>;
  readonly #progress = new ReplaySubject<RebuildProgress>(1);
  readonly #began = performance.now();
  #first: Position | undefined;

  constructor(
    private readonly builds: readonly ModelBuild[],
    private readonly parts: RebuildParts,
  ) {
    this.progress$ = guardedObservable('progress$ of a rebuild', this.#progress, parts.onError);
    this.done = this.#watch().then(
      () => this.#progress.complete(),
      (error: unknown) => {
        this.#progress.complete();
        throw error;
      },
    );
    // Who does not ask is not told: `health()` and `onError` say the same.
    this.done.catch(() => {});
  }

  /** Ends it, and forgets what was filled; the served read models stay. Those that are served already are not undone. */
  async cancel(): Promise<void> {
    const { readModels } = this.parts;
    for (const { id } of this.builds) {
      if (readModels.builds().some((build) => build.id === id && build.state === 'building')) await readModels.drop(id);
    }
  }

  async #watch(): Promise<void> {
    const { readModels, signal, failure, head } = this.parts;
    let total = await head();
    for (let lookedAt = performance.now(); ; ) {
      const seen = readModels.seen();
      if (performance.now() - lookedAt > lookEvery) {
        total = await head();
        lookedAt = performance.now();
      }
      const builds = readModels.builds();
      const now = this.builds.map(({ id }) => builds.find((build) => build.id === id));
      for (const [index, build] of now.entries()) {
        const { id, name } = this.builds[index] as ModelBuild;
        if (build === undefined) throw new RebuildCancelledError(name);
        const error = failure(id);
        if (error !== undefined) throw error;
      }
      const open = now as readonly ModelBuild[];
      this.#progress.next(this.#progressOf(open, total));
      if (open.every(({ state }) => state !== 'building')) return this.parts.onServed(builds);
      if (signal.aborted) throw new ClosedError('the application');
      await waitUntil(readModels, seen, signal);
    }
  }

  #progressOf(builds: readonly ModelBuild[], head: Position): RebuildProgress {
    const models = builds.map(({ name, version, state, checkpoint }) => {
      return { name, version, done: checkpoint?.position ?? 0, served: state !== 'building' };
    });
    const open = models.filter(({ served }) => !served);
    const done = Math.min(...(open.length === 0 ? models : open).map((model) => model.done));
    const total = Math.max(head, done);
    this.#first ??= done;
    const { eventsPerSecond, timeLeft } = paceOf({ began: this.#began, first: this.#first, done, total });
    return { done, total, eventsPerSecond, timeLeft: open.length === 0 ? 0 : timeLeft, models };
  }
}

/** A change, or a moment: the log grows also while no read model changes. */
async function waitUntil(readModels: ReadModelStore, seen: number, signal: AbortSignal): Promise<void> {
  const moment = linkedAbort(signal);
  const timer = setTimeout(moment.abort, lookEvery);
  try {
    await readModels.wait(seen, moment.signal);
  } finally {
    clearTimeout(timer);
    moment.release();
  }
}
