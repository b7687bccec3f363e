/** SQL tables of a projection as an application reads them. */
import { type ServedModel, servedBuild } from './served-build.ts';

export type Row = Readonly<Record<string, unknown>>;

/**
 * Reads with SQL. A table's plain name is a view of the newest served version, for any program that opens the file;
 * `table(name)` names the one of this code's own version. Everything throws `ReadModelNotReadyError` while there has
 * never been one, and `ArgumentError` for a statement that does more than read. Integers beyond 2^53 come as bigints.
 */
export class TableReader {
  constructor(private readonly parts: ServedModel) {}

  /** The name of a declared table, for SQL, quoted: of the build that is served at this moment. */
  table(name: string): string {
    return this.parts.store.tableName(servedBuild(this.parts), name);
  }

  async all<R extends Row = Row>(sql: string, ...values: readonly unknown[]): Promise<readonly R[]> {
    servedBuild(this.parts);
    return this.parts.store.select(sql, values) as readonly R[];
  }

  /** The first row, `undefined` where there is none. */
  async get<R extends Row = Row>(sql: string, ...values: readonly unknown[]): Promise<R | undefined> {
    return (await this.all<R>(sql, ...values))[0];
  }
}
