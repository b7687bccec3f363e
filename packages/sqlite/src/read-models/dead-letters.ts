/** Parked events of builds: references that come and go with their build. */
import type { DeadLetter, Position } from '@tidemark/core';
import type Database from 'better-sqlite3';

type Row = [
  position: number,
  eventId: string,
  streamName: string,
  revision: number,
  type: string,
  error: string | null,
  attempts: number,
  parkedAt: number,
];

export class DeadLetters {
  readonly #all: Database.Statement<[number], Row>;
  readonly #count: Database.Statement<[number], number>;
  readonly #ofStream: Database.Statement<[number, string], Row>;
  readonly #park: Database.Statement<[number, ...Row]>;
  readonly #unpark: Database.Statement<[number, number]>;
  readonly #removeAll: Database.Statement<[number]>;

  constructor(db: Database.Database) {
    const columns = 'position, event_id, stream_name, revision, type, error, attempts, parked_at';
    const select = `SELECT ${columns} FROM dead_letters WHERE build_id = ?`;
    this.#all = db.prepare<[number], Row>(`${select} ORDER BY position`).raw();
    this.#count = db.prepare<[number], number>('SELECT count(*) FROM dead_letters WHERE build_id = ?').pluck();
    this.#ofStream = db.prepare<[number, string], Row>(`${select} AND stream_name = ? ORDER BY position`).raw();
    this.#park = db.prepare(`REPLACE INTO dead_letters (build_id, ${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#unpark = db.prepare('DELETE FROM dead_letters WHERE build_id = ? AND position = ?');
    this.#removeAll = db.prepare('DELETE FROM dead_letters WHERE build_id = ?');
  }

  /** In order of position. */
  all(build: number): readonly DeadLetter[] {
    return this.#all.all(build).map(toLetter);
  }

  count(build: number): number {
    return this.#count.get(build) ?? 0;
  }

  ofStream(build: number, streamName: string): readonly DeadLetter[] {
    return this.#ofStream.all(build, streamName).map(toLetter);
  }

  /** This and all below: only inside a write transaction. One with the same position is replaced. */
  park(build: number, { position, eventId, streamName, revision, type, error, attempts, parkedAt }: DeadLetter): void {
    this.#park.run(build, position, eventId, streamName, revision, type, error ?? null, attempts, parkedAt);
  }

  unpark(build: number, position: Position): void {
    this.#unpark.run(build, position);
  }

  removeAll(build: number): void {
    this.#removeAll.run(build);
  }
}

function toLetter([position, eventId, streamName, revision, type, error, attempts, parkedAt]: Row): DeadLetter {
  return { position, eventId, streamName, revision, type, error: error ?? undefined, attempts, parkedAt };
}
