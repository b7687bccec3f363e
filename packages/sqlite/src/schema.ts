/**
 * What the file holds. Plain tables that any tool can query; the JSON in them is plain JSON.
 *
 * Rows of `events` are never deleted or changed: without AUTOINCREMENT (which costs a fifth of an append where commits
 * do not wait for the disk) SQLite would give the last row's position to another event.
 */
import { randomUUID } from 'node:crypto';
import type Database from 'better-sqlite3';
import { createBuilds } from './builds-schema.ts';
import { storeFailed } from './failures.ts';

/** Marks a file as Tidemark's, in its header: the letters `Tidm`. */
export const applicationId = 0x54_69_64_6d;

/** Makes a file's schema one version newer, in a transaction of its caller's. Released ones are never edited. */
export type Migration = (db: Database.Database, now: number) => void;

/** The schema's version is the number of migrations that were run. */
export const migrations: readonly Migration[] = [createTables, createBuilds];

function createTables(db: Database.Database, now: number): void {
  db.exec(`
    CREATE TABLE log (id INTEGER PRIMARY KEY CHECK (id = 1), log_id TEXT NOT NULL, created_at INTEGER NOT NULL) STRICT;

    CREATE TABLE categories (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE types (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

    -- max_age in seconds; custom is a JSON object
    CREATE TABLE streams (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      category_id INTEGER NOT NULL,
      deleted INTEGER NOT NULL DEFAULT 0,
      tombstone INTEGER NOT NULL DEFAULT 0,
      truncate_before INTEGER,
      max_count INTEGER,
      max_age INTEGER,
      revived_at INTEGER,
      custom TEXT
    ) STRICT;

    -- recorded_at in ms since 1970; data and metadata are JSON
    CREATE TABLE events (
      position INTEGER PRIMARY KEY,
      stream_id INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      category_id INTEGER NOT NULL,
      type_id INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL,
      event_id TEXT NOT NULL,
      data TEXT NOT NULL,
      metadata TEXT,
      UNIQUE (stream_id, revision)
    ) STRICT;
    CREATE INDEX events_category ON events (category_id, position);

    -- a projection's checkpoint: of which log, after which event
    CREATE TABLE read_models (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      version INTEGER NOT NULL,
      log_id TEXT NOT NULL,
      position INTEGER NOT NULL,
      event_id TEXT NOT NULL,
      UNIQUE (name, version)
    ) STRICT;
    CREATE TABLE documents (
      model_id INTEGER NOT NULL,
      key TEXT NOT NULL,
      json TEXT NOT NULL,
      types TEXT,
      PRIMARY KEY (model_id, key)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE snapshots (
      stream_name TEXT NOT NULL,
      kind TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      revision INTEGER NOT NULL,
      position INTEGER NOT NULL,
      event_id TEXT NOT NULL,
      state TEXT NOT NULL,
      PRIMARY KEY (stream_name, kind)
    ) STRICT;

    CREATE TABLE commands (
      command_id TEXT PRIMARY KEY,
      command TEXT NOT NULL,
      returned TEXT NOT NULL,
      decided_at INTEGER NOT NULL,
      stream_name TEXT NOT NULL,
      revision INTEGER,
      position INTEGER,
      count INTEGER NOT NULL,
      handled_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `);
  db.prepare('INSERT INTO log (id, log_id, created_at) VALUES (1, ?, ?)').run(randomUUID(), now);
}

/** Whose file this is. Reads only. Throws `StoreFailedError`. */
export function assertOurs(db: Database.Database, path: string, newest = migrations.length): void {
  const owner = db.pragma('application_id', { simple: true });
  const version = Number(db.pragma('user_version', { simple: true }));
  if (owner !== applicationId) {
    const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
    if (owner === 0 && version === 0 && isEmpty) return;
    throw storeFailed(path, 'foreign_schema');
  }
  assertKnown(version, path, newest);
}

/** Refuses to go on with a file that a newer version of this package has changed. */
export function assertKnown(version: number, path: string, newest = migrations.length): void {
  if (version <= newest) return;
  const detail = `found schema version ${version}, wanted at most ${newest}; install a newer @tidemark/sqlite`;
  throw storeFailed(path, 'newer_schema', detail);
}

/**
 * Brings the schema up to date in one transaction; a file that is up to date is not changed, but proved to be writable.
 * Several processes may do this at once: each but the first is `SQLITE_BUSY` and has to try again.
 */
export function migrate(
  db: Database.Database,
  path: string,
  now: number,
  steps: readonly Migration[] = migrations,
): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    // Again, as it may have changed before the lock was ours.
    assertOurs(db, path, steps.length);
    const version = Number(db.pragma('user_version', { simple: true }));
    for (const step of steps.slice(version)) step(db, now);
    // On a file that cannot be written to, BEGIN IMMEDIATE is silently a reading one. This changes nothing and fails.
    db.exec('DELETE FROM log WHERE id = 0');
    if (version < steps.length) {
      db.pragma(`application_id = ${applicationId}`);
      db.pragma(`user_version = ${steps.length}`);
    }
    db.exec('COMMIT');
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK');
  }
}
