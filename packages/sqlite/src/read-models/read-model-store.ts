/**
 * Documents of projections, and their checkpoints. A commit does not wait for the disk: a power cut may take the last
 * ones, each with its checkpoint, and the events behind the checkpoint are applied again.
 */
import {
  type Checkpoint,
  CheckpointFencedError,
  type KeyedDocument,
  type ModelCommit,
  type ModelKey,
  type ReadModelStore,
  type StoredDocument,
} from '@tidemark/core';
import type Database from 'better-sqlite3';
import type { OpenedFile } from './opened-file.ts';

type CheckpointRow = [id: number, logId: string, position: number, eventId: string];
type DocumentRow = [key: string, json: string, types: string | null];

const model = '(SELECT id FROM read_models WHERE name = ? AND version = ?)';

export class SqliteReadModelStore implements ReadModelStore {
  readonly #checkpoint: Database.Statement<[string, number], CheckpointRow>;
  readonly #begin: Database.Statement<[string, number, string, number, string]>;
  readonly #move: Database.Statement<[string, number, string, number]>;
  readonly #forget: Database.Statement<[string, number]>;
  readonly #read: Database.Statement<[string, number, string], [json: string, types: string | null]>;
  readonly #first: Database.Statement<[string, number, number], DocumentRow>;
  readonly #after: Database.Statement<[string, number, string, number], DocumentRow>;
  readonly #count: Database.Statement<[string, number], number>;
  readonly #put: Database.Statement<[number, ...DocumentRow]>;
  readonly #remove: Database.Statement<[number, string]>;
  readonly #removeAll: Database.Statement<[string, number]>;

  constructor(private readonly file: OpenedFile) {
    const { db } = file.connection;
    this.#checkpoint = db
      .prepare<[string, number], CheckpointRow>(
        'SELECT id, log_id, position, event_id FROM read_models WHERE name = ? AND version = ?',
      )
      .raw();
    this.#begin = db.prepare(
      'INSERT INTO read_models (name, version, log_id, position, event_id) VALUES (?, ?, ?, ?, ?)',
    );
    this.#move = db.prepare('UPDATE read_models SET log_id = ?, position = ?, event_id = ? WHERE id = ?');
    this.#forget = db.prepare('DELETE FROM read_models WHERE name = ? AND version = ?');
    this.#read = db
      .prepare<[string, number, string], [string, string | null]>(
        `SELECT json, types FROM documents WHERE model_id = ${model} AND key = ?`,
      )
      .raw();
    const scan = `SELECT key, json, types FROM documents WHERE model_id = ${model}`;
    this.#first = db.prepare<[string, number, number], DocumentRow>(`${scan} ORDER BY key LIMIT ?`).raw();
    this.#after = db
      .prepare<[string, number, string, number], DocumentRow>(`${scan} AND key > ? ORDER BY key LIMIT ?`)
      .raw();
    this.#count = db
      .prepare<[string, number], number>(`SELECT count(*) FROM documents WHERE model_id = ${model}`)
      .pluck();
    this.#put = db.prepare(
      `INSERT INTO documents (model_id, key, json, types) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET json = excluded.json, types = excluded.types`,
    );
    this.#remove = db.prepare('DELETE FROM documents WHERE model_id = ? AND key = ?');
    this.#removeAll = db.prepare(`DELETE FROM documents WHERE model_id = ${model}`);
  }

  checkpoint({ name, version }: ModelKey): Promise<Checkpoint | undefined> {
    return this.file.read(() => {
      const row = this.#checkpoint.get(name, version);
      return row && { logId: row[1], position: row[2], eventId: row[3] };
    });
  }

  read({ name, version }: ModelKey, key: string): StoredDocument | undefined {
    const row = this.file.readNow(() => this.#read.get(name, version, key));
    return row && { json: row[0], types: row[1] };
  }

  scan(
    { name, version }: ModelKey,
    { after, limit }: { after?: string | undefined; limit: number },
  ): readonly KeyedDocument[] {
    const rows = this.file.readNow(() =>
      after === undefined ? this.#first.all(name, version, limit) : this.#after.all(name, version, after, limit),
    );
    return rows.map(([key, json, types]) => ({ key, json, types }));
  }

  count({ name, version }: ModelKey): number {
    return this.file.readNow(() => this.#count.get(name, version)) ?? 0;
  }

  commit({ name, version }: ModelKey, { expected, checkpoint, changes }: ModelCommit): Promise<void> {
    return this.file.writer.submit({
      lane: 'relaxed',
      weight: weightOf(changes),
      plan: () => {
        const row = this.#checkpoint.get(name, version);
        const actual = row?.[2];
        if (actual !== expected) throw new CheckpointFencedError(name, expected, actual);
        return () => {
          const { logId, position, eventId } = checkpoint;
          const id = row?.[0] ?? Number(this.#begin.run(name, version, logId, position, eventId).lastInsertRowid);
          if (row !== undefined) this.#move.run(logId, position, eventId, id);
          this.#change(id, changes);
        };
      },
    });
  }

  remove({ name, version }: ModelKey): Promise<void> {
    const write = () => {
      this.#removeAll.run(name, version);
      this.#forget.run(name, version);
    };
    return this.file.writer.submit({ lane: 'relaxed', weight: 0, plan: () => write });
  }

  #change(id: number, changes: ModelCommit['changes']): void {
    for (const [key, document] of changes) {
      if (document === null) this.#remove.run(id, key);
      else this.#put.run(id, key, document.json, document.types);
    }
  }
}

/** In characters, near enough to bytes. */
function weightOf(changes: ModelCommit['changes']): number {
  let weight = 0;
  for (const [key, document] of changes)
    weight += key.length + (document?.json.length ?? 0) + (document?.types?.length ?? 0);
  return weight;
}
