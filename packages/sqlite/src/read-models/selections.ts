/** Statements of an application's that read, outside of any transaction of its own. */
import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { isOfStatement } from '../failures.ts';
import { goneWith } from './build-gone.ts';
import { exactRows, type Row } from './exact-rows.ts';
import { type CheckedStatement, preparedToRead, refusedSql } from './statement-check.ts';
import { assertValues } from './statement-values.ts';

const mostStatements = 100;

export class Selections {
  readonly #statements = new LRUCache<string, CheckedStatement>({ max: mostStatements });

  constructor(private readonly db: Database.Database) {}

  /** Throws `ArgumentError`, and `BuildGoneError` where a table was named that went with its build. */
  run(sql: string, values: readonly unknown[]): readonly Row[] {
    const { statement, parameters } = this.#prepared(sql);
    assertValues(values, parameters);
    try {
      return exactRows(statement, values);
    } catch (error) {
      if (!isOfStatement(error)) throw error;
      throw goneWith(error) ?? refusedSql(error, sql, 'a statement that SQLite can run');
    }
  }

  #prepared(sql: string): CheckedStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const checked = preparedToRead(this.db, sql);
    this.#statements.set(sql, checked);
    return checked;
  }
}
