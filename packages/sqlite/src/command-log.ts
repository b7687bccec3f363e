/** Commands that were handled; written in the transaction of the events they recorded. */
import { assertCommandId, type HandledCommand } from '@tidemark/core';
import type Database from 'better-sqlite3';

type Row = [
  commandId: string,
  command: string,
  returned: string,
  decidedAt: number,
  streamName: string,
  revision: number | null,
  position: number | null,
  count: number,
];

export class SqliteCommandLog {
  readonly #find: Database.Statement<[string], Row>;
  readonly #insert: Database.Statement<[...Row, number]>;

  constructor(db: Database.Database) {
    const columns = 'command_id, command, returned, decided_at, stream_name, revision, position, count';
    this.#find = db.prepare<[string], Row>(`SELECT ${columns} FROM commands WHERE command_id = ?`).raw();
    this.#insert = db.prepare(`INSERT INTO commands (${columns}, handled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  }

  /** Throws `ArgumentError` for what is no command id. */
  get(commandId: string): HandledCommand | undefined {
    assertCommandId(commandId);
    const row = this.#find.get(commandId);
    if (row === undefined) return undefined;
    const [, command, returned, decidedAt, streamName, revision, position, count] = row;
    const place = { revision: revision ?? undefined, position: position ?? undefined };
    return { commandId, command, returned, decidedAt, streamName, ...place, count };
  }

  /** Only inside a write transaction; `now` in ms since 1970. */
  insert(
    { commandId, command, returned, decidedAt, streamName, revision, position, count }: HandledCommand,
    now: number,
  ): void {
    this.#insert.run(
      commandId,
      command,
      returned,
      decidedAt,
      streamName,
      revision ?? null,
      position ?? null,
      count,
      now,
    );
  }
}
