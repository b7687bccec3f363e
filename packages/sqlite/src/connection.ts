/**
 * The one connection to a file: opened with the right pragmas, and knowing whether another process has written since.
 * JavaScript runs each transaction in one go, so what is read through the writer's own connection is never half of one.
 */
import { Signal } from '@tidemark/core';
import Database from 'better-sqlite3';
import { storeFailed } from './failures.ts';
import { assertOpenable, isReadOnly } from './file-header.ts';
import { type Durability, inMemory, type Settings } from './options.ts';
import { patiently } from './patience.ts';
import { assertKnown, assertOurs, migrate } from './schema.ts';

export class Connection {
  readonly path: string;
  /** Told after each commit that may have brought events, this process's and others'. */
  readonly changed = new Signal();
  /** The same for read models: an append of this process's does not wake who waits for these, nor they who waits for it. */
  readonly modelsChanged = new Signal();
  readonly #dataVersion: Database.Statement<[], number>;
  readonly #schemaVersion: Database.Statement<[], number>;
  readonly #begin: Database.Statement<[]>;
  readonly #commit: Database.Statement<[]>;
  readonly #forget: (() => void)[] = [];
  readonly #durable: Durability;
  #synchronous: Durability | undefined;
  #version: number;

  constructor(
    readonly db: Database.Database,
    { path, durability }: Settings,
  ) {
    this.path = path;
    this.#durable = durability;
    this.#dataVersion = db.prepare<[], number>('PRAGMA data_version').pluck();
    this.#schemaVersion = db.prepare<[], number>('PRAGMA user_version').pluck();
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#version = this.#dataVersion.get() ?? 0;
  }

  /** Registers what has to be forgotten when another process has written. */
  onForeignWrite(forget: () => void): void {
    this.#forget.push(forget);
  }

  /**
   * Looks whether another process has committed, and has everything forgotten that it may have changed. What a cache
   * holds is right after it, until the event loop is given back (inside a write transaction: until its end). Throws
   * when the other process has made the schema a newer one.
   */
  refresh(): void {
    const version = this.#dataVersion.get() ?? 0;
    if (version === this.#version) return;
    assertKnown(Number(this.#schemaVersion.get()), this.path);
    this.#version = version;
    for (const forget of this.#forget) forget();
    this.notifyAll();
  }

  /** Whoever waits has to look again. */
  notifyAll(): void {
    this.changed.notify();
    this.modelsChanged.notify();
  }

  /** What cannot be made again has to be on disk before its commit returns, if the store is to be durable at all. */
  begin(lane: 'durable' | 'relaxed'): void {
    this.#setSynchronous(lane === 'durable' ? this.#durable : 'normal');
    this.#begin.run();
  }

  commit(): void {
    this.#commit.run();
  }

  /** Never throws: there is nothing left to do about it, and SQLite may have rolled back by itself. */
  rollback(): void {
    try {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
    } catch {
      // The next `begin` will say what is wrong.
    }
  }

  synchronous(): number {
    return Number(this.db.pragma('synchronous', { simple: true }));
  }

  /** SQLite sets it while the statement is compiled: a prepared one, run again, would do nothing. */
  #setSynchronous(level: Durability): void {
    if (this.#synchronous === level) return;
    this.#synchronous = undefined;
    this.db.exec(`PRAGMA synchronous = ${level}`);
    this.#synchronous = level;
  }
}

/** Opens, creates or migrates the file. Throws `StoreFailedError`. */
export async function openConnection(settings: Settings): Promise<Connection> {
  const { path, openTimeout } = settings;
  try {
    return await patiently(() => openOnce(settings), path, openTimeout);
  } catch (error) {
    throw explained(error, path);
  }
}

function openOnce(settings: Settings): Connection {
  const { path, clock, mmapBytes } = settings;
  if (path !== inMemory) assertOpenable(path);
  const db = new Database(path, { timeout: 0 });
  try {
    assertOurs(db, path);
    // Before the switch to WAL, so that a file is Tidemark's by its first page as soon as it is anything.
    migrate(db, path, clock.now().getTime());
    if (path !== inMemory) useWal(db, path);
    db.pragma(`mmap_size = ${mmapBytes}`);
    return new Connection(db, settings);
  } catch (error) {
    db.close();
    throw error;
  }
}

function useWal(db: Database.Database, path: string): void {
  const mode = db.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal')
    throw storeFailed(path, 'cannot_open', `found journal mode ${String(mode)}, wanted a file system that can do WAL`);
  db.pragma('wal_autocheckpoint = 1000');
  if (process.platform !== 'darwin') return;
  // There, fsync alone leaves data in the drive's cache.
  db.pragma('fullfsync = ON');
  db.pragma('checkpoint_fullfsync = ON');
}

/** SQLite says "unable to open" also where only the permission is missing; the file system itself says `EACCES`. */
function explained(error: unknown, path: string): unknown {
  const { reason, cause } = error as { reason?: unknown; cause?: unknown };
  if (reason === 'cannot_open' && cause !== undefined && isReadOnly(path))
    return storeFailed(path, 'read_only', undefined, cause);
  const { syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? error : storeFailed(path, 'cannot_open', undefined, error);
}
