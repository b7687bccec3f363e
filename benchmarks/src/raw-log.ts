/** What somebody would write by hand: the same tables and indexes, with better-sqlite3 alone. */
import { randomUUID } from 'node:crypto';
import { aggregateIdOf } from '@tidemark/core';
import Database from 'better-sqlite3';
import { assertDone } from './assert.ts';
import { depositData, metadata } from './bank.ts';

export interface RawOptions {
  readonly durability: 'full' | 'normal';
  readonly mmapBytes: number;
}

/** A whole row of `events`, without the names behind its numbers. */
export type RawRow = [
  position: number,
  streamId: number,
  revision: number,
  categoryId: number,
  typeId: number,
  recordedAt: number,
  eventId: string,
  data: string,
  metadata: string | null,
];

const columns = 'position, stream_id, revision, category_id, type_id, recorded_at, event_id, data, metadata';

export class RawLog {
  readonly db: Database.Database;
  readonly #insert: Database.Statement<[number, number, number, number, number, string, string, string]>;
  readonly #page: Database.Statement<[number, number], RawRow>;
  readonly #stream: Database.Statement<[number], RawRow>;
  readonly #streamIds: readonly number[];
  readonly #accountIds: ReadonlyMap<number, string>;
  readonly #streamNames = new Map<number, string>();
  readonly #nameOf: Database.Statement<[number], string>;
  readonly #categoryId: number;
  readonly #depositId: number;

  /** `file` was made by Tidemark, so that its tables are the same by construction. */
  constructor(file: string, { durability, mmapBytes }: RawOptions) {
    this.db = new Database(file);
    this.db.pragma('journal_mode = WAL');
    this.db.pragma(`synchronous = ${durability}`);
    this.db.pragma(`mmap_size = ${mmapBytes}`);
    this.#insert = this.db.prepare(
      `INSERT INTO events (stream_id, revision, category_id, type_id, recorded_at, event_id, data, metadata)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#page = this.db
      .prepare<[number, number], RawRow>(`SELECT ${columns} FROM events WHERE position > ? ORDER BY position LIMIT ?`)
      .raw();
    this.#stream = this.db
      .prepare<[number], RawRow>(`SELECT ${columns} FROM events WHERE stream_id = ? ORDER BY revision`)
      .raw();
    const streams = this.db.prepare<[], [number, string]>('SELECT id, name FROM streams ORDER BY name').raw().all();
    this.#streamIds = streams.map(([id]) => id);
    this.#accountIds = new Map(streams.map(([id, name]) => [id, aggregateIdOf(name)]));
    this.#nameOf = this.db.prepare<[number], string>('SELECT name FROM streams WHERE id = ?').pluck();
    this.#categoryId = this.#idOf('categories', 'account');
    this.#depositId = this.#idOf('types', 'MoneyDeposited');
  }

  /** One deposit: a row, its JSON, its id. Commits by itself outside a transaction. */
  append(account: number, revision: number): void {
    const streamId = this.#streamIds[account] as number;
    const data = JSON.stringify(depositData(1));
    const now = Date.now();
    this.#insert.run(
      streamId,
      revision,
      this.#categoryId,
      this.#depositId,
      now,
      randomUUID(),
      data,
      JSON.stringify(metadata),
    );
  }

  begin(): void {
    this.db.exec('BEGIN IMMEDIATE');
  }

  commit(): void {
    this.db.exec('COMMIT');
  }

  page(after: number, limit: number): readonly RawRow[] {
    return this.#page.all(after, limit);
  }

  /** The name behind a row's stream, looked up once. */
  streamNameOf([, streamId]: RawRow): string {
    let name = this.#streamNames.get(streamId);
    if (name === undefined) {
      name = this.#nameOf.get(streamId) as string;
      this.#streamNames.set(streamId, name);
    }
    return name;
  }

  stream(account: number): readonly RawRow[] {
    return this.#stream.all(this.#streamIds[account] as number);
  }

  accountIdOf(row: RawRow): string {
    return this.#accountIds.get(row[1]) as string;
  }

  isDeposit(row: RawRow): boolean {
    return row[4] === this.#depositId;
  }

  close(): void {
    this.db.close();
  }

  #idOf(table: 'categories' | 'types', name: string): number {
    const id = this.db.prepare<[string], number>(`SELECT id FROM ${table} WHERE name = ?`).pluck().get(name);
    assertDone(`${table} has ${name}`, id !== undefined, true);
    return id as number;
  }
}

/** Looks with a connection of its own, as another program would: so many events, the last of them this deposit. */
export function assertLog(
  file: string,
  events: number,
  last: { readonly streamName: string; readonly revision: number },
): void {
  const db = new Database(file, { readonly: true });
  try {
    assertDone('events stored', db.prepare('SELECT count(*) FROM events').pluck().get(), events);
    const row = db
      .prepare<[string], [number, string]>(
        `SELECT revision, data FROM events WHERE stream_id = (SELECT id FROM streams WHERE name = ?)
         ORDER BY revision DESC LIMIT 1`,
      )
      .raw()
      .get(last.streamName);
    assertDone(`last revision of ${last.streamName}`, row?.[0], last.revision);
    assertDone(`last data of ${last.streamName}`, row?.[1], JSON.stringify(depositData(1)));
  } finally {
    db.close();
  }
}
