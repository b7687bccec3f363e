/** The log as rows, with the names behind their numbers left to others. */
import type { Position } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { LogQueries, type LogRange } from './log-queries.ts';
import type { LogRow, PageRows } from './page-query.ts';

/** The last event of the log. */
export interface Head {
  readonly position: Position;
  readonly eventId: string;
}

export class LogRows {
  readonly #head: Database.Statement<[], [Position, string]>;
  readonly #eventIdAt: Database.Statement<[Position], string>;
  readonly #queries: LogQueries;

  constructor(db: Database.Database) {
    this.#head = db
      .prepare<[], [number, string]>('SELECT position, event_id FROM events ORDER BY position DESC LIMIT 1')
      .raw();
    this.#eventIdAt = db.prepare<[number], string>('SELECT event_id FROM events WHERE position = ?').pluck();
    this.#queries = new LogQueries(db);
  }

  head(): Head | undefined {
    const row = this.#head.get();
    return row && { position: row[0], eventId: row[1] };
  }

  eventIdAt(position: Position): string {
    return this.#eventIdAt.get(position) ?? '';
  }

  /** What matches from `low` to `high`, both inclusive, in order of position or against it, at most `limit`. */
  range(range: LogRange): PageRows<LogRow> {
    return this.#queries.run(range);
  }
}
