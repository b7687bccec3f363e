/**
 * Runs one projection behind the log: reads on from its checkpoint, applies events in batches, and commits each batch's
 * changes with the checkpoint behind it. Where another process moved the checkpoint first, the batch is dropped and
 * reading goes on from there, so that nothing is applied twice.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff } from 'cockatiel';
import { BehaviorSubject, type Observable, Subject } from 'rxjs';
import { AsyncProjectionError, CheckpointMismatchError, ConsumerStoppedError } from '../application-errors.ts';
import { CheckpointFencedError, ClosedError } from '../errors.ts';
import type { RecordedEvent } from '../event/event.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import type { Position } from '../event/revision.ts';
import type { EventStore, SubscriptionMessage } from '../store/event-store.ts';
import type { ReadModelStore } from '../store/read-model-store.ts';
import { resolveFilter } from '../subscription/consumer-filter.ts';
import { isTransient, subscription } from '../subscription/subscription.ts';
import type { Batch } from './batch.ts';
import { assertCheckpoint } from './checkpoint-check.ts';
import type { DocumentChange } from './document-reader.ts';
import { type ReadModel, withSession } from './documents.ts';
import { ModelWriter } from './model-writer.ts';
import type { ProjectionDefinition } from './projection.ts';
import { Waiters } from './waiters.ts';

export type ProjectionState = 'starting' | 'catching-up' | 'live' | 'retrying' | 'stopped';

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly state: ProjectionState;
  /** Durably finished up to here; 0 before the first event. */
  readonly position: Position;
  /** The last thing that went wrong; when stopped by it, why. */
  readonly lastError: Error | undefined;
}

export interface ProjectorParts {
  readonly events: EventStore;
  readonly readModels: ReadModelStore;
  readonly registry: EventRegistry;
  readonly onError: (error: unknown) => void;
}

/** A batch is committed when it holds so many events, or is so many milliseconds old, whichever comes first. */
const batchEvents = 2_048;
const batchMilliseconds = 20;
/** How many positions a checkpoint may fall behind while nothing matches and nobody waits. */
const idleStride = 10_000;

export class Projector {
  readonly changes$ = new Subject<DocumentChange<unknown>>();
  readonly #status: BehaviorSubject<ProjectionStatus>;
  readonly #waiters: Waiters;
  readonly #stopping = new AbortController();
  readonly #handlers: ReadModel;
  #writer: ModelWriter | undefined;
  #current: RecordedEvent | undefined;
  #running: Promise<void> | undefined;

  constructor(
    readonly definition: ProjectionDefinition,
    private readonly parts: ProjectorParts,
  ) {
    const { name, version } = definition.model;
    const state = 'starting';
    this.#status = new BehaviorSubject<ProjectionStatus>({ name, version, state, position: 0, lastError: undefined });
    this.#waiters = new Waiters(name, () => this.status.position);
    this.#handlers = new definition.target();
  }

  get status(): ProjectionStatus {
    return this.#status.value;
  }

