/** SQL tables of a projection as an application reads them. */
import { ReadModelNotReadyError } from '../application-errors.ts';
import type { Position } from '../event/revision.ts';
import type { ModelKey, ReadModelStore } from '../store/read-model-store.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface TableReaderParts {
  readonly model: ModelKey;
  readonly store: ReadModelStore;
  readonly position: () => Position;
}

/**
 * Reads with SQL. A table's plain name is a view of the newest served version, for any program that opens the file;
 * `table(name)` names the one of this code's own version. Everything throws `ReadModelNotReadyError` while there has
 * never been one, and `ArgumentError` for a statement that does more than read.
 */
export class TableReader {
  constructor(private readonly parts: TableReaderParts) {}

  /** The name of a declared table, for SQL, quoted: of the build that is served at this moment. */
  table(name: string): string {
    return this.parts.store.tableName(this.#served(), name);
  }

  async all<R extends Row = Row>(sql: string, ...values: readonly unknown[]): Promise<readonly R[]> {
    this.#served();
    return this.parts.store.select(sql, values) as readonly R[];
  }

  /** The first row, `undefined` where there is none. */
  async get<R extends Row = Row>(sql: string, ...values: readonly unknown[]): Promise<R | undefined> {
    return (await this.all<R>(sql, ...values))[0];
  }

  #served(): number {
    const { store, model, position } = this.parts;
    const build = store.served(model);
    if (build === undefined) throw new ReadModelNotReadyError(model.name, position());
    return build;
  }
}
