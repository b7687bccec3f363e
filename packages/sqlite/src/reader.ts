/**
 * Pages of events. Each is read in one go with `all()`: an iterator held open across an `await` would keep the WAL from
 * being reset, and let it grow without end.
 */
import { type EventFilter, type Position, type Revision, StoredEvent } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { LogQueries, type LogRow } from './log-queries.ts';
import type { Names } from './names.ts';
import type { StreamCache } from './stream-cache.ts';

export const pageSize = 256;

/** The last event of the log. */
export interface Head {
  readonly position: Position;
  readonly eventId: string;
}

export interface StreamPage {
  readonly streamName: string;
  /** The first revision to read in the direction of reading. */
  readonly from: Revision;
  /** Nothing below this is visible, */
  readonly first: Revision;
  /** nor what was recorded before this, in ms. */
  readonly since: number;
  readonly limit: number;
}

type StreamRow = [
  revision: number,
  position: number,
  typeId: number,
  recordedAt: number,
  eventId: string,
  data: string,
  metadata: string | null,
];

const streamColumns = 'revision, position, type_id, recorded_at, event_id, data, metadata';

export class Reader {
  readonly #head: Database.Statement<[], [Position, string]>;
  readonly #eventIdAt: Database.Statement<[Position], string>;
  readonly #forwards: Database.Statement<[number, number, number, number], StreamRow>;
  readonly #backwards: Database.Statement<[number, number, number, number, number], StreamRow>;
  readonly #queries: LogQueries;

  constructor(
    db: Database.Database,
    private readonly streams: StreamCache,
    private readonly types: Names,
    private readonly categories: Names,
  ) {
    this.#head = db
      .prepare<[], [number, string]>('SELECT position, event_id FROM events ORDER BY position DESC LIMIT 1')
      .raw();
    this.#eventIdAt = db.prepare<[number], string>('SELECT event_id FROM events WHERE position = ?').pluck();
    this.#forwards = db
      .prepare<[number, number, number, number], StreamRow>(
        `SELECT ${streamColumns} FROM events
         WHERE stream_id = ? AND revision >= ? AND recorded_at >= ? ORDER BY revision LIMIT ?`,
      )
      .raw();
    this.#backwards = db
      .prepare<[number, number, number, number, number], StreamRow>(
        `SELECT ${streamColumns} FROM events
         WHERE stream_id = ? AND revision <= ? AND revision >= ? AND recorded_at >= ? ORDER BY revision DESC LIMIT ?`,
      )
      .raw();
    this.#queries = new LogQueries(db, types, categories);
  }

  head(): Head | undefined {
    const row = this.#head.get();
    return row && { position: row[0], eventId: row[1] };
  }

  eventIdAt(position: Position): string {
    return this.#eventIdAt.get(position) ?? '';
  }

  streamForwards({ streamName, from, first, since, limit }: StreamPage): readonly StoredEvent[] {
    const stream = this.streams.find(streamName);
    if (stream === undefined) return [];
    const rows = this.#forwards.all(stream.id, Math.max(from, first), earliest(since), limit);
    return this.#inStream(rows, streamName, stream.categoryId);
  }

  streamBackwards({ streamName, from, first, since, limit }: StreamPage): readonly StoredEvent[] {
    const stream = this.streams.find(streamName);
    if (stream === undefined) return [];
    const rows = this.#backwards.all(stream.id, from, first, earliest(since), limit);
    return this.#inStream(rows, streamName, stream.categoryId);
  }

  /** The matching events from `low` to `high`, both inclusive, in order of position or against it, at most `limit`. */
  log(range: {
    readonly low: Position;
    readonly high: Position;
    readonly filter: EventFilter | undefined;
    readonly direction: 'forwards' | 'backwards';
    readonly limit: number;
  }): readonly StoredEvent[] {
    return this.#queries.run(range).map((row) => this.#stored(row));
  }

  #inStream(rows: readonly StreamRow[], streamName: string, categoryId: number): readonly StoredEvent[] {
    const category = this.categories.nameOf(categoryId);
    return rows.map(
      ([revision, position, typeId, recordedAt, eventId, data, metadata]) =>
        new StoredEvent(
          eventId,
          this.types.nameOf(typeId),
          data,
          metadata,
          streamName,
          category,
          revision,
          position,
          recordedAt,
        ),
    );
  }

  #stored([
    position,
    streamId,
    revision,
    categoryId,
    typeId,
    recordedAt,
    eventId,
    data,
    metadata,
  ]: LogRow): StoredEvent {
    const type = this.types.nameOf(typeId);
    const category = this.categories.nameOf(categoryId);
    const streamName = this.streams.nameOf(streamId);
    return new StoredEvent(eventId, type, data, metadata, streamName, category, revision, position, recordedAt);
  }
}

/** SQLite has no infinite integers. */
function earliest(since: number): number {
  return Math.max(since, Number.MIN_SAFE_INTEGER);
}
