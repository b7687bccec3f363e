/**
 * An application's projections inside the transactions of appends. An append that they refuse is undone alone: its rows
 * by a savepoint, what caches learned of it by themselves. Where no projection is in use, none of this is touched.
 */
import type {
  Checkpoint,
  InlineProjections,
  InlineTransaction,
  ModelBuild,
  ModelSession,
  Position,
  StoredEvent,
} from '@tidemark/core';
import type { Connection } from './connection.ts';
import { Thrown } from './failures.ts';
import { BuildSession, type SessionParts } from './read-models/build-session.ts';
import type { Builds } from './read-models/builds.ts';
import type { OpenBuilds } from './read-models/open-builds.ts';
import { OpenTransaction } from './read-models/open-transaction.ts';
import type { Reader } from './reader.ts';

/** What remembers what was written in the open transaction, and forgets the last part of it when that is undone. */
interface Undoing {
  /** Where it is now. */
  mark(): number;
  /** Forgets what came after; what came before is forgotten still when the whole transaction is rolled back. */
  undo(mark: number): void;
}

/** What a transaction is shown through. */
export interface InlineParts extends SessionParts {
  readonly logId: string;
  readonly connection: Connection;
  readonly builds: Builds;
  readonly openBuilds: OpenBuilds;
  readonly reader: Reader;
  readonly undoing: readonly Undoing[];
}

export class InlineRunner {
  #projections: InlineProjections | undefined;
  #running: Running | undefined;

  constructor(private readonly parts: InlineParts) {}

  get isUsed(): boolean {
    return this.#projections !== undefined;
  }

  /** From the next transaction on. */
  use(projections: InlineProjections): void {
    this.#projections = projections;
  }

  /**
   * Runs one append's `write`, and has the projections apply its events. Throws `Thrown` for what they throw, and for the
   * rest what ends the transaction.
   */
  append<T>(write: () => { readonly result: T; readonly events: readonly StoredEvent[] }): T {
    const running = this.#begun();
    const { savepoint, undoing } = this.parts;
    savepoint.begin();
    const marks = undoing.map((each) => each.mark());
    const { result, events } = write();
    try {
      running.projections.append(events);
    } catch (error) {
      if (running.transaction.isLost) throw new Thrown(error);
      savepoint.undo();
      for (const [index, each] of undoing.entries()) each.undo(marks[index] ?? 0);
      throw new Thrown(error, true);
    }
    running.transaction.assertNotLost();
    savepoint.keep();
    running.results.add(result);
    return result;
  }

  /** Whether this is what an append of the open transaction returned, whose events projections have applied. */
  hasApplied(result: unknown): boolean {
    return this.#running?.results.has(result) ?? false;
  }

  /** Before COMMIT. Throws `Thrown`, and what ended the transaction: all appends of it have failed then. */
  flush(): void {
    const running = this.#running;
    if (running === undefined || running.failure !== undefined) return;
    try {
      running.projections.flush();
    } catch (error) {
      throw new Thrown(error);
    }
    running.transaction.assertNotLost();
  }

  committed(): void {
    const running = this.#end();
    if (running === undefined) return;
    if (running.failure === undefined) running.projections.committed();
    else running.projections.rolledBack();
  }

  rolledBack(): void {
    this.#end()?.projections.rolledBack();
  }

  #end(): Running | undefined {
    const running = this.#running;
    this.#running = undefined;
    running?.transaction.end();
    return running;
  }

  /** Begins with the transaction's first append; where that fails, each append of it does. */
  #begun(): Running {
    this.#running ??= this.#begin(this.#projections as InlineProjections);
    const { failure } = this.#running;
    if (failure !== undefined) throw failure;
    return this.#running;
  }

  #begin(projections: InlineProjections): Running {
    const { connection, savepoint } = this.parts;
    const transaction = new OpenTransaction(connection);
    const running: Running = { projections, transaction, results: new Set(), failure: undefined };
    savepoint.begin();
    try {
      projections.begin(new InlineView(this.parts, transaction));
    } catch (error) {
      this.#running = running;
      if (transaction.isLost) throw new Thrown(error);
      savepoint.undo();
      return { ...running, failure: new Thrown(error, true) };
    }
    this.#running = running;
    transaction.assertNotLost();
    savepoint.keep();
    return running;
  }
}

interface Running {
  readonly projections: InlineProjections;
  readonly transaction: OpenTransaction;
  readonly results: Set<unknown>;
  /** What `begin` threw. */
  readonly failure: Thrown | undefined;
}

const subject = 'the transaction of appends';

class InlineView implements InlineTransaction {
  readonly logId: string;
  readonly head: Position;
  readonly #sessions = new Map<number, ModelSession>();

  constructor(
    private readonly parts: InlineParts,
    private readonly transaction: OpenTransaction,
  ) {
    this.logId = parts.logId;
    this.head = parts.reader.log.head()?.position ?? 0;
  }

  builds(): readonly ModelBuild[] {
    return this.#act(() => this.parts.builds.all());
  }

  eventsAfter(position: Position, limit: number): readonly StoredEvent[] {
    const { reader } = this.parts;
    return this.#act(() => {
      const high = reader.log.head()?.position ?? 0;
      return reader.events(
        reader.log.range({ low: position + 1, high, wanted: {}, direction: 'forwards', limit }).rows,
      );
    });
  }

  session(id: number): ModelSession {
    const { builds, openBuilds } = this.parts;
    return this.#act(() => {
      const known = this.#sessions.get(id);
      if (known !== undefined) return known;
      const session = new BuildSession(openBuilds.get(id), this.transaction, this.parts);
      builds.touch();
      this.#sessions.set(id, session);
      return session;
    });
  }

  moveCheckpoint(id: number, checkpoint: Checkpoint): void {
    this.#act(() => this.parts.builds.moveCheckpoint(id, checkpoint));
  }

  #act<T>(act: () => T): T {
    return this.transaction.act(subject, act);
  }
}
