/** Large builds that are dropped while others go on, and what a process leaves behind that ends meanwhile. */
import type { ModelSession } from '@tidemark/core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { any, numbered } from '../events.ts';
import { type Opened, opened } from '../opened.ts';
import { temporaryFile } from '../temporary.ts';
import { balances, bare, document, serve, table } from './models.ts';

const rows = 40_000;

const shape = { indexes: ['n'], tables: [table('plain', 'id INTEGER, note TEXT', ['note'])] };

function fill(session: ModelSession): void {
  for (let n = 0; n < rows; n += 1) session.write(`key-${n}`, document({ n, text: 'x'.repeat(40) }));
  const insert = session.statement(`INSERT INTO ${session.tableName('plain')} VALUES (?, ?)`);
  for (let n = 0; n < 600; n += 1) insert.run(n, `note ${n % 7}`);
}

const left = ({ db }: Opened) =>
  db.prepare(`SELECT count(*) FROM sqlite_schema WHERE name GLOB '*_[0-9]*' AND type = 'table'`).pluck().get();

test('lets those who write come in between, and leaves nothing', async () => {
  const ours = await opened(temporaryFile());
  const { id } = await serve(ours.readModels, balances, { shape, fill });
  let isDropping = true;
  const dropping = ours.readModels.drop(id).finally(() => {
    isDropping = false;
  });
  let appends = 0;
  for (; isDropping; appends += 1) await ours.events.append('account-1', numbered(1, appends), any);
  await dropping;
  assert.ok(appends >= 8, `${appends} appends came in between`);
  assert.is(left(ours), 0);
  await ours.close();
});

test('is gone for readers with the first step, also for those who look at tables alone', async () => {
  const ours = await opened(temporaryFile());
  const { id } = await serve(ours.readModels, balances, { shape, fill });
  const dropping = ours.readModels.drop(id);
  // Behind the first step, which was asked for before.
  await ours.readModels.begin({ name: 'other', version: 1 }, bare).catch(() => {});
  assert.throws(
    () => ours.readModels.read(id, 'key-1'),
    ({ code }: { code: string }) => code === 'BUILD_GONE',
  );
  assert.equal(ours.db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'view'`).all(), []);
  await dropping;
  await ours.close();
});

test('is gone on with by the next that is begun or dropped, when the process ends in the middle', async () => {
  const file = temporaryFile();
  const first = await opened(file);
  const { id } = await serve(first.readModels, balances, { shape, fill });
  const dropping = first.readModels.drop(id);
  await first.close();
  // What was asked for is done: the build is gone, only its room in the file is not free yet.
  await dropping;
  const second = await opened(file);
  assert.is(left(second), 2);
  assert.equal(second.readModels.builds(), []);
  await second.readModels.begin(balances, bare);
  assert.is(left(second), 1);
  await second.close();
});

test('neither fires triggers that somebody has added nor minds a broken view in the file', async () => {
  const ours = await opened(temporaryFile());
  const { id } = await serve(ours.readModels, balances, { shape, fill });
  ours.db.exec(`
    CREATE TABLE seen (key TEXT);
    CREATE TRIGGER gone AFTER DELETE ON documents_${id} BEGIN INSERT INTO seen VALUES (old.key); END;
    CREATE VIEW broken AS SELECT 1 FROM nowhere;
  `);
  await ours.readModels.drop(id);
  assert.is(ours.db.prepare('SELECT count(*) FROM seen').pluck().get(), 0);
  assert.is(left(ours), 0);
  await ours.close();
});

test.run();
