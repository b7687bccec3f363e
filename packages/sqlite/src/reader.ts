/**
 * Pages of events. Each is read in one go with `all()`: an iterator held open across an `await` would keep the WAL from
 * being reset, and let it grow without end.
 */
import { aggregateIdOf, categoryOf, type EventFilter, type Revision, StoredEvent } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { limited } from './limit.ts';
import { LogRows } from './log-rows.ts';
import type { Names } from './names.ts';
import { type LogRow, PageQuery, type PageRows, type StreamRow } from './page-query.ts';
import type { StreamCache } from './stream-cache.ts';
import type { NamedStream, StreamNames } from './stream-names.ts';
import { type Wanted, wantedOf } from './wanted.ts';

export interface Page {
  readonly events: readonly StoredEvent[];
  /** Whether the limit, or what the events hold, ended it, so that there may be more. */
  readonly isFull: boolean;
}

export interface WantedOfStream {
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
  readonly log: LogRows;
  readonly #forwards: PageQuery<StreamRow>;
  readonly #backwards: PageQuery<StreamRow>;

  constructor(
    db: Database.Database,
    private readonly streams: StreamCache,
    private readonly types: Names,
    private readonly categories: Names,
    private readonly streamNames: StreamNames,
  ) {
    this.log = new LogRows(db);
    this.#forwards = new PageQuery(
      db,
      (columns) =>
        `SELECT ${columns} FROM events
         WHERE stream_id = ? AND revision >= ? AND recorded_at >= ? ORDER BY revision ${limited}`,
    );
    this.#backwards = new PageQuery(
      db,
      (columns) =>
        `SELECT ${columns} FROM events
         WHERE stream_id = ? AND revision <= ? AND revision >= ? AND recorded_at >= ? ORDER BY revision DESC ${limited}`,
    );
  }

  streamForwards({ streamName, from, first, since, limit }: WantedOfStream): Page {
    const stream = this.streams.find(streamName);
    if (stream === undefined) return nothing;
    return this.#ofStream(streamName, this.#forwards.run(limit, stream.id, Math.max(from, first), earliest(since)));
  }

  streamBackwards({ streamName, from, first, since, limit }: WantedOfStream): Page {
    const stream = this.streams.find(streamName);
    if (stream === undefined) return nothing;
    return this.#ofStream(streamName, this.#backwards.run(limit, stream.id, from, first, earliest(since)));
  }

  /** Take the log's end before, as `wantedOf` says. */
  wanted(filter: EventFilter | undefined): Wanted {
    return wantedOf(filter, this.types, this.categories);
  }

  /** Of the log. */
  events(rows: readonly LogRow[]): readonly StoredEvent[] {
    return rows.map((row) => this.#stored(row, this.streamNames.of(row[7])));
  }

  #ofStream(streamName: string, { rows, isFull }: PageRows<StreamRow>): Page {
    const stream = { streamName, category: categoryOf(streamName), aggregateId: aggregateIdOf(streamName) };
    return { events: rows.map((row) => this.#stored(row, stream)), isFull };
  }

  /** By index: taking a million rows apart by pattern is measurably slower. */
  #stored(row: StreamRow | LogRow, { streamName, category, aggregateId }: Omit<NamedStream, 'id'>): StoredEvent {
    const type = this.types.nameOf(row[2]);
    return new StoredEvent(row[4], type, row[5], row[6], streamName, category, row[1], row[0], row[3], aggregateId);
  }
}

const nothing: Page = { events: [], isFull: false };

/** SQLite has no infinite integers. */
function earliest(since: number): number {
  return Math.max(since, Number.MIN_SAFE_INTEGER);
}
