/** Tables of projections: what a handler may do in SQL, and what it may not. */
import type { ModelSession, TableStatement } from '@tidemark/core';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { any, numbered } from '../events.ts';
import { type Opened, opened } from '../opened.ts';
import { refused } from '../refusals.ts';
import { temporaryFile } from '../temporary.ts';
import { balances, bare, change, document, serve, table } from './models.ts';

const shape = {
  indexes: ['n'],
  tables: [
    table('rows', 'id TEXT PRIMARY KEY, amount INTEGER, note TEXT -- free', ['amount DESC', 'note, id']),
    table('order', 'id INTEGER PRIMARY KEY AUTOINCREMENT, "group" TEXT UNIQUE, bytes BLOB'),
    table('small', 'id TEXT PRIMARY KEY, n'),
  ],
};

/** Does `act` in a transaction of a build that has these tables. */
async function inSession(act: (session: ModelSession, opened: Opened) => unknown): Promise<Opened> {
  const stores = await opened(temporaryFile());
  await stores.events.append('account-1', numbered(3), any);
  const { id } = await serve(stores.readModels, balances, { shape });
  await serve(stores.readModels, { name: 'others', version: 1 }, { shape: { indexes: [], tables: [table('theirs')] } });
  await change(stores.readModels, id, (session) => act(session, stores));
  return stores;
}

/** `rows` and its like stand for the names of this build's tables. */
function prepare(session: ModelSession, sql: string): TableStatement {
  return session.statement(sql.replace(/\b(rows|order|small)\b/g, (name) => session.tableName(name)));
}

test('rows are written and read with values as SQLite has them, and say how many were changed', async () => {
  const stores = await inSession((session) => {
    const insert = prepare(session, 'INSERT INTO rows (id, amount, note) VALUES (?, ?, ?)');
    assert.is(insert.run('a', 1, null), 1);
    assert.is(insert.run('b', 2n ** 53n, 'ä\0b'), 1);
    assert.is(prepare(session, 'UPDATE rows SET note = ? WHERE amount > ?').run('x', 0), 2);
    assert.equal(prepare(session, 'SELECT id, note FROM rows WHERE id = ?').get('a'), { id: 'a', note: 'x' });
    assert.is(prepare(session, 'SELECT id FROM rows WHERE id = ?').get('z'), undefined);
    assert.equal(prepare(session, 'SELECT id FROM rows ORDER BY id').all(), [{ id: 'a' }, { id: 'b' }]);
    assert.equal(prepare(session, `INSERT INTO order ("group") VALUES ('g') RETURNING id`).get(), { id: 1 });
    prepare(session, 'UPDATE order SET bytes = ?').run(new Uint8Array([1, 2]));
    assert.is(prepare(session, 'DELETE FROM rows').run(), 2);
  });
  const { readModels } = stores;
  const [row] = readModels.select('SELECT "group", bytes FROM "order"', []);
  assert.equal([row?.['group'], row?.['bytes']], ['g', Buffer.from([1, 2])]);
  await stores.close();
});

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

test('a table that the build does not have is refused by name', async () => {
  const stores = await inSession((session) => {
    for (const name of ['theirs', 'Rows', 'events', '']) {
      assert.throws(() => session.tableName(name), /wanted 'rows', 'order', 'small'/);
    }
  });
  await refused('INVALID_ARGUMENT', () => stores.readModels.tableName(1, 'theirs'));
  await stores.close();
});

const unfit: readonly (readonly [value: unknown, found: string])[] = [
  [true, 'the boolean true'],
  [new Date(0), 'a Date'],
  [undefined, 'undefined'],
  [{ a: 1 }, 'an object'],
  [['a'], 'an array'],
  [Number.NaN, 'NaN'],
  [2n ** 63n, '9223372036854775808n'],
  [() => 1, 'function'],
  [Symbol('s'), 'symbol'],
];

test('values that SQLite does not take are refused with what it takes, and so is a wrong number of them', async () => {
  const stores = await inSession((session) => {
    const insert = prepare(session, 'INSERT INTO small VALUES (?, ?)');
    const select = prepare(session, 'SELECT * FROM small WHERE id = ? AND n = ?');
    for (const [value, found] of unfit) {
      for (const use of [() => insert.run('a', value), () => select.get('a', value), () => select.all('a', value)]) {
        assert.throws(use, (error: { code: string; found: string; wanted: string }) => {
          assert.equal([error.code, error.found], ['INVALID_ARGUMENT', found]);
          return error.wanted.includes('a boolean as 0 or 1');
        });
      }
    }
    assert.throws(() => insert.run('a'), /found 1, wanted 2/);
    assert.throws(() => insert.run('a', 1, 2), /found 3, wanted 2/);
    assert.throws(() => insert.all('a', 1), /returns no rows/);
    assert.throws(() => select.run('a', 1), /returns rows/);
    assert.is(insert.run('a', -(2n ** 63n)), 1);
    assert.is(insert.run('b', Number.POSITIVE_INFINITY), 1);
  });
  await stores.close();
});

