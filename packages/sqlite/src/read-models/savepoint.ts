/** A part of a transaction that can be undone alone. */
import type Database from 'better-sqlite3';

export class Savepoint {
  readonly #begin: Database.Statement<[]>;
  readonly #keep: Database.Statement<[]>;
  readonly #undo: Database.Statement<[]>;

  constructor(private readonly db: Database.Database) {
    this.#begin = db.prepare('SAVEPOINT part');
    this.#keep = db.prepare('RELEASE part');
    this.#undo = db.prepare('ROLLBACK TO part');
  }

  /** Parts may be nested: the names are the same, and each time the innermost one is meant. */
  begin(): void {
    this.#begin.run();
  }

  keep(): void {
    this.#keep.run();
  }

  /** Does nothing where SQLite has ended the whole transaction. */
  undo(): void {
    if (!this.db.inTransaction) return;
    this.#undo.run();
    this.#keep.run();
  }
}