  get status$(): Observable<ProjectionStatus> {
    return this.#status.asObservable();
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

  /** Resolves when the checkpoint is durably at `position` or behind it. Rejects when stopped, late, or aborted. */
  async caughtUp(position: Position, timeout: number, signal?: AbortSignal): Promise<void> {
    if (this.status.position >= position) return;
    const { state, lastError, name } = this.status;
    if (state === 'stopped') throw lastError ?? new ClosedError(`projection '${name}'`);
    signal?.throwIfAborted();
    const waiting = this.#waiters.wait(position, timeout, signal);
    // It may be reached already and lack only its commit, which no further event will cause.
    const writer = this.#writer;
    if (writer !== undefined && !writer.changed && writer.reached >= position) {
      await this.#commit(writer).catch((error: unknown) => this.#failed(error as Error));
    }
    await waiting;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let backoff = new ExponentialBackoff({ initialDelay: 20, maxDelay: 5_000 }).next();
    while (!signal.aborted) {
      try {
        await this.#follow();
        // Following ends quietly when the store is closed below a running application.
        if (!signal.aborted) return this.#stopped(new ClosedError('the store'));
      } catch (error) {
        if (error instanceof CheckpointFencedError) continue;
        if (!isTransient(error) || signal.aborted) return this.#stopped(error);
        this.#failed(error as Error);
        this.#set({ state: 'retrying' });
        await sleep(backoff.duration, undefined, { signal }).catch(() => {});
        backoff = backoff.next(undefined);
      }
    }
    this.#set({ state: 'stopped' });
  }

  /** Follows the log from the stored checkpoint, until it is stopped or something fails. */
  async #follow(): Promise<void> {
    const { readModels, events, registry } = this.parts;
    const { model } = this.definition;
    const checkpoint = await readModels.checkpoint(model);
    if (checkpoint !== undefined) await assertCheckpoint(model.name, checkpoint, events);
    const writer = new ModelWriter(model, readModels, registry.values, await events.logId(), checkpoint);
    this.#writer = writer;
    this.#set({ state: 'catching-up', position: writer.committed });
    const filter = resolveFilter({ types: this.definition.events }, registry);
    const source = { events, registry, onRetry: (error: unknown) => this.#failed(error as Error) };
    for await (const message of subscription(source, filter, {
      after: writer.committed,
      signal: this.#stopping.signal,
    })) {
      await this.#receive(message, writer);
    }
    await this.#commit(writer);
  }

  async #receive(message: SubscriptionMessage, writer: ModelWriter): Promise<void> {
    if (message.kind === 'events') return this.#take(message.events, writer);
    if (message.kind === 'progress') writer.pass(message);
    const caughtUp = message.kind === 'empty' || message.caughtUp;
    const behind = writer.reached - writer.committed;
    if ((caughtUp && writer.changed) || this.#waiters.wants(writer.reached) || behind >= idleStride)
      await this.#commit(writer);
    if (caughtUp && this.status.state !== 'live') this.#set({ state: 'live' });
  }

  async #take(events: readonly RecordedEvent[], writer: ModelWriter): Promise<void> {
    for (const parts of byPosition(events)) {
      try {
        this.#current = parts[0];
        writer.take(parts, (event, batch) => this.#handle(event, batch));
        this.#current = undefined;
      } catch (error) {
        // What came before the culprit counts; the checkpoint stays in front of it.
        await this.#commit(writer);
        throw error;
      }
    }
    if (writer.size >= batchEvents || writer.age >= batchMilliseconds) await this.#commit(writer);
  }

  #handle(event: RecordedEvent, batch: Batch): void {
    const method = this.definition.methods.get(event.type);
    if (method === undefined) return;
    const handlers = this.#handlers as unknown as Record<string, (event: RecordedEvent) => unknown>;
    const returned = withSession(this.#handlers, batch, () => handlers[method]?.(event));
    if (typeof (returned as { then?: unknown } | undefined)?.then !== 'function') return;
    // Its own failure, which comes later, must not end the process.
    (returned as Promise<unknown>).then(undefined, () => {});
    throw new AsyncProjectionError(`${this.definition.target.name}.${method}`);
  }

  async #commit(writer: ModelWriter): Promise<void> {
    const changes = await writer.commit();
    if (writer.committed > this.status.position) this.#set({ position: writer.committed });
    this.#waiters.release();
    if (!this.changes$.observed) return;
    for (const change of changes) this.changes$.next(writer.describe(change));
  }

  #failed(lastError: Error): void {
    this.#set({ lastError });
    this.parts.onError(lastError);
  }

  #stopped(cause: unknown): void {
    const { name, position } = this.status;
    const at = this.#current;
    const mismatch = cause instanceof CheckpointMismatchError;
    const error = mismatch ? cause : new ConsumerStoppedError(name, at?.position ?? position, at?.type, { cause });
    this.#failed(error);
    this.#set({ state: 'stopped' });
    this.#waiters.refuse(error);
  }

  #set(change: Partial<ProjectionStatus>): void {
    this.#status.next({ ...this.status, ...change });
    if (change.position !== undefined) this.#waiters.release();
  }
}

/** The parts of a split event share a position, and belong together. */
function* byPosition(events: readonly RecordedEvent[]): Generator<readonly RecordedEvent[], void, undefined> {
  for (let from = 0; from < events.length; ) {
    let to = from + 1;
    while (events[to]?.position === events[from]?.position && to < events.length) to += 1;
    yield events.slice(from, to);
    from = to;
  }
}
