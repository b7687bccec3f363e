/** Tables of projections: their rows and values, their constraints, and what is undone. Which SQL there is: `statements.test.ts`. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { opened } from '../opened.ts';
import { refused } from '../refusals.ts';
import { temporaryFile } from '../temporary.ts';
import { balances, bare, change, document, serve, table } from './models.ts';
import { inSession, prepare, shape } from './table-session.ts';

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
  for (const [value] of unfit) await refused('INVALID_ARGUMENT', () => stores.readModels.select('SELECT ?', [value]));
  await stores.close();
});

test('a build whose shape somebody has spoilt is refused by its number', async () => {
  const file = temporaryFile();
  const before = await opened(file);
  const { id } = await serve(before.readModels, balances, { shape });
  before.db.prepare(`UPDATE builds SET shape = '{' WHERE id = ?`).run(id);
  await before.close();
  const { readModels, close } = await opened(file);
  const { message } = await refused('UNREADABLE_EVENT', () => readModels.tableName(id, 'rows'));
  assert.match(message, `the shape of build ${id} cannot be read`);
  await close();
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
