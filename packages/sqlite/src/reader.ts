/**
 * Pages of events. Each is read in one go with `all()`: an iterator held open across an `await` would keep the WAL from
 * being reset, and let it grow without end.
 */
import { categoryOf, type Position, type Revision, StoredEvent } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { LogQueries, type LogRange, type LogRow, type StreamRow, streamColumns } from './log-queries.ts';
import type { Names } from './names.ts';
import type { StreamCache } from './stream-cache.ts';
import type { NamedStream, StreamNames } from './stream-names.ts';

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
    categories: Names,
    private readonly streamNames: StreamNames,
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
    return this.#ofStream(streamName, this.#forwards.all(stream.id, Math.max(from, first), earliest(since), limit));
  }

  streamBackwards({ streamName, from, first, since, limit }: StreamPage): readonly StoredEvent[] {
    const stream = this.streams.find(streamName);
    if (stream === undefined) return [];
    return this.#ofStream(streamName, this.#backwards.all(stream.id, from, first, earliest(since), limit));
  }

  /** The matching events from `low` to `high`, both inclusive, in order of position or against it, at most `limit`. */
  log(range: LogRange): readonly StoredEvent[] {
    return this.#queries.run(range).map((row) => this.#stored(row, this.streamNames.of(row[7])));
  }

  #ofStream(streamName: string, rows: readonly StreamRow[]): readonly StoredEvent[] {
    const stream = { streamName, category: categoryOf(streamName) };
    return rows.map((row) => this.#stored(row, stream));
  }

  /** By index: taking a million rows apart by pattern is measurably slower. */
  #stored(row: StreamRow | LogRow, { streamName, category }: Omit<NamedStream, 'id'>): StoredEvent {
    const type = this.types.nameOf(row[2]);
    return new StoredEvent(row[4], type, row[5], row[6], streamName, category, row[1], row[0], row[3]);
  }
}

/** SQLite has no infinite integers. */
function earliest(since: number): number {
  return Math.max(since, Number.MIN_SAFE_INTEGER);
}
