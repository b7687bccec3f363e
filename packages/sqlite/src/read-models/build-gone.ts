/** A build's tables go with it, and another process may drop a build at any time: a statement that was right then fails. */
import { BuildGoneError } from '@tidemark/core';
import Database from 'better-sqlite3';

/** Runs `act` on the tables of a build; throws `BuildGoneError` where they are gone. */
export function onBuild<T>(id: number, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const gone = goneWith(error);
    throw gone?.build === id ? gone : error;
  }
}

/** `undefined` for an error of another kind. */
export function goneWith(error: unknown): BuildGoneError | undefined {
  if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_ERROR') return undefined;
  const [, id] = /^no such table: (?:main\.)?(?:documents_|.+__)(\d+)$/.exec(error.message) ?? [];
  return id === undefined ? undefined : new BuildGoneError(Number(id), 'none', 'a build');
}
