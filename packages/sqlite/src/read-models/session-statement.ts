/** A statement in the hands of an application's code: of use as long as its transaction is open, and explicit about what SQLite takes. */
import { ArgumentError, type TableStatement } from '@tidemark/core';
import { exactRow, exactRows, type Row } from './exact-rows.ts';
import type { OpenTransaction } from './open-transaction.ts';
import type { CheckedStatement } from './statement-check.ts';
import { assertValues } from './statement-values.ts';

export class SessionStatement implements TableStatement {
  constructor(
    private readonly checked: CheckedStatement,
    private readonly transaction: OpenTransaction,
    private readonly subject: string,
  ) {}

  get sql(): string {
    return this.checked.sql;
  }

  run(...values: readonly unknown[]): number {
    this.transaction.assertOpen(this.subject);
    try {
      const { statement, parameters, sql } = this.checked;
      if (statement.reader)
        throw new ArgumentError('run', `a statement that returns rows: ${sql}`, 'get or all for it');
      assertValues(values, parameters);
      return statement.run(...values).changes;
    } catch (error) {
      throw this.transaction.failureOf(error);
    }
  }

  get(...values: readonly unknown[]): Row | undefined {
    return this.transaction.act(this.subject, () => exactRow(this.#reading(values, 'get'), values));
  }

  all(...values: readonly unknown[]): readonly Row[] {
    return this.transaction.act(this.subject, () => exactRows(this.#reading(values, 'all'), values));
  }

  #reading(values: readonly unknown[], name: string): CheckedStatement['statement'] {
    const { statement, parameters, sql } = this.checked;
    if (!statement.reader) throw new ArgumentError(name, `a statement that returns no rows: ${sql}`, 'run for it');
    assertValues(values, parameters);
    return statement;
  }
}
