/** SQL of projections: which statements a handler and a reader may have, and which not. */
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { opened } from '../opened.ts';
import { refused } from '../refusals.ts';
import { temporaryFile } from '../temporary.ts';
import { balances, change, serve } from './models.ts';
import { inSession, prepare, shape } from './table-session.ts';

const allowed: readonly string[] = [
  'INSERT INTO rows SELECT event_id, position, NULL FROM events',
  'WITH some AS (SELECT event_id FROM events) INSERT INTO rows SELECT event_id, 1, NULL FROM some',
  `/* a comment; */ -- another
   REPLACE INTO rows VALUES ('a', 1, NULL);`,
  'UPDATE rows SET amount = (SELECT count(*) FROM events)',
  'UPDATE rows SET amount = amount + 1 FROM events WHERE event_id = rows.id',
  `INSERT INTO rows VALUES ('a', 1, 'x') ON CONFLICT DO UPDATE SET amount = amount + excluded.amount`,
  `INSERT INTO order ("group") VALUES ('x')`,
  'DELETE FROM rows WHERE amount > 1',
  'DELETE FROM rows',
];

test('a statement may read all there is, and write to the tables of its build', async () => {
  const stores = await inSession((session) => {
    for (const sql of allowed) {
      prepare(session, sql).run();
      prepare(session, 'DELETE FROM rows').run();
    }
    for (const sql of ['SELECT * FROM events', 'VALUES (1)', 'SELECT * FROM theirs', 'SELECT key FROM documents_1'])
      session.statement(sql).all();
  });
  await stores.close();
});

const hostile: readonly string[] = [
  ...['BEGIN', 'BEGIN IMMEDIATE', 'COMMIT', 'END', 'ROLLBACK', 'SAVEPOINT x', 'RELEASE part', 'ROLLBACK TO part'],
  ...['/* c */ COMMIT', '-- c\nCOMMIT', '\uFEFFCOMMIT', ';COMMIT', 'cOmMiT', 'EXPLAIN COMMIT', ' \t\n', '', '-- only'],
  ...[
    'PRAGMA synchronous = OFF',
    'PRAGMA journal_mode = DELETE',
    'PRAGMA user_version = 9',
    'PRAGMA writable_schema = ON',
  ],
  ...[
    'SELECT * FROM pragma_optimize',
    'SELECT * FROM "PRAGMA_optimize"',
    'ANALYZE',
    'REINDEX',
    'VACUUM',
    "VACUUM INTO 'x'",
  ],
  ...[
    "ATTACH 'x.db' AS other",
    'DETACH main',
    'CREATE TABLE x (a)',
    'CREATE TABLE x AS SELECT 1',
    'CREATE TEMP TABLE x (a)',
  ],
  ...[
    'CREATE VIEW v AS SELECT 1',
    'CREATE INDEX i ON rows (note)',
    'DROP TABLE rows',
    'DROP TABLE events',
    'DROP VIEW theirs',
  ],
  ...['ALTER TABLE rows ADD COLUMN x', 'ALTER TABLE rows RENAME TO x'],
  ...['CREATE TRIGGER t AFTER INSERT ON rows BEGIN DELETE FROM events; END'],
  ...[
    'DELETE FROM events',
    'DELETE FROM events WHERE position = 1',
    "UPDATE events SET data = '{}'",
    'DELETE FROM main.events',
  ],
  ...['WITH x AS (SELECT 1) DELETE FROM events', 'INSERT INTO types (name) VALUES (1) RETURNING id'],
  ...['INSERT INTO theirs__2 VALUES (1, 1)', 'INSERT INTO theirs VALUES (1, 1)', 'UPDATE "theirs__2" SET amount = 1'],
  ...["UPDATE documents_1 SET json = ''", "INSERT INTO documents_2 VALUES ('a', '1', NULL)", 'DELETE FROM builds'],
  ...[
    'UPDATE leases SET token = 9',
    'DELETE FROM dead_letters',
    'DELETE FROM sqlite_sequence',
    'UPDATE sqlite_sequence SET seq = 0',
  ],
  ...[`INSERT INTO order ("group") SELECT name FROM sqlite_sequence`],
  ...[
    'UPDATE sqlite_schema SET sql = NULL',
    'INSERT INTO sqlite_schema VALUES (1, 2, 3, 4, 5)',
    'DELETE FROM sqlite_stat1',
  ],
  ...[
    'SELECT 1; DELETE FROM events',
    'DELETE FROM rows; COMMIT',
    'SELECT 1 FROM nowhere',
    'SELECT nothing',
    'SELECTED',
  ],
  ...['INSERT INTO rows (id) VALUES (@id)', 'INSERT INTO rows (id) VALUES (?1)', 'INSERT INTO rows (id) VALUES ($id)'],
];

