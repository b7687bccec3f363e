/**
 * A write transaction while an application's code is let into it. Whatever that code keeps is of no use once it is over:
 * a write then would be one outside of any transaction. It can be over early, as SQLite itself ends it on a full disk,
 * and on a conflict under `OR ROLLBACK`.
 */
import { ClosedError, StoreFailedError } from '@tidemark/core';
import type { Connection } from '../connection.ts';
import { storeFailed, translatedOfStatement } from '../failures.ts';

export class OpenTransaction {
  #isOver = false;
  /** What ended it early. */
  #culprit: unknown;

  constructor(private readonly connection: Connection) {}

  /** Does something to the file for `subject`. Throws `ClosedError` when the transaction is over, and translated errors. */
  act<T>(subject: string, act: () => T): T {
    this.assertOpen(subject);
    try {
      return act();
    } catch (error) {
      throw this.failureOf(error);
    }
  }

  /** For what is done so often that a function of its own for it would cost too much: throw what `failureOf` makes of an error. */
  assertOpen(subject: string): void {
    if (this.#isOver) throw new ClosedError(subject);
  }

  /** The error translated; the transaction is over where it was ended with it. */
  failureOf(error: unknown): unknown {
    const failure = translatedOfStatement(error, this.connection.path);
    if (this.isLost) {
      this.#isOver = true;
      this.#culprit = failure;
    }
    return failure;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isLost(): boolean {
    return !this.connection.db.inTransaction;
  }

  /** Throws when it was ended early, though whoever did it has kept silent. */
  assertNotLost(): void {
    if (!this.isLost) return;
    if (this.#culprit instanceof StoreFailedError) throw this.#culprit;
    const detail = 'found the transaction ended by a statement that failed (OR ROLLBACK does that), wanted it open';
    throw storeFailed(this.connection.path, 'defect', detail, this.#culprit);
  }

  end(): void {
    this.#isOver = true;
  }
}
