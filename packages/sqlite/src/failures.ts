/** What the driver's errors mean: translated here, once, into errors of Tidemark. */
import { ClosedError, StoreFailedError, type StoreFailure, TidemarkError } from '@tidemark/core';
import Database from 'better-sqlite3';

/** By the beginning of SQLite's (extended) result code. Whatever is not here will be no better when it is tried again. */
const reasons: readonly (readonly [code: string, reason: StoreFailure])[] = [
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  // Two that set up the WAL at the same moment.
  ['SQLITE_PROTOCOL', 'busy'],
  ['SQLITE_FULL', 'disk_full'],
  ['SQLITE_READONLY', 'read_only'],
  ['SQLITE_CANTOPEN', 'cannot_open'],
  ['SQLITE_NOTADB', 'not_a_database'],
  ['SQLITE_CORRUPT', 'corrupt'],
  ['SQLITE_IOERR', 'io'],
  ['SQLITE_NOMEM', 'io'],
];

const meanings: Readonly<Record<StoreFailure, string>> = {
  not_a_database: 'found a file that is no SQLite database, wanted one of Tidemark or none',
  newer_schema: 'found a newer schema, wanted one this version knows',
  foreign_schema: 'found the SQLite database of another application, wanted one of Tidemark or none',
  read_only: 'found a file or folder that cannot be written to, wanted both writable',
  disk_full: 'found no space left, wanted room for what was to be written',
  busy: 'found it locked by another process all the time',
  cannot_open: 'the file cannot be opened',
  corrupt: 'found damaged pages; restore a backup',
  unreachable: 'no answer',
  unauthenticated: 'not let in',
  io: 'reading or writing failed',
  defect: 'SQLite cannot do what was asked: somebody has changed the tables, or this is a defect',
};

/** Wraps what an application's own code threw inside a transaction, on its way to the caller: it gets exactly that. */
export class Thrown {
  constructor(
    readonly error: unknown,
    /** Whether what that code's work did was undone, and the transaction may go on. */
    readonly isUndone = false,
  ) {}
}

/** What a statement of an application's does wrong, and not the file: it is told about that in SQLite's words. */
const statementErrors = ['SQLITE_CONSTRAINT', 'SQLITE_ERROR', 'SQLITE_MISMATCH', 'SQLITE_RANGE', 'SQLITE_TOOBIG'];

/** A failure of the file at `path`; `detail` replaces the usual words for `reason`. */
export function storeFailed(path: string, reason: StoreFailure, detail?: string, cause?: unknown): StoreFailedError {
  const why = cause instanceof Error ? ` (${codeOf(cause) ?? cause.name}: ${cause.message})` : '';
  return new StoreFailedError(
    reason,
    `${path}: ${detail ?? meanings[reason]}${why}`,
    cause === undefined ? {} : { cause },
  );
}

/** The error to give to a caller. What is no error of the driver's is passed on as it is. */
export function translated(error: unknown, path: string): unknown {
  if (error instanceof Thrown) return error.error;
  if (error instanceof TidemarkError) return error;
  if (isClosedByUs(error)) return new ClosedError(path);
  const code = codeOf(error);
  if (code === undefined) return error;
  return storeFailed(path, reasonOf(code) ?? 'defect', undefined, error);
}

/** The same for a statement that an application has written. */
export function translatedOfStatement(error: unknown, path: string): unknown {
  return isOfStatement(error) ? error : translated(error, path);
}

export function isOfStatement(error: unknown): error is Error {
  const code = codeOf(error);
  return statementErrors.some((beginning) => code?.startsWith(beginning));
}

/** Somebody else holds a lock: the same again, a little later, may succeed. */
export function isBusy(error: unknown): boolean {
  return reasonOf(codeOf(error)) === 'busy';
}

/** The disk failed: what a failed COMMIT wrote may turn up again when the file is recovered after a crash. */
export function isIoError(error: unknown): boolean {
  return codeOf(error)?.startsWith('SQLITE_IOERR') ?? false;
}

function reasonOf(code: string | undefined): StoreFailure | undefined {
  return reasons.find(([beginning]) => code?.startsWith(beginning))?.[1];
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Database.SqliteError ? error.code : undefined;
}

/** The driver's own word for a closed connection is a bare TypeError. */
function isClosedByUs(error: unknown): boolean {
  return error instanceof TypeError && error.message === 'The database connection is not open';
}