test('refuses to prepare what would end the transaction, change the schema, or write elsewhere', async () => {
  const stores = await inSession((session, { db }) => {
    for (const sql of hostile) {
      try {
        prepare(session, sql);
      } catch (error) {
        const { code, found, wanted } = error as { code: string; found: string; wanted: string };
        assert.is(code, 'INVALID_ARGUMENT', `${sql}: ${String(error)}`);
        assert.match(wanted, 'one statement');
        assert.ok(found !== '');
        continue;
      }
      assert.unreachable(`was not refused: ${sql}`);
    }
    assert.ok(db.inTransaction);
  });
  assert.is(await stores.events.head(), 3);
  await stores.close();
});

test('what it may not write to is named', async () => {
  const stores = await inSession((session) => {
    assert.throws(
      () => session.statement('DELETE FROM events'),
      /writes to 'events'.*wanted one statement.*own tables \(rows__1, order__1, small__1\)/,
    );
    assert.throws(() => session.statement("UPDATE documents_2 SET json = ''"), /'documents_2'/);
  });
  await stores.close();
});

test('a trigger that somebody has put on a table does not carry a statement elsewhere', async () => {
  const file = temporaryFile();
  const { readModels, close } = await opened(file);
  const { id } = await serve(readModels, balances, { shape });
  const db = new Database(file);
  db.exec(
    'CREATE TABLE audit (id); CREATE TRIGGER t AFTER INSERT ON small__1 BEGIN INSERT INTO audit VALUES (new.id); END',
  );
  db.close();
  await change(readModels, id, (session) => {
    assert.throws(() => prepare(session, 'INSERT INTO small VALUES (1, 1)'), /'audit'/);
  });
  await close();
});

test('select reads, and nothing else', async () => {
  const stores = await inSession(
    (session) => void prepare(session, `INSERT INTO rows (id, amount) VALUES ('a', 1)`).run(),
  );
  const { readModels, close, db } = stores;
  assert.equal(readModels.select('SELECT id FROM rows WHERE amount = ?', [1]), [{ id: 'a' }]);
  assert.equal(readModels.select(`SELECT id FROM ${readModels.tableName(1, 'rows')}`, []), [{ id: 'a' }]);
  const writes = ['DELETE FROM rows__1', `INSERT INTO rows__1 (id) VALUES ('b') RETURNING id`];
  writes.push(`WITH x AS (SELECT 'b' AS id) INSERT INTO rows__1 (id) SELECT id FROM x RETURNING id`);
  for (const sql of [...hostile.filter((each) => !each.includes('sqlite_sequence')), ...writes, ...allowed])
    await refused('INVALID_ARGUMENT', () => readModels.select(sql, []));
  await refused('INVALID_ARGUMENT', () => readModels.select('SELECT ?', []));
  await refused('INVALID_ARGUMENT', () => readModels.select('SELECT abs(-9223372036854775807 - 1)', []));
  assert.not.ok(db.inTransaction);
  await close();
});

test('a statement that writes to a plain name, which is a view, is told how SQL names the table', async () => {
  const stores = await inSession((session) => {
    assert.throws(
      () => session.statement('DELETE FROM theirs'),
      /found cannot modify theirs because it is a view.*; SQL names its own table by this\.table\('name'\)$/,
    );
  });
  await stores.close();
});

test.run();
