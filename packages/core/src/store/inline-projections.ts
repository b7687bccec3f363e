/** Projections that run inside the append's transaction, on stores that can do that. */
import type { StoredEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import type { Checkpoint, ModelBuild, ModelSession } from './read-model-store.ts';

/** The transaction of one or several appends, open. */
export interface InlineTransaction {
  readonly logId: string;
  /** The position of the last event before this transaction. */
  readonly head: Position;
  /** As this transaction finds them. */
  builds(): readonly ModelBuild[];
  /** Events behind a position, of this transaction too, at most `limit`; fewer where they are large, none only at the end. */
  eventsAfter(position: Position, limit: number): readonly StoredEvent[];
  /** The same one for the same build until the transaction ends. */
  session(id: number): ModelSession;
  moveCheckpoint(id: number, checkpoint: Checkpoint): void;
}

/** What an application gives to a store. Everything is synchronous. */
export interface InlineProjections {
  /** Called before the first append of each transaction. What it throws fails each append of the transaction. */
  begin(transaction: InlineTransaction): void;
  /** The events of one append, just written. What it throws refuses that append alone; its writing to tables is undone by the store. */
  append(events: readonly StoredEvent[]): void;
  /** Called before the commit, to write what was held back and the checkpoints. */
  flush(): void;
  committed(): void;
  rolledBack(): void;
}
