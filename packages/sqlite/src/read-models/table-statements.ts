/** The tables of one build, and the statements that an application runs on them: prepared and looked at once each. */
import { ArgumentError, type ModelShape } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { projectionTable, quoted } from './plain-names.ts';
import { type CheckedStatement, preparedToWrite } from './statement-check.ts';

const mostStatements = 200;

export class TableStatements {
  readonly #tables: ReadonlyMap<string, string>;
  /** As SQL. */
  readonly #quoted: ReadonlyMap<string, string>;
  readonly #statements = new LRUCache<string, CheckedStatement>({ max: mostStatements });

  constructor(
    private readonly db: Database.Database,
    id: number,
    { tables }: ModelShape,
  ) {
    this.#tables = new Map(tables.map(({ name }) => [name, projectionTable(name, id)]));
    this.#quoted = new Map([...this.#tables].map(([name, real]) => [name, quoted(real)]));
  }

  /** As SQL. Throws `ArgumentError`. */
  nameOf(table: string): string {
    const name = this.#quoted.get(table);
    if (name !== undefined) return name;
    const known = [...this.#tables.keys()].map((each) => `'${each}'`).join(', ');
    throw new ArgumentError('table', `'${table}'`, known === '' ? 'none, as the projection has no tables' : known);
  }

  /** Throws `ArgumentError` for a statement that may not be run inside a transaction of the store's. */
  prepare(sql: string): CheckedStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const checked = preparedToWrite(this.db, sql, [...this.#tables.values()]);
    this.#statements.set(sql, checked);
    return checked;
  }
}
