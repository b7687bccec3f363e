/** SQL tables of a projection, and the class that projections onto them extend. */
import { ArgumentError, ConfigurationError } from '../errors.ts';
import { assertArray, assertObject } from '../event/argument-kinds.ts';
import { describe } from '../shared/describe.ts';
import type { ModelSession, TableShape, TableStatement } from '../store/read-model-store.ts';
import { ReadModel } from './read-model.ts';

/** What a handler may do while it runs. */
export type TableSession = Pick<ModelSession, 'tableName' | 'statement'>;

/** Declares a table: what stands between the parentheses of CREATE TABLE, and of CREATE INDEX for each index. */
export type DeclareTable = (name: string, columns: string, options?: { readonly indexes?: readonly string[] }) => void;

/**
 * A projection onto SQL tables, on stores that have them: extend it, declare tables in `schema`, and change them in
 * `@On` methods with prepared statements. Each build has tables of its own, so that SQL names them by
 * `this.table(name)`; readers find the served ones under their plain names, as views.
 *
 * @example
 * schema(table: DeclareTable) { table('balances', 'account TEXT PRIMARY KEY, balance INTEGER NOT NULL'); }
 *
 * @On(MoneyDeposited)
 * deposited({ aggregateId, data }: RecordedEvent<MoneyDeposited>) {
 *   this.sql(`UPDATE ${this.table('balances')} SET balance = balance + ? WHERE account = ?`).run(data.amount, aggregateId);
 * }
 */
export abstract class Tables extends ReadModel<TableSession> {
  /** Called once, when the application is created. */
  abstract schema(table: DeclareTable): void;

  /** The name of a declared table, for SQL, quoted. Throws `ArgumentError` for one that is not declared. */
  protected table(name: string): string {
    return this.session.tableName(name);
  }

  /** A statement that reads, or changes this projection's tables; prepared once. Throws `ArgumentError` for all else. */
  protected sql(text: string): TableStatement {
    return this.session.statement(text);
  }
}

const tableName = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** What `schema` declares. Throws `ConfigurationError` where there is nothing, or one name twice. */
export function tablesOf(target: new () => Tables): readonly TableShape[] {
  const tables: TableShape[] = [];
  const declare: DeclareTable = (name, columns, options = {}) => {
    assertObject(`${target.name}.schema options`, options);
    const { indexes = [] } = options;
    assertArray(`${target.name}.schema indexes`, indexes);
    if (typeof name !== 'string' || !tableName.test(name)) {
      throw new ArgumentError(`${target.name}.schema table`, describe(name), 'letters, digits and _, at most 63');
    }
    if (tables.some((other) => other.name.toLowerCase() === name.toLowerCase())) {
      throw new ConfigurationError(`${target.name}.schema declares the table ${name} twice`, [target.name]);
    }
    for (const text of [columns, ...indexes]) {
      if (typeof text !== 'string' || text.trim() === '')
        throw new ArgumentError(`${target.name}.schema '${name}'`, describe(text), 'SQL between parentheses');
    }
    tables.push({ name, columns, indexes: [...indexes] });
  };
  new target().schema(declare);
  if (tables.length === 0) throw new ConfigurationError(`${target.name}.schema declares no table`, [target.name]);
  return tables;
}
