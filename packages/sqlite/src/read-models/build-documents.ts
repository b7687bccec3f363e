/** The documents of one build: prepared statements on a table of its own. */
import type { DocumentWrite, KeyedDocument, StoredDocument } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { limited } from '../limit.ts';
import { documentsTable } from './plain-names.ts';

type Row = [key: string, json: string, types: string | null];

/** So many documents go into one statement: each of its own costs half as much again. */
const rowsAtOnce = 16;

export class BuildDocuments {
  readonly #read: Database.Statement<[string], [json: string, types: string | null]>;
  /** One column costs less than two; `null` for a document with a side note. */
  readonly #readPlain: Database.Statement<[string], string | null>;
  /** Whether documents were found to have side notes: then those are read at once. */
  #hasNotes = false;
  readonly #first: Database.Statement<[number], Row>;
  readonly #after: Database.Statement<[string, number], Row>;
  readonly #put: Database.Statement<Row>;
  readonly #putMany: Database.Statement<(string | null)[]>;
  readonly #remove: Database.Statement<[string]>;

  constructor(db: Database.Database, id: number) {
    const table = documentsTable(id);
    this.#read = db.prepare<[string], [string, string | null]>(`SELECT json, types FROM ${table} WHERE key = ?`).raw();
    this.#readPlain = db
      .prepare<[string], string | null>(`SELECT iif(types IS NULL, json, NULL) FROM ${table} WHERE key = ?`)
      .pluck();
    const scan = `SELECT key, json, types FROM ${table}`;
    this.#first = db.prepare<[number], Row>(`${scan} ORDER BY key ${limited}`).raw();
    this.#after = db.prepare<[string, number], Row>(`${scan} WHERE key > ? ORDER BY key ${limited}`).raw();
    const put = (rows: number) =>
      `REPLACE INTO ${table} (key, json, types) VALUES ${new Array(rows).fill('(?, ?, ?)').join()}`;
    this.#put = db.prepare(put(1));
    this.#putMany = db.prepare<(string | null)[]>(put(rowsAtOnce));
    this.#remove = db.prepare(`DELETE FROM ${table} WHERE key = ?`);
  }

  read(key: string): StoredDocument | undefined {
    if (!this.#hasNotes) {
      const json = this.#readPlain.get(key);
      if (json === undefined) return undefined;
      if (json !== null) return { json, types: null };
      this.#hasNotes = true;
    }
    const row = this.#read.get(key);
    return row && { json: row[0], types: row[1] };
  }

  scan({ after, limit }: { after?: string | undefined; limit: number }): readonly KeyedDocument[] {
    const rows = after === undefined ? this.#first.all(limit) : this.#after.all(after, limit);
    return rows.map(([key, json, types]) => ({ key, json, types }));
  }

  /** `null` removes. Only inside a write transaction. */
  write(key: string, document: StoredDocument | null): void {
    if (document === null) this.#remove.run(key);
    else this.#put.run(key, document.json, document.types);
  }

  writeAll(documents: readonly DocumentWrite[]): void {
    let put = 0;
    for (let index = 0; index < documents.length; index += 1) {
      if (documents[index]?.document === null) {
        this.#putAll(documents, put, index);
        this.#remove.run((documents[index] as DocumentWrite).key);
        put = index + 1;
      }
    }
    this.#putAll(documents, put, documents.length);
  }

  /** Those from `from` to `to`, exclusive: none of them removes. */
  #putAll(documents: readonly DocumentWrite[], from: number, to: number): void {
    let index = from;
    for (; index + rowsAtOnce <= to; index += rowsAtOnce) {
      const values: (string | null)[] = [];
      for (let row = index; row < index + rowsAtOnce; row += 1) values.push(...rowOf(documents[row] as DocumentWrite));
      this.#putMany.run(...values);
    }
    for (; index < to; index += 1) this.#put.run(...rowOf(documents[index] as DocumentWrite));
  }
}

function rowOf({ key, document }: DocumentWrite): Row {
  const { json, types } = document as StoredDocument;
  return [key, json, types];
}
