/**
 * What this process knows of streams, so that an append reads nothing: right as long as nobody else has written, which
 * `Connection.refresh` watches, and as long as what was written here is committed.
 */
import { categoryOf, type StreamMetadata, type StreamState } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { Connection } from './connection.ts';
import type { Names } from './names.ts';
import type { StreamNames } from './stream-names.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface KnownStream {
  readonly id: number;
  readonly categoryId: number;
  state: Mutable<StreamState>;
}

type Row = [
  id: number,
  categoryId: number,
  head: number | null,
  deleted: number,
  tombstone: number,
  truncateBefore: number | null,
  maxCount: number | null,
  maxAge: number | null,
  revivedAt: number | null,
  custom: string | null,
];

/** Some 200 bytes each. */
const mostStreams = 20_000;

export class StreamCache {
  readonly #known = new LRUCache<string, KnownStream>({ max: mostStreams });
  readonly #find: Database.Statement<[string], Row>;
  readonly #insert: Database.Statement<[string, number]>;
  #touched: KnownStream[] = [];

  constructor(
    connection: Connection,
    private readonly categories: Names,
    private readonly names: StreamNames,
  ) {
    const { db } = connection;
    this.#find = db
      .prepare<[string], Row>(
        `SELECT id, category_id,
           (SELECT revision FROM events WHERE stream_id = streams.id ORDER BY revision DESC LIMIT 1),
           deleted, tombstone, truncate_before, max_count, max_age, revived_at, custom
         FROM streams WHERE name = ?`,
      )
      .raw();
    this.#insert = db.prepare('INSERT INTO streams (name, category_id) VALUES (?, ?)');
    connection.onForeignWrite(() => this.#known.clear());
  }

  /** After `Connection.refresh`. `undefined` for a stream that was never written nor marked. */
  find(streamName: string): KnownStream | undefined {
    const known = this.#known.get(streamName);
    if (known !== undefined) return known;
    const row = this.#find.get(streamName);
    if (row === undefined) return undefined;
    const stream = { id: row[0], categoryId: row[1], state: stateOf(streamName, row) };
    this.#known.set(streamName, stream);
    return stream;
  }

  /** What is known without reading. */
  peek(streamName: string): StreamState | undefined {
    return this.#known.peek(streamName)?.state;
  }

  /** What rules ask about; also for a stream that does not exist. */
  state(streamName: string): StreamState {
    return this.find(streamName)?.state ?? { streamName, head: undefined, deleted: false, tombstone: false };
  }

  /** The stream, to be changed in this write transaction; made where there is none. `known` is what `find` gave in it. */
  forWriting(streamName: string, known = this.find(streamName)): KnownStream {
    const stream = known ?? this.#create(streamName);
    this.#touched.push(stream);
    return stream;
  }

  mark(): number {
    return this.#touched.length;
  }

  /** What was touched before stays in the list: it is read again as it is inside the transaction, which may be rolled back. */
  undo(mark: number): void {
    this.#forget(this.#touched.splice(mark));
  }

  committed(): void {
    if (this.#touched.length > 0) this.#touched = [];
  }

  rolledBack(): void {
    this.#forget(this.#touched);
    this.#touched = [];
  }

  #forget(streams: readonly KnownStream[]): void {
    for (const { id, state } of streams) {
      this.#known.delete(state.streamName);
      this.names.forget(id);
    }
  }

  #create(streamName: string): KnownStream {
    const categoryId = this.categories.intern(categoryOf(streamName));
    const id = Number(this.#insert.run(streamName, categoryId).lastInsertRowid);
    const stream = { id, categoryId, state: { streamName, head: undefined, deleted: false, tombstone: false } };
    this.#known.set(streamName, stream);
    return stream;
  }
}

function stateOf(streamName: string, row: Row): StreamState {
  const [, , head, deleted, tombstone, truncateBefore, maxCount, maxAge, revivedAt, custom] = row;
  const metadata: Mutable<StreamMetadata> = {};
  if (truncateBefore !== null) metadata.truncateBefore = truncateBefore;
  if (maxCount !== null) metadata.maxCount = maxCount;
  if (maxAge !== null) metadata.maxAge = maxAge;
  if (custom !== null) metadata.custom = JSON.parse(custom);
  if (revivedAt !== null) metadata.revivedAt = revivedAt;
  return { streamName, head: head ?? undefined, deleted: deleted === 1, tombstone: tombstone === 1, ...metadata };
}
