/** A second process that uses a file as its own. Both of them stand here: run as a program, it is the other one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ExpectedRevision, Stores } from '@tidemark/core';
import Database from 'better-sqlite3';
import { type SqliteOptions, sqlite } from '../src/index.ts';
import { numbered, places } from './events.ts';
import { answerWith, Remote } from './remote.ts';

let stores: Stores | undefined;
let lock: Database.Database | undefined;

/** What can be asked of it. */
const abilities = {
  async open(file: string, options?: SqliteOptions): Promise<string> {
    stores = await sqlite(file, options).open();
    return stores.events.logId();
  },
  async append(
    streamName: string,
    count: number,
    { first = 0, type = 'Numbered', expectedRevision = 'any' as ExpectedRevision } = {},
  ) {
    return opened().events.append(streamName, numbered(count, first, type), { expectedRevision });
  },
  /** One after another, each awaited. */
  async appendOneByOne(streamName: string, count: number): Promise<void> {
    for (let number = 0; number < count; number += 1) {
      await opened().events.append(streamName, numbered(1, number), {
        expectedRevision: number === 0 ? 'no_stream' : number - 1,
      });
    }
  },
  /** With pauses of so many ms; each event's time is when it was written. */
  async appendSlowly(streamName: string, count: number, pause: number): Promise<void> {
    for (let number = 0; number < count; number += 1) {
      await opened().events.append(streamName, numbered(1, number), { expectedRevision: 'any' });
      await sleep(pause);
    }
  },
  async places() {
    return places(opened().events);
  },
  async deleteStream(streamName: string): Promise<void> {
    await opened().events.deleteStream(streamName);
  },
  /** Holds the write lock, as a process does that has hung in the middle of a transaction. */
  async lock(file: string): Promise<void> {
    lock = new Database(file);
    lock.exec('BEGIN IMMEDIATE');
  },
  async unlock(): Promise<void> {
    lock?.exec('ROLLBACK');
    lock?.close();
  },
  async close(): Promise<void> {
    await stores?.close();
  },
  /** Reads with SQL, over and over, until it is asked what it found: each different row once, in order, and the reads. */
  async watch(file: string, sql: string): Promise<void> {
    const db = new Database(file, { readonly: true });
    const watched = { reads: 0, rows: [] as unknown[], isOver: false, end: async () => {} };
    watching = watched;
    const statement = db.prepare(sql).raw();
    const read = () => {
      const row = statement.get();
      watched.reads += 1;
      if (JSON.stringify(row) !== JSON.stringify(watched.rows[watched.rows.length - 1])) watched.rows.push(row);
    };
    const ended = (async () => {
      while (!watched.isOver) {
        read();
        await new Promise((resolve) => setImmediate(resolve));
      }
      // What was there when it was asked is seen.
      read();
      db.close();
    })();
    watched.end = () => {
      watched.isOver = true;
      return ended;
    };
  },
  async watched(): Promise<{ readonly reads: number; readonly rows: readonly unknown[] }> {
    await watching?.end();
    const { reads, rows } = watching ?? { reads: 0, rows: [] };
    return { reads, rows };
  },
};

let watching: { reads: number; rows: unknown[]; isOver: boolean; end(): Promise<void> } | undefined;

function opened(): Stores {
  if (stores === undefined) throw new TypeError('call open first');
  return stores;
}

export class OtherProcess extends Remote<typeof abilities> {
  /** `execPath` may name a script that runs Node under other conditions. */
  constructor({ execPath = process.execPath } = {}) {
    super(fileURLToPath(import.meta.url), { execPath });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) answerWith(abilities);
