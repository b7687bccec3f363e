/**
 * The tables of builds that were dropped. Freeing a large one in one go would hold the event loop, and everybody who
 * writes, for as long as that takes. So they are only given another name with the build, which ends every statement on
 * them, and emptied little by little. Where a process ends in the middle, the next build that is begun or dropped goes on.
 */
import { ClosedError, type ModelShape } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { limited } from '../limit.ts';
import type { Work, Writer } from '../writer.ts';
import { documentsTable, droppedPrefix, projectionTable, quoted } from './plain-names.ts';

/** One step holds the event loop for about so many ms … */
const slice = 4;
/** … and the clock is looked at after so many rows. */
const rowsAtOnce = 256;
const droppedDocuments = `${droppedPrefix}documents_`;

export class DroppedTables {
  readonly #isThere: Database.Statement<[string], number>;
  readonly #left: Database.Statement<[], string>;
  readonly #triggers: Database.Statement<[string], string>;

  constructor(private readonly db: Database.Database) {
    this.#isThere = db
      .prepare<[string], number>(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`)
      .pluck();
    this.#left = db
      .prepare<[], string>(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB '${droppedPrefix}*' LIMIT 1`,
      )
      .pluck();
    this.#triggers = db
      .prepare<[string], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?`)
      .pluck();
  }

  /** In the write transaction that takes the build away. */
  add(id: number, { tables }: ModelShape): void {
    // Otherwise SQLite would look through all views of the file, and fail at one that was broken before.
    this.db.pragma('legacy_alter_table = ON');
    try {
      this.#rename(documentsTable(id), `${droppedDocuments}${id}`);
      for (const [index, { name }] of tables.entries())
        this.#rename(projectionTable(name, id), `${droppedPrefix}table_${id}_${index}`);
    } finally {
      this.db.pragma('legacy_alter_table = OFF');
    }
  }

  /** Resolves when none is left, or the store is closed meanwhile. Throws what the writer throws. */
  async clear(writer: Pick<Writer, 'submit'>): Promise<void> {
    try {
      while (await writer.submit(this.#step()));
    } catch (error) {
      if (!(error instanceof ClosedError)) throw error;
    }
  }

  #rename(name: string, dropped: string): void {
    if (this.#isThere.get(name) === undefined) return;
    // What somebody has added for the rows' ends is not meant for this one.
    for (const trigger of this.#triggers.all(name)) this.db.exec(`DROP TRIGGER ${quoted(trigger)}`);
    this.db.exec(`ALTER TABLE ${quoted(name)} RENAME TO ${quoted(dropped)}`);
  }

  /** Whether there is more to do. */
  #step(): Work<boolean> {
    const plan = () => {
      const name = this.#left.get();
      return () => name !== undefined && this.#shorten(name);
    };
    return { lane: 'relaxed', weight: 0, isLast: true, plan };
  }

  #shorten(name: string): boolean {
    // Documents have no row ids.
    const key = name.startsWith(droppedDocuments) ? 'key' : 'rowid';
    const table = quoted(name);
    const remove = this.db.prepare<[number]>(
      `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} ORDER BY ${key} ${limited})`,
    );
    const began = performance.now();
    let removed = rowsAtOnce;
    while (removed === rowsAtOnce && performance.now() - began < slice) removed = remove.run(rowsAtOnce).changes;
    if (removed < rowsAtOnce) this.db.exec(`DROP TABLE ${table}`);
    return this.#left.get() !== undefined;
  }
}
