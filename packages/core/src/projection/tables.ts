/** SQL tables of a projection, and the class that projections onto them extend. */
import { ArgumentError, ConfigurationError } from '../errors.ts';
import { assertArray, assertObject } from '../event/argument-kinds.ts';
import { describe } from '../shared/describe.ts';
import type { ModelSession, TableShape, TableStatement } from '../store/read-model-store.ts';
import { ReadModel } from './read-model.ts';
import { sqlOf, TableName } from './sql-template.ts';

/** What a handler may do while it runs. */
export type TableSession = Pick<ModelSession, 'tableName' | 'statement'>;

/** Declares a table: what stands between the parentheses of CREATE TABLE, and of CREATE INDEX for each index. */
export type DeclareTable = (name: string, columns: string, options?: { readonly indexes?: readonly string[] }) => void;

/**
 * A projection onto SQL tables, on stores that have them: extend it, declare tables in `schema`, and change them in
 * `@On` methods with prepared statements. Each build has tables of its own, so that SQL names them by
 * `this.table(name)`; readers find the served ones under their plain names, as views. Whatever else stands in a `sql`
 * template is a value and never part of the statement's text.
 *
 * @example
 * schema(table: DeclareTable) { table('balances', 'account TEXT PRIMARY KEY, balance INTEGER NOT NULL'); }
 *
 * @On(MoneyDeposited)
 * deposited({ aggregateId, data }: RecordedEvent<MoneyDeposited>) {
 *   const balances = this.table('balances');
 *   this.sql`UPDATE ${balances} SET balance = balance + ${data.amount} WHERE account = ${aggregateId}`.run();
 * }
 */
export abstract class Tables extends ReadModel<TableSession> {
  /** Called once, when the application is created. */
  abstract schema(table: DeclareTable): void;

  /** The name of a declared table, for SQL, quoted. Throws `ArgumentError` for one that is not declared. */
  protected table(name: string): TableName {
    return new TableName(this.session.tableName(name));
  }

  /**
   * A statement that reads, or changes this projection's tables; prepared once. As a template it has its values in it; as text
   * it has `?` for them. Throws `ArgumentError` for all else.
   */
  protected sql(text: string): TableStatement;
  protected sql(parts: TemplateStringsArray, ...values: readonly unknown[]): SqlStatement;
  protected sql(text: string | TemplateStringsArray, ...given: readonly unknown[]): TableStatement | SqlStatement {
    if (!isTemplate(text)) return this.session.statement(text);
    const { sql, values } = sqlOf(text, given);
    return new BoundStatement(this.session.statement(sql), values);
  }
}

/** A statement whose values stand in it. */
export type SqlStatement = { readonly [K in keyof TableStatement]: () => ReturnType<TableStatement[K]> };

class BoundStatement implements SqlStatement {
  constructor(
    private readonly statement: TableStatement,
    private readonly values: readonly unknown[],
  ) {}

  run(): number {
    return this.statement.run(...this.values);
  }

  get(): ReturnType<TableStatement['get']> {
    return this.statement.get(...this.values);
  }

  all(): ReturnType<TableStatement['all']> {
    return this.statement.all(...this.values);
  }
}

function isTemplate(text: unknown): text is TemplateStringsArray {
  return Array.isArray(text) && Array.isArray((text as { raw?: unknown }).raw);
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
