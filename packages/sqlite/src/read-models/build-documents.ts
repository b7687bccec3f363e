/** The documents of one build: prepared statements on a table of its own. */
import type { KeyedDocument, StoredDocument } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { documentsTable } from './plain-names.ts';

type Row = [key: string, json: string, types: string | null];

export class BuildDocuments {
  readonly #read: Database.Statement<[string], [json: string, types: string | null]>;
  readonly #first: Database.Statement<[number], Row>;
  readonly #after: Database.Statement<[string, number], Row>;
  readonly #put: Database.Statement<Row>;
  readonly #remove: Database.Statement<[string]>;

  constructor(db: Database.Database, id: number) {
    const table = documentsTable(id);
    this.#read = db.prepare<[string], [string, string | null]>(`SELECT json, types FROM ${table} WHERE key = ?`).raw();
    const scan = `SELECT key, json, types FROM ${table}`;
    this.#first = db.prepare<[number], Row>(`${scan} ORDER BY key LIMIT ?`).raw();
    this.#after = db.prepare<[string, number], Row>(`${scan} WHERE key > ? ORDER BY key LIMIT ?`).raw();
    this.#put = db.prepare(
      `INSERT INTO ${table} (key, json, types) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET json = excluded.json, types = excluded.types`,
    );
    this.#remove = db.prepare(`DELETE FROM ${table} WHERE key = ?`);
  }

  read(key: string): StoredDocument | undefined {
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
}
