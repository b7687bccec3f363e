/** The schema's version, and the way from an older one to this one. */
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../src/index.ts';
import { type Migration, migrate, migrations } from '../src/schema.ts';
import { all, any, numbered } from './events.ts';
import { refused } from './refusals.ts';
import { temporaryFile } from './temporary.ts';

const addsColumn: Migration = (db) => db.exec('ALTER TABLE log ADD COLUMN note TEXT');
const fails: Migration = (db) => {
  db.exec('CREATE TABLE half (id INTEGER PRIMARY KEY)');
  throw new RangeError('half-way');
};

function versionOf(db: Database.Database): unknown {
  return db.pragma('user_version', { simple: true });
}

test('runs the migrations that a file lacks, each once, in order', () => {
  const db = new Database(':memory:');
  const run: number[] = [];
  const counting: Migration = () => void run.push(1);
  migrate(db, 'log.db', 0, migrations);
  migrate(db, 'log.db', 0, [...migrations, addsColumn, counting]);
  migrate(db, 'log.db', 0, [...migrations, addsColumn, counting]);
  assert.is(versionOf(db), migrations.length + 2);
  assert.equal(run, [1]);
  assert.equal(db.prepare('SELECT note FROM log').all(), [{ note: null }]);
});

test('a migration that fails leaves nothing behind', () => {
  const db = new Database(':memory:');
  migrate(db, 'log.db', 0, migrations);
  assert.throws(() => migrate(db, 'log.db', 0, [...migrations, addsColumn, fails]), 'half-way');
  assert.is(versionOf(db), migrations.length);
  assert.not.ok(db.inTransaction);
  assert.equal(db.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").all(), []);
  assert.throws(() => db.prepare('SELECT note FROM log').all(), 'no such column');
});

test('refuses a file whose tables somebody has changed, and lets it go', async () => {
  const file = temporaryFile();
  await (await sqlite(file).open()).close();
  const changed: readonly (readonly [change: string, named: string])[] = [
    ['ALTER TABLE snapshots DROP COLUMN fingerprint', 'fingerprint'],
    ['ALTER TABLE events RENAME COLUMN data TO payload', 'data'],
  ];
  for (const [change, named] of changed) {
    const db = new Database(file);
    db.exec(change);
    db.close();
    assert.match((await refused('STORE_DEFECT', () => sqlite(file).open())).message, named);
  }
  assert.equal(fs.readdirSync(path.dirname(file)), ['log.db']);
});

test('keeps the log and its name through a migration', async () => {
  const file = temporaryFile();
  const before = await sqlite(file).open();
  const id = await before.events.logId();
  await before.events.append('account-1', numbered(3), any);
  await before.close();
  const db = new Database(file);
  migrate(db, file, 0, [...migrations, () => {}]);
  db.pragma(`user_version = ${migrations.length}`);
  db.close();
  const after = await sqlite(file).open();
  assert.is(await after.events.logId(), id);
  assert.is((await all(after.events.readAll())).length, 3);
  await after.close();
});

test('a process that is running stops writing and reading when a newer one changes the schema', async () => {
  const file = temporaryFile();
  const { events, close } = await sqlite(file).open();
  await events.append('account-1', numbered(1), any);
  const newer = new Database(file);
  migrate(newer, file, 0, [...migrations, addsColumn]);
  await refused('STORE_NEWER_SCHEMA', () => events.append('account-1', numbered(1), any));
  await refused('STORE_NEWER_SCHEMA', () => events.head());
  assert.is(newer.prepare('SELECT count(*) FROM events').pluck().get(), 1);
  newer.close();
  await close();
});

test('a subscription that waits is told so, and does not wait for ever', async () => {
  const file = temporaryFile();
  const { events, close } = await sqlite(file).open();
  await events.append('account-1', numbered(1), any);
  const iterator = events.subscribeToAll({ after: 1 })[Symbol.asyncIterator]();
  await iterator.next();
  const waiting = refused('STORE_NEWER_SCHEMA', () => iterator.next());
  const newer = new Database(file);
  migrate(newer, file, 0, [...migrations, addsColumn]);
  await waiting;
  newer.close();
  await close();
});

test('the tables can be read by any tool: names beside numbers, JSON as text', async () => {
  const file = temporaryFile();
  const { events, close } = await sqlite(file).open();
  await events.append('account-1', numbered(1, 7, 'Opened'), any);
  const db = new Database(file, { readonly: true });
  const rows = db
    .prepare(
      `SELECT streams.name AS stream, categories.name AS category, types.name AS type, revision, position, data ->> 'number' AS number
       FROM events JOIN streams ON streams.id = stream_id
       JOIN categories ON categories.id = events.category_id JOIN types ON types.id = type_id`,
    )
    .all();
  assert.equal(rows, [
    { stream: 'account-1', category: 'account', type: 'Opened', revision: 0, position: 1, number: 7 },
  ]);
  db.close();
  await close();
});

test.run();
