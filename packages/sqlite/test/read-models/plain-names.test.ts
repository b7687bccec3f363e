/** What somebody reads with SQL under the plain names of projections and their tables. */
import type { ModelSession, ModelShape } from '@tidemark/core';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../../src/index.ts';
import { opened } from '../opened.ts';
import { OtherProcess } from '../other-process.ts';
import { refused } from '../refusals.ts';
import { temporaryFile } from '../temporary.ts';
import { balances, bare, change, document, serve, table } from './models.ts';

const version = (number: number) => ({ name: 'balances', version: number });
const shape: ModelShape = { indexes: [], tables: [table('rows')] };

/** Fills the documents and the table of a build with so many, all of one number. */
function filled(number: number, count = 1): (session: ModelSession) => void {
  return (session) => {
    const insert = session.statement(`INSERT INTO ${session.tableName('rows')} VALUES (?, ?)`);
    for (let index = 0; index < count; index += 1) {
      session.write(`key-${index}`, document(number));
      insert.run(`key-${index}`, number);
    }
  };
}

async function store() {
  const file = temporaryFile();
  const stores = await opened(file);
  const reader = new Database(file, { readonly: true });
  return {
    ...stores,
    file,
    /** What a reader finds, who opened the file before all of this: numbers in documents and in the table. */
    found: (): string => {
      try {
        const documents = reader.prepare('SELECT DISTINCT json FROM balances').pluck().all();
        return `${documents.join()} ${reader.prepare('SELECT DISTINCT amount FROM rows').pluck().all().join()}`;
      } catch (error) {
        return (error as Error).message;
      }
    },
    async end() {
      reader.close();
      await stores.close();
    },
  };
}

test('there is nothing under the names before the first build is served, and nothing after the last is dropped', async () => {
  const { readModels, found, end } = await store();
  const { id } = await readModels.begin(balances, shape);
  await change(readModels, id, filled(1));
  assert.is(found(), 'no such table: balances');
  await refused('INVALID_ARGUMENT', () => readModels.select('SELECT * FROM rows', []));
  await readModels.changeStates([{ id, from: 'building', to: 'served' }]);
  assert.is(found(), '1 1');
  await readModels.drop(id);
  assert.is(found(), 'no such table: balances');
  await end();
});

test('they show the served build of the highest version, whatever happens to builds of older ones', async () => {
  const { readModels, found, end } = await store();
  await serve(readModels, version(1), { shape, fill: filled(1) });
  const second = await serve(readModels, version(2), { shape, fill: filled(2) });
  assert.is(found(), '2 2');
  await serve(readModels, version(1), { shape, fill: filled(3) });
  assert.is(found(), '2 2', 'an older version was rebuilt');
  const { id } = await readModels.begin(version(2), shape);
  await change(readModels, id, filled(4));
  assert.is(found(), '2 2', 'a build that is not complete was shown');
  await readModels.changeStates([
    { id: second.id, from: 'served', to: 'kept' },
    { id, from: 'building', to: 'served' },
  ]);
  assert.is(found(), '4 4');
  await readModels.drop(second.id);
  assert.is(found(), '4 4');
  await readModels.drop(id);
  assert.is(found(), '3 3', 'the older one is the highest now');
  await end();
});

test('a name that the new version does not have any more shows nothing, rather than what is old', async () => {
  const { readModels, found, end } = await store();
  await serve(readModels, version(1), { shape, fill: filled(1) });
  await serve(readModels, version(2), { shape: { indexes: [], tables: [table('others')] } });
  assert.is(found(), 'no such table: rows');
  assert.equal(readModels.select('SELECT * FROM others', []), []);
  await end();
});

test('a statement that is kept by its reader reads the columns of the version that is served', async () => {
  const { readModels, end } = await store();
  await serve(readModels, version(1), { shape: { indexes: [], tables: [table('rows', 'a')] } });
  const insert = (id: number) =>
    change(readModels, id, (session) =>
      session.statement(`INSERT INTO ${session.tableName('rows')} VALUES (1, 2)`).run(),
    );
  assert.equal(readModels.select('SELECT * FROM rows', []), []);
  const { id } = await serve(readModels, version(2), { shape: { indexes: [], tables: [table('rows', 'b, c')] } });
  await insert(id);
  assert.equal(readModels.select('SELECT * FROM rows', []), [{ b: 1, c: 2 }]);
  await end();
});

test('a projection whose table has its name shows the table', async () => {
  const { readModels, end } = await store();
  await serve(readModels, balances, { shape: { indexes: [], tables: [table('Balances', 'id TEXT')] } });
  assert.equal(readModels.select('SELECT id FROM balances', []), []);
  await end();
});

test('a projection may have any text for a name', async () => {
  const { readModels, end } = await store();
  const name = `order "totals"; -- 'ä'.`;
  await serve(readModels, { name, version: 1 }, { fill: (session) => session.write('a', document(1)) });
  assert.equal(readModels.select(`SELECT key FROM "${name.replaceAll('"', '""')}"`, []), [{ key: 'a' }]);
  await end();
});