test('a constraint that is broken is told in the words of SQLite; the handler may go on', async () => {
  const stores = await inSession((session) => {
    const insert = prepare(session, 'INSERT INTO rows (id) VALUES (?)');
    insert.run('a');
    assert.throws(
      () => insert.run('a'),
      (error: { code: string }) => error.code === 'SQLITE_CONSTRAINT_PRIMARYKEY',
    );
    insert.run('b');
  });
  assert.equal(stores.readModels.select('SELECT id FROM rows ORDER BY id', []), [{ id: 'a' }, { id: 'b' }]);
  await stores.close();
});

test('what is guarded is undone when it throws, also inside of what is guarded, and the rest stays', async () => {
  const failure = new RangeError('guarded');
  const stores = await inSession((session) => {
    const insert = prepare(session, 'INSERT INTO rows (id) VALUES (?)');
    insert.run('before');
    const inner = () =>
      session.guarded(() => {
        insert.run('inner');
        throw failure;
      });
    session.guarded(() => {
      insert.run('outer');
      assert.throws(inner, (error: unknown) => error === failure);
      insert.run('outer, still');
    });
    assert.throws(inner, (error: unknown) => error === failure);
    assert.is(
      session.guarded(() => insert.run('after')),
      1,
    );
  });
  const ids = stores.readModels.select('SELECT id FROM rows ORDER BY id', []).map(({ id }) => id);
  assert.equal(ids, ['after', 'before', 'outer', 'outer, still']);
  await stores.close();
});

for (const swallows of [false, true]) {
  test(`a conflict under OR ROLLBACK fails its own work ${swallows ? 'though the handler keeps silent' : 'with what it threw'}, and nothing of it is stored`, async () => {
    const { readModels, close } = await opened(temporaryFile());
    const { id } = await serve(readModels, balances, { shape });
    const ending = change(readModels, id, (session) => {
      session.write('half', document(1));
      const insert = prepare(session, `INSERT OR ROLLBACK INTO rows (id) VALUES ('a')`);
      insert.run();
      try {
        session.guarded(() => insert.run());
      } catch (error) {
        if (!swallows) throw error;
        const write = () => session.write('outside', document(1));
        for (const use of [() => insert.run(), write, () => session.guarded(write)]) assert.throws(use, /closed/);
      }
    });
    const neighbour = change(readModels, id, (session) => session.write('whole', document(1)));
    const { code } = await ending.then(
      () => ({ code: 'stored' }),
      (error: { code: string }) => error,
    );
    assert.is(code, swallows ? 'STORE_DEFECT' : 'SQLITE_CONSTRAINT_PRIMARYKEY');
    await neighbour;
    assert.equal(
      readModels.scan(id, { limit: 9 }).map(({ key }) => key),
      ['whole'],
    );
    assert.equal(readModels.select('SELECT * FROM rows', []), []);
    await close();
  });
}

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
  for (const [value] of unfit) await refused('INVALID_ARGUMENT', () => readModels.select('SELECT ?', [value]));
  await refused('INVALID_ARGUMENT', () => readModels.select('SELECT ?', []));
  await refused('INVALID_ARGUMENT', () => readModels.select('SELECT abs(-9223372036854775807 - 1)', []));
  assert.not.ok(db.inTransaction);
  await close();
});

test('columns and indexes that SQLite does not understand are refused by begin, and nothing is left of it', async () => {
  const { readModels, db, close } = await opened(temporaryFile());
  const tables = [
    table('rows', 'id TEXT PRIMARY'),
    table('rows', 'id); DROP TABLE events; --'),
    table('rows', 'id) WITHOUT ROWID --'),
    table('rows', ''),
    table('rows', 'id TEXT', ['nowhere']),
    table('rows', 'id TEXT', ['id); DELETE FROM events; --']),
  ];
  const before = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
  for (const each of tables) {
    const { message } = await refused('CONFIGURATION', () => readModels.begin(balances, { ...bare, tables: [each] }));
    assert.match(message, "projection 'balances', table 'rows'");
  }
  assert.is(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get(), before);
  assert.equal(readModels.builds(), []);
  await close();
});

test('statements are prepared once for each build, however often they are asked for', async () => {
  const stores = await inSession((session, { db }) => {
    prepare(session, 'INSERT INTO rows (id) VALUES (?)').run('a');
    const { prepare: original } = db;
    db.prepare = () => assert.unreachable('prepared again') as never;
    prepare(session, 'INSERT INTO rows (id) VALUES (?)').run('b');
    db.prepare = original;
  });
  await stores.close();
});

test.run();
