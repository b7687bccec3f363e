/** A lock is waited for; everything else is translated and thrown at once. */
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { patiently, patientlyNow } from '../src/patience.ts';
import { refused } from './refusals.ts';

/** Fails so many times with this code, then succeeds. */
function failing(times: number, code: string): () => string {
  let left = times;
  return () => {
    left -= 1;
    if (left >= 0) throw new Database.SqliteError('found it so', code);
    return 'done';
  };
}

test('tries again while a file is locked, waiting or at once', async () => {
  assert.is(await patiently(failing(3, 'SQLITE_BUSY_RECOVERY'), 'log.db', 5_000), 'done');
  assert.is(patientlyNow(failing(3, 'SQLITE_BUSY'), 'log.db'), 'done');
  assert.is(await patiently(failing(3, 'SQLITE_LOCKED'), 'log.db', 5_000), 'done');
});

test('gives up in time, and sooner where it holds the event loop', async () => {
  const since = performance.now();
  await refused('STORE_BUSY', () => patiently(failing(1e9, 'SQLITE_BUSY'), 'log.db', 50));
  await refused('STORE_BUSY', () => patientlyNow(failing(1e9, 'SQLITE_BUSY'), 'log.db'));
  const waited = performance.now() - since;
  assert.ok(waited >= 150 && waited < 2_000, `waited ${waited} ms`);
});

test('keeps the cause, names the file, and says what was found', async () => {
  const codes = {
    SQLITE_FULL: 'STORE_DISK_FULL',
    SQLITE_IOERR_WRITE: 'STORE_IO',
    SQLITE_READONLY_DBMOVED: 'STORE_READ_ONLY',
    SQLITE_CORRUPT_INDEX: 'STORE_CORRUPT',
    SQLITE_NOMEM: 'STORE_IO',
    SQLITE_CANTOPEN_ISDIR: 'STORE_CANNOT_OPEN',
    SQLITE_NOTADB: 'STORE_NOT_A_DATABASE',
    SQLITE_CONSTRAINT_UNIQUE: 'STORE_DEFECT',
    SQLITE_ERROR: 'STORE_DEFECT',
    SQLITE_MISUSE: 'STORE_DEFECT',
    SQLITE_TOOBIG: 'STORE_DEFECT',
  };
  for (const [code, translation] of Object.entries(codes)) {
    const error = await refused(translation, () => patientlyNow(failing(1, code), 'log.db'));
    assert.instance(error.cause, Database.SqliteError);
    assert.match(error.message, 'log.db: ');
    assert.match(error.message, `(${code}: found it so)`);
  }
});

test('what is no error of the driver is passed on as it is', () => {
  const bug = new RangeError('a bug');
  assert.throws(
    () =>
      patientlyNow(() => {
        throw bug;
      }, 'log.db'),
    (error: unknown) => error === bug,
  );
});

test.run();
