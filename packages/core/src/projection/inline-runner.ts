/**
 * Inline projections: run inside the transaction of each append, so that their read models are never behind an
 * acknowledged event. What a process that did not know them has left out is taken in first, in order and in the same
 * transaction. A build that is being filled is kept in step as soon as it is near, so that the switch to it is seamless.
 */
import { ProjectionRefusedError } from '../application-errors.ts';
import { StoreFailedError } from '../errors.ts';
import type { StoredEvent } from '../event/event.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import type { Position } from '../event/revision.ts';
import type { InlineProjections, InlineTransaction } from '../store/inline-projections.ts';
import type { Checkpoint, ModelBuild } from '../store/read-model-store.ts';
import type { ResolvedFilter } from '../subscription/consumer-filter.ts';
import { demand } from '../subscription/subscription.ts';
import { buildsOf } from './builds-of.ts';
import { assertEventAt, assertPlaceInLog } from './checkpoint-check.ts';
import type { ChangedDocument } from './document-batch.ts';
import type { HandlerRun, Handlers } from './handlers.ts';

/** What the application is told of, after the commit. */
export interface InlineObserver {
  readonly handlers: Handlers;
  readonly filter: ResolvedFilter;
  readonly watched: () => boolean;
  /** `from`: where the served build stood before. */
  readonly onCommitted: (build: number, from: Position, to: Position, changes: readonly ChangedDocument[]) => void;
}

/** A build under way that is no further behind than so many events is kept in step. */
const near = 256;
const page = 256;

/** One build in one transaction. */
interface Kept {
  readonly projection: Inline;
  readonly build: ModelBuild;
  readonly run: HandlerRun;
  changes: readonly ChangedDocument[];
}

interface Inline {
  readonly observer: InlineObserver;
  readonly storedTypes: ReadonlySet<string>;
}

export class InlineRunner implements InlineProjections {
  readonly #projections: readonly Inline[];
  #transaction: InlineTransaction | undefined;
  #kept: readonly Kept[] = [];
  #reached: Checkpoint | undefined;
  /** The events of checkpoints that were found in the log, or made here, by build: they are not looked up again. */
  readonly #found = new Map<number, string>();

  constructor(
    observers: readonly InlineObserver[],
    private readonly registry: EventRegistry,
  ) {
    this.#projections = observers.map((observer) => {
      return { observer, storedTypes: new Set(observer.filter.stored.types) };
    });
  }

  begin(transaction: InlineTransaction): void {
    this.#transaction = transaction;
    this.#reached = undefined;
    // Should this throw, nothing is left of the transaction before.
    this.#kept = [];
    const builds = transaction.builds();
    this.#kept = this.#projections.flatMap((projection) => {
      return buildsOf(builds, projection.observer.handlers.definition.model)
        .filter((build) => this.#isKept(build, transaction))
        .map((build) => this.#keep(projection, build, transaction));
    });
  }

  append(events: readonly StoredEvent[]): void {
    for (const { run } of this.#kept) run.mark();
    try {
      for (const kept of this.#kept) this.#take(kept, events);
    } catch (error) {
      for (const { run } of this.#kept) run.undo();
      throw error;
    }
    const last = events[events.length - 1];
    if (last === undefined || this.#transaction === undefined) return;
    this.#reached = { logId: this.#transaction.logId, position: last.position, eventId: last.eventId };
  }

  flush(): void {
    if (this.#reached === undefined) return;
    for (const kept of this.#kept) {
      if (kept.build.state === 'served' && kept.projection.observer.watched()) kept.changes = kept.run.changes();
      kept.run.flush();
      this.#transaction?.moveCheckpoint(kept.build.id, this.#reached);
    }
  }

  committed(): void {
    const reached = this.#reached;
    const kept = this.#kept;
    this.rolledBack();
    if (reached === undefined) return;
    for (const { projection, build, changes } of kept) {
      this.#found.set(build.id, reached.eventId);
      if (build.state !== 'served') continue;
      projection.observer.onCommitted(build.id, build.checkpoint?.position ?? 0, reached.position, changes);
    }
  }

  rolledBack(): void {
    this.#transaction = undefined;
    this.#kept = [];
    this.#reached = undefined;
  }

  /** Takes in what others left out. */
  #keep(projection: Inline, build: ModelBuild, transaction: InlineTransaction): Kept {
    const run = projection.observer.handlers.on(transaction.session(build.id));
    const kept: Kept = { projection, build, run, changes: [] };
    const { head } = transaction;
    for (let at = build.checkpoint?.position ?? 0; at < head; ) {
      const events = transaction.eventsAfter(at, page).filter(({ position }) => position <= head);
      this.#take(kept, events);
      const last = events[events.length - 1];
      if (last === undefined) break;
      at = last.position;
    }
    return kept;
  }

  #take({ projection, run, build }: Kept, stored: readonly StoredEvent[]): void {
    const { observer, storedTypes } = projection;
    const { wanted } = observer.filter;
    for (const event of stored) {
      if (!storedTypes.has(event.type)) continue;
      try {
        run.take(demand(this.registry, event, wanted).filter(wanted));
      } catch (cause) {
        // A full disk is nobody's handler.
        if (cause instanceof StoreFailedError) throw cause;
        throw new ProjectionRefusedError(build.name, event.position, event, { cause });
      }
    }
  }

  /** Throws `CheckpointMismatchError` for a served build of another log; whoever leads drops one that is being filled. */
  #isKept(build: ModelBuild, transaction: InlineTransaction): boolean {
    const { state, checkpoint } = build;
    const { head } = transaction;
    if (state === 'kept' || (state === 'building' && head - (checkpoint?.position ?? 0) > near)) return false;
    if (checkpoint === undefined) return true;
    try {
      this.#assertHere(build, checkpoint, transaction);
      return true;
    } catch (error) {
      if (state === 'served') throw error;
      return false;
    }
  }

  #assertHere({ id, name }: ModelBuild, checkpoint: Checkpoint, transaction: InlineTransaction): void {
    const { position, eventId } = checkpoint;
    assertPlaceInLog(name, checkpoint, transaction);
    if (this.#found.get(id) === eventId) return;
    assertEventAt(name, checkpoint, transaction.eventsAfter(position - 1, 1)[0]);
    this.#found.set(id, eventId);
  }
}
