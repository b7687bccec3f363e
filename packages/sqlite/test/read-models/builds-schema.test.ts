/** Files of the first schema, which had one set of documents for each version of a projection. */
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../../src/index.ts';
import { migrate, migrations } from '../../src/schema.ts';
import { temporaryFile } from '../temporary.ts';
import { bare } from './models.ts';

interface OldModel {
  readonly name: string;
  readonly version?: number;
  readonly position?: number;
  readonly documents?: Readonly<Record<string, string>>;
}

/** A file as the first version of this package left it. */
function oldFile(models: readonly OldModel[]): string {
  const file = temporaryFile();
  const db = new Database(file);
  migrate(db, file, 0, migrations.slice(0, 1));
  db.pragma('journal_mode = WAL');
  for (const [index, { name, version = 1, position = 7, documents = {} }] of models.entries()) {
    db.prepare(`INSERT INTO read_models VALUES (?, ?, ?, 'log', ?, 'event')`).run(index + 1, name, version, position);
    for (const [key, json] of Object.entries(documents))
      db.prepare('INSERT INTO documents VALUES (?, ?, ?, ?)').run(
        index + 1,
        key,
        json,
        key === 'typed' ? '{"":"Date"}' : null,
      );
  }
  db.close();
  return file;
}

function namesIn(file: string, type: string): readonly unknown[] {
  const db = new Database(file, { readonly: true });
  const names = db.prepare('SELECT name FROM sqlite_schema WHERE type = ? ORDER BY name').pluck().all(type);
  db.close();
  return names;
}

test('each read model becomes a served build with its documents and its checkpoint', async () => {
  const file = oldFile([
    { name: 'balances', version: 1, position: 5, documents: { b: '2', a: '1' } },
    { name: 'balances', version: 2, position: 9, documents: { typed: '"2020-01-01T00:00:00.000Z"' } },
    { name: 'empty' },
  ]);
  const { readModels, close } = await sqlite(file).open();
  const builds = readModels.builds();
  assert.equal(
    builds.map(({ name, version, state, checkpoint }) => [name, version, state, checkpoint?.position]).sort(),
    [
      ['balances', 1, 'served', 5],
      ['balances', 2, 'served', 9],
      ['empty', 1, 'served', 7],
    ],
  );
  assert.equal(builds[0]?.checkpoint?.logId, 'log');
  const [first, second] = [1, 2].map((version) => readModels.served({ name: 'balances', version }) ?? 0) as [
    number,
    number,
  ];
  assert.equal(readModels.scan(first, { limit: 10 }), [
    { key: 'a', json: '1', types: null },
    { key: 'b', json: '2', types: null },
  ]);
  assert.equal(readModels.read(second, 'typed')?.types, '{"":"Date"}');
  assert.is(readModels.count(readModels.served({ name: 'empty', version: 1 }) ?? 0), 0);
  await close();
});

test('the old tables are gone, and the documents of the highest version stand under the plain name', async () => {
  const file = oldFile([
    { name: 'balances', version: 2, documents: { new: '2' } },
    { name: 'balances', version: 1, documents: { old: '1' } },
    { name: 'a "quoted" name', documents: { x: '3' } },
  ]);
  const { readModels, close } = await sqlite(file).open();
  assert.equal(readModels.select('SELECT key, json FROM balances', []), [{ key: 'new', json: '2' }]);
  assert.equal(readModels.select('SELECT key FROM "a ""quoted"" name"', []), [{ key: 'x' }]);
  await close();
  const tables = namesIn(file, 'table');
  assert.not.ok(tables.includes('read_models') || tables.includes('documents'), tables.join(' '));
});

test('a projection that was called as a table of the store is served on, only not under its name', async () => {
  const names = ['events', 'BUILDS', 'sqlite_x', 'documents_1', 'Twice', 'twice', ''];
  const file = oldFile(names.map((name) => ({ name, documents: { of: JSON.stringify(name) } })));
  const { readModels, close } = await sqlite(file).open();
  for (const name of names) {
    const id = readModels.served({ name, version: 1 }) ?? 0;
    assert.is(readModels.read(id, 'of')?.json, JSON.stringify(name));
  }
  // It can be replaced by one with a better name, and goes.
  await readModels.drop(readModels.served({ name: 'events', version: 1 }) ?? 0);
  assert.is(readModels.served({ name: 'events', version: 1 }), undefined);
  await close();
  assert.equal(namesIn(file, 'view'), ['Twice']);
});

test('a migrated model is rebuilt beside what it was, and its name follows', async () => {
  const file = oldFile([{ name: 'balances', documents: { old: '1' } }]);
  const { readModels, close } = await sqlite(file).open();
  const old = readModels.served({ name: 'balances', version: 1 }) ?? 0;
  const { id } = await readModels.begin({ name: 'balances', version: 1 }, bare);
  assert.equal(readModels.select('SELECT key FROM balances', []), [{ key: 'old' }]);
  await readModels.changeStates([
    { id: old, from: 'served', to: 'kept' },
    { id, from: 'building', to: 'served' },
  ]);
  assert.equal(readModels.select('SELECT key FROM balances', []), []);
  await close();
});

test.run();