const taken: readonly (readonly [name: string, found: string])[] = [
  ['events', "a table 'events' in the file"],
  ['Streams', "a table 'streams' in the file"],
  ['dead_letters', 'in the file'],
  ['leases', 'in the file'],
  ['builds_served', "an index 'builds_served' in the file"],
  ['sqlite_anything', 'that the store keeps for itself'],
  ['DOCUMENTS_7', 'that the store keeps for itself'],
  ['rows__7', 'that the store keeps for itself'],
  ['rows__7_0', 'that the store keeps for itself'],
  ['others', "by the projection 'others'"],
  ['OTHER_rows', "by the projection 'others'"],
  ['mine', "a view 'mine' in the file"],
  ['', 'no name that SQL can have'],
  ['a\0b', 'no name that SQL can have'],
];

test('a name that means something else in the file is refused by begin, of a projection as of a table', async () => {
  const { readModels, db, file, end } = await store();
  const other = new Database(file);
  other.exec('CREATE VIEW mine AS SELECT 1');
  other.close();
  // Not served, and refused all the same: it will be.
  await readModels.begin({ name: 'others', version: 1 }, { indexes: [], tables: [table('other_rows')] });
  const before = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
  for (const [name, found] of taken) {
    const shapeOfTable = { indexes: [], tables: [table(name)] };
    const asTable = await refused('CONFIGURATION', () => readModels.begin(balances, shapeOfTable));
    assert.match(asTable.message, `the name '${name}'`);
    assert.match(asTable.message, found);
    if (name === 'others') continue;
    const asProjection = await refused('CONFIGURATION', () => readModels.begin({ name, version: 1 }, bare));
    assert.match(asProjection.message, found);
  }
  const twice = { indexes: [], tables: [table('rows'), table('Rows')] };
  assert.match((await refused('CONFIGURATION', () => readModels.begin(balances, twice))).message, 'two tables');
  const { places } = await refused('CONFIGURATION', () => readModels.begin({ name: 'OTHERS', version: 1 }, bare));
  assert.equal(places, ["projection 'OTHERS'", "projection 'others'"]);
  assert.is(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get(), before);
  assert.is(readModels.builds().length, 1);
  await end();
});

test('a name that somebody has taken since is refused by the switch, and what he made stays', async () => {
  const { readModels, file, found, end } = await store();
  const first = await serve(readModels, balances, { shape, fill: filled(1) });
  const { id } = await readModels.begin(balances, shape);
  const other = new Database(file);
  other.exec('DROP VIEW rows; CREATE TABLE rows (amount); INSERT INTO rows VALUES (7)');
  const changes = [
    { id: first.id, from: 'served', to: 'kept' },
    { id, from: 'building', to: 'served' },
  ] as const;
  await refused('CONFIGURATION', () => readModels.changeStates(changes));
  assert.is(found(), '1 7');
  other.exec('DROP TABLE rows');
  other.close();
  await change(readModels, id, filled(2));
  await readModels.changeStates(changes);
  assert.is(found(), '2 2');
  await end();
});

test('a process that reads all the time sees one complete build after another, and no error', async () => {
  const { readModels, file, end } = await store();
  const other = new OtherProcess();
  await serve(readModels, balances, { shape, fill: filled(0, 50) });
  const sql = `SELECT count(*), min(n), max(n) FROM (SELECT json + 0 AS n FROM balances UNION ALL SELECT amount FROM rows)`;
  await other.ask('watch', file, sql);
  for (let number = 1; number <= 40; number += 1) {
    const { id } = await readModels.begin(balances, shape);
    for (let part = 0; part < 5; part += 1)
      await change(readModels, id, (session) => filledPart(session, number, part));
    const [old] = readModels.builds();
    await readModels.changeStates([
      { id, from: 'building', to: 'served' },
      { id: old?.id ?? 0, from: 'served', to: 'kept' },
    ]);
    await readModels.drop(old?.id ?? 0);
  }
  const { reads, rows } = await other.ask('watched');
  await other.kill();
  await end();
  assert.ok(reads > 10, `found ${reads} reads only`);
  const numbers = rows.map((row) => (row as readonly number[])[1] as number);
  assert.equal(
    rows,
    numbers.map((number) => [100, number, number]),
    'a part of a build was seen',
  );
  assert.equal(
    numbers,
    [...numbers].sort((a, b) => a - b),
    'an older build came back',
  );
  assert.ok(numbers.length > 4, `found ${numbers.length} builds only`);
});

function filledPart(session: ModelSession, number: number, part: number): void {
  const insert = session.statement(`INSERT INTO ${session.tableName('rows')} VALUES (?, ?)`);
  for (let index = part * 10; index < part * 10 + 10; index += 1) {
    session.write(`key-${index}`, document(number));
    insert.run(`key-${index}`, number);
  }
}

test('two processes that switch one projection to and fro leave names that fit', async () => {
  const { readModels, file, found, end } = await store();
  const theirs = await sqlite(file).open();
  for (let number = 1; number <= 10; number += 1) {
    const by = number % 2 === 0 ? readModels : theirs.readModels;
    await serve(by, version(1 + (number % 3)), { shape, fill: filled(number) });
  }
  // The last of version 3 was the eighth.
  assert.is(found(), '8 8');
  await theirs.close();
  await end();
});

test.run();
