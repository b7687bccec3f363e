import { ClosedError } from '../errors.ts';
import type { StoredEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import type { InlineProjections, InlineTransaction } from '../store/inline-projections.ts';
import type { Checkpoint, ModelBuild, ModelSession } from '../store/read-model-store.ts';
import type { MemoryBuilds } from './memory-builds.ts';
import { type LogRow, type MemoryLog, storedEvent } from './memory-log.ts';
import { MemoryPage } from './memory-page.ts';
import { MemorySession } from './memory-session.ts';

/** The transaction of one append. Its rows and what is projected from them are held back until `commit`. */
export class MemoryInlineTransaction implements InlineTransaction {
  readonly logId: string;
  readonly head: Position;
  readonly #sessions = new Map<number, MemorySession>();
  readonly #checkpoints = new Map<number, Checkpoint>();
  #written = 0;
  #ended = false;

  constructor(
    private readonly log: MemoryLog,
    private readonly models: MemoryBuilds,
    private readonly rows: readonly LogRow[],
  ) {
    this.logId = log.id;
    this.head = log.head;
  }

  /** Shows the rows to the projections. What they throw is thrown, and nothing happened. */
  project(projections: InlineProjections): void {
    try {
      projections.begin(this);
      this.#written = this.rows.length;
      projections.append(this.rows.map(storedEvent));
      projections.flush();
    } catch (error) {
      this.#end();
      projections.rolledBack();
      throw error;
    }
    this.#end();
  }

  /** Cannot fail: no build can go while a transaction is open. */
  commit(): void {
    for (const [id, session] of this.#sessions) session.commit(this.#checkpoints.get(id));
    if (this.#sessions.size > 0) this.models.changed.notify();
  }

  builds(): readonly ModelBuild[] {
    this.#assertOpen();
    return this.models.all();
  }

  eventsAfter(position: Position, limit: number): readonly StoredEvent[] {
    this.#assertOpen();
    const page = new MemoryPage(limit);
    for (let next = position + 1; ; next += 1) {
      const index = next - this.head - 1;
      const row = index < this.#written ? this.rows[index] : undefined;
      const event = row === undefined ? this.log.at(next) : storedEvent(row);
      if (event === undefined || !page.hasRoomFor(event)) break;
      page.add(event);
    }
    return page.events;
  }

  session(id: number): ModelSession {
    return this.#session(id);
  }

  moveCheckpoint(id: number, checkpoint: Checkpoint): void {
    this.#session(id);
    this.#checkpoints.set(id, { ...checkpoint });
  }

  #session(id: number): MemorySession {
    this.#assertOpen();
    let session = this.#sessions.get(id);
    if (session === undefined) {
      session = new MemorySession(this.models.at(id));
      this.#sessions.set(id, session);
    }
    return session;
  }

  #end(): void {
    this.#ended = true;
    for (const session of this.#sessions.values()) session.close();
  }

  #assertOpen(): void {
    if (this.#ended) throw new ClosedError('the transaction of an append');
  }
}
