/**
 * One projection of an application: whether this process leads it, how far what readers see is, who waits for it, and
 * what changed. The work itself is done by whoever leads (`projection-work.ts`), or by appends (`inline-runner.ts`).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff } from 'cockatiel';
import { BehaviorSubject, type Observable, Subject } from 'rxjs';
import { ClosedError } from '../errors.ts';
import type { Position } from '../event/revision.ts';
import { aborted, linkedAbort } from '../shared/linked-abort.ts';
import type { Fence } from '../store/lease-store.ts';
import type { ModelBuild, ModelShape } from '../store/read-model-store.ts';
import { type ResolvedFilter, resolveFilter } from '../subscription/consumer-filter.ts';
import { guardedObservable } from '../subscription/guarded-observable.ts';
import { isTransient } from '../subscription/subscription.ts';
import { BuildRunner } from './build-runner.ts';
import { buildsOf, presentBuild } from './builds-of.ts';
import type { ChangedDocument } from './document-batch.ts';
import { type DocumentChange, describedChange } from './document-change.ts';
import { Handlers } from './handlers.ts';
import type { InlineObserver } from './inline-runner.ts';
import type { Held } from './leadership.ts';
import type { ModelObserver } from './model-watch.ts';
import { ParkedEvents } from './parked.ts';
import { PassingBy } from './passing-by.ts';
import type { ProjectionDefinition } from './projection.ts';
import { isOfUse, type ProjectionStatus, stoppedBy } from './projection-status.ts';
import { isOvertaken, ProjectionWork } from './projection-work.ts';
import type { ProjectorParts } from './projector-parts.ts';
import { Waiters } from './waiters.ts';

export class Projector implements ModelObserver {
  readonly changes$ = new Subject<DocumentChange<unknown>>();
  readonly parked: ParkedEvents;
  readonly inline: InlineObserver;
  /** What a build of it is made of. */
  readonly shape: ModelShape;
  readonly #handlers: Handlers;
  readonly #filter: ResolvedFilter;
  readonly #status: BehaviorSubject<ProjectionStatus>;
  readonly #waiters: Waiters;
  readonly #stopping = new AbortController();
  readonly #work: ProjectionWork;
  readonly #passingBy: PassingBy;
  /** Ends the work under way, to look again how things stand. */
  #turn: { abort(): void } | undefined;
  /** The builds of this projection and their states, as they were last seen. */
  #builds = '';
  /** The served build and where this process itself committed it last. */
  #own = { build: 0, position: -1 };
  /** The build that `status` tells of. */
  #shown = 0;
  /** Works on the served build, if this process does. */
  #serving: BuildRunner | undefined;
  #running: Promise<void> | undefined;
  #settled: () => void = () => {};
  /** Resolves when there is something to read, or it is known that there will not be for a while: it is built by whomever, or stopped. */
  readonly opened = new Promise<void>((resolve) => {
    this.#settled = resolve;
  });

  constructor(
    readonly definition: ProjectionDefinition,
    private readonly parts: ProjectorParts,
  ) {
    const { readModels, registry, events, clock } = parts;
    const begin = { state: 'starting', position: 0, served: false, parked: 0, lastError: undefined } as const;
    this.#status = new BehaviorSubject<ProjectionStatus>({ ...definition.model, ...begin });
    this.#waiters = new Waiters(definition.model.name, () => (this.status.served ? this.status.position : -1));
    this.#handlers = new Handlers(definition, registry.values);
    const filter = resolveFilter({ types: definition.events }, registry);
    this.#filter = filter;
    const build = () => presentBuild(buildsOf(readModels.builds(), definition.model))?.id;
    this.parked = new ParkedEvents({ handlers: this.#handlers, events, readModels, registry, filter, clock, build });
    this.inline = {
      handlers: this.#handlers,
      filter,
      watched: () => this.changes$.observed,
      onCommitted: (id, from, to, changes) => {
        if (this.#own.build === id && this.#own.position < from) this.changes$.next({ kind: 'reset', position: from });
        this.#own = { build: id, position: to };
        this.#committed(to, changes);
      },
    };
    this.shape = { ...definition.shape, types: [...(filter.stored.types ?? [])].sort() };
    const source = { events, registry, onRetry: (error: unknown) => this.#failed(error) };
    this.#passingBy = new PassingBy({
      ...{ source, filter, waiters: this.#waiters, signal: this.#stopping.signal, status: () => this.status },
      onReached: (position) => this.#set({ position }),
    });
    this.#work = new ProjectionWork({
      ...{ definition, shape: this.shape, readModels, filter, passes: parts.passes, source },
      runner: (model, fence, signal) => this.#runner(model, fence, signal),
      onState: (state) => this.#set({ state }),
      onOneFailed: (error) => this.#failed(stoppedBy(error, this.status)),
    });
  }

  get status(): ProjectionStatus {
    return this.#status.value;
  }

  get status$(): Observable<ProjectionStatus> {
    return guardedObservable(`status$ of projection '${this.status.name}'`, this.#status, this.parts.onError);
  }

  /** Begins to run; what goes wrong shows in `status` and goes to `onError`. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Commits what was taken in, and ends. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#waiters.refuse(new ClosedError(`projection '${this.status.name}'`));
    this.#status.complete();
    this.changes$.complete();
  }

  /** Resolves when what readers see is durably at `position` or behind it. Rejects when stopped, late, or aborted. */
  async caughtUp(position: Position, timeout: number | undefined, signal?: AbortSignal): Promise<void> {
    this.#look();
    const { state, lastError, name, served, position: reached } = this.status;
    if (served && reached >= position && isOfUse(lastError)) return;
    if (state === 'stopped') throw lastError ?? new ClosedError(`projection '${name}'`);
    signal?.throwIfAborted();
    const waiting = this.#waiters.wait(position, timeout, signal);
    // What goes wrong here goes wrong for the runner itself, too.
    this.#serving?.hurry(position).catch(() => {});
    this.#passingBy.look();
    await waiting;
  }

  /** Resolves when this version is what readers see. */
  async ready(timeout?: number, signal?: AbortSignal): Promise<void> {
    await this.caughtUp(0, timeout, signal);
  }

  /** Why a build failed that this process filled. */
  failureOf(build: number): Error | undefined {
    return this.#work.failures.get(build);
  }

  observe(builds: readonly ModelBuild[]): void {
    const own = buildsOf(builds, this.definition.model);
    const signature = own.map(({ id, state }) => `${id} ${state}`).join();
    if (signature !== this.#builds) {
      this.#builds = signature;
      this.#turn?.abort();
    }
    const build = presentBuild(own);
    if (build !== undefined) this.#show(build);
  }

  /** Looks how things stand, here and elsewhere. */
  refresh(): void {
    if (this.status.state !== 'stopped') this.#look();
  }

  #show({ id, state, checkpoint }: ModelBuild): void {
    const isServed = state === 'served';
    const isSame = this.#shown === id;
    const before = this.status;
    const position = Math.max(checkpoint?.position ?? 0, isSame ? before.position : 0);
    const parked = this.parts.readModels.countParked(id);
    this.#shown = id;
    // What this process commits itself, it tells change by change.
    const isForeign = isSame
      ? position > Math.max(this.#own.position, before.position) || (isServed && !before.served && position > 0)
      : before.served || position > 0;
    if (this.#own.build !== id) this.#own = { build: id, position };
    // What was wrong with the one that was served is not wrong with this one.
    if (!isSame && isServed && !isOfUse(before.lastError)) this.#set({ state: 'starting', lastError: undefined });
    const isTold = before.served === isServed && before.parked === parked && before.position === position;
    if (!isTold) this.#set({ served: isServed, parked, position });
    if (isServed && isForeign) this.changes$.next({ kind: 'reset', position });
  }

  #look(): void {
    this.observe(this.parts.readModels.builds());
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const first = () => new ExponentialBackoff({ initialDelay: 20, maxDelay: 5_000 }).next();
    const lease = `projection ${this.definition.model.name}@${this.definition.model.version}`;
    for (let backoff = first(); !signal.aborted; ) {
      let held: Held | undefined;
      try {
        this.#look();
        held = await this.parts.leadership.obtain(lease, signal, () => this.#set({ state: 'standby' }));
        if (held !== undefined) await this.#lead(held);
        // Following ends quietly when the store is closed below a running application.
        if (!signal.aborted && held?.lost.aborted !== true) throw new ClosedError('the store');
        backoff = first();
      } catch (error) {
        if (isOvertaken(error)) {
          // Whatever the reason, others have their turn.
          await sleep(5 + Math.random() * 20, undefined, { signal }).catch(() => {});
          continue;
        }
        if (!isTransient(error) || signal.aborted) {
          await held?.release();
          if (await this.#stopped(error)) continue;
          return;
        }
        this.#failed(error);
        this.#set({ state: 'retrying' });
        await sleep(backoff.duration, undefined, { signal }).catch(() => {});
        backoff = backoff.next(undefined);
      } finally {
        await held?.release();
      }
    }
    this.#set({ state: 'stopped' });
  }

  /** Works, and looks again whenever builds came or went, as long as the lease is held. */
  async #lead({ fence, lost }: Held): Promise<void> {
    while (!this.#stopping.signal.aborted && !lost.aborted) {
      const turn = linkedAbort(this.#stopping.signal, lost);
      this.#turn = turn;
      this.#look();
      const before = this.#builds;
      try {
        await this.#work.run(fence, turn.signal);
      } finally {
        this.#turn = undefined;
        this.#serving = undefined;
        turn.release();
      }
      this.#look();
      // Nothing came or went, and nobody asked it to end: the store is closed.
      if (!turn.signal.aborted && this.#builds === before) return;
    }
  }

  #runner(build: ModelBuild, fence: Fence, signal: AbortSignal): BuildRunner {
    const { readModels, clock, logId } = this.parts;
    const isServed = build.state === 'served';
    const runner = new BuildRunner(build, this.#filter, this.#waiters, {
      ...{ handlers: this.#handlers, readModels, logId, clock, fence, signal },
      watched: () => isServed && this.changes$.observed,
      onCommit: (position) => {
        if (isServed) this.#own = { build: build.id, position };
      },
      onCommitted: (position, changes) => {
        if (isServed) this.#committed(position, changes);
        else if (!this.status.served) this.#set({ position });
      },
      onPassedOver: (error) => this.#failed(error),
    });
    if (isServed) this.#serving = runner;
    return runner;
  }

  #committed(position: Position, changes: readonly ChangedDocument[]): void {
    if (position > this.status.position) this.#set({ position });
    if (!this.changes$.observed) return;
    const { model } = this.definition;
    for (const change of changes)
      this.changes$.next(describedChange(change, { model, values: this.parts.registry.values, position }));
  }

  #failed(error: unknown): void {
    this.#set({ lastError: error instanceof Error ? error : new Error(String(error)) });
    this.parts.onError(error);
  }

  /** Resolves to true when there is something new to do: a rebuild was asked for. */
  async #stopped(cause: unknown): Promise<boolean> {
    const error = stoppedBy(cause, this.status);
    this.#failed(error);
    this.#set({ state: 'stopped' });
    this.#waiters.refuse(error);
    const turn = linkedAbort(this.#stopping.signal);
    this.#turn = turn;
    await aborted(turn.signal);
    turn.release();
    return !this.#stopping.signal.aborted;
  }

  #set(change: Partial<ProjectionStatus>): void {
    this.#status.next({ ...this.status, ...change });
    this.#waiters.release();
    this.#passingBy.look();
    const { state } = this.status;
    if (state === 'starting' || (state === 'building' && this.parts.head === 0)) return;
    this.#settled();
  }
}
