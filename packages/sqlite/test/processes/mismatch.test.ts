// timeout: 300s
/** A log that is not the one its read models were made from: said everywhere, gone on with nowhere, and rebuilt. */
import fs from 'node:fs';
import { type Application, createApplication, eventData } from '@tidemark/core';
import Database from 'better-sqlite3';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../../src/index.ts';
import { refused } from '../refusals.ts';
import { temporaryFile } from '../temporary.ts';
import { checkReadModels, Deposited, models, readModels, Withdrawn } from './read-models.ts';

const test = suite('read models of another log');

const projections = readModels(1, {});
const all = models.map((model) => projections[model]);

async function start(file: string, told: unknown[] = []): Promise<Application> {
  const onError = (error: unknown) => told.push(error);
  return createApplication({
    ...{ store: sqlite(file), aggregates: [], events: [Deposited, Withdrawn], projections: all, onError },
  });
}

async function append(app: Pick<Application, 'eventStore'>, count: number): Promise<number> {
  const events = Array.from({ length: count }, (_, index) => eventData('Deposited', { amount: index + 1 }));
  return (await app.eventStore.append('account-1', events, { expectedRevision: 'any' })).position ?? 0;
}

async function deposit(app: Application, count: number): Promise<void> {
  const position = await append(app, count);
  for (const projection of all) await app.caughtUp(projection, position);
}

/** A log of so many events, with its read models at its end. */
async function filled(count: number): Promise<string> {
  const file = temporaryFile();
  const app = await start(file);
  await deposit(app, count);
  await app.stop();
  return file;
}

function change(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

/** By somebody who knows no read models. */
async function appendOthers(file: string, count: number): Promise<void> {
  const stores = await sqlite(file).open();
  await append({ eventStore: stores.events }, count);
  await stores.close();
}

/** Until the rebuild is under way, the projection is stopped still. */
async function caughtUpAgain(app: Application): Promise<void> {
  for (;;) {
    const outcome = await app.caughtUp(projections.balances, 1).catch(({ code }) => code as string);
    if (outcome === undefined) return;
    assert.is(outcome, 'CHECKPOINT_MISMATCH');
    await new Promise(setImmediate);
  }
}

async function assertSaid(app: Application, told: readonly unknown[], found: RegExp): Promise<void> {
  const { status, consumers } = await app.health();
  assert.is(status, 'degraded');
  for (const model of models) {
    const error = await refused('CHECKPOINT_MISMATCH', () => app.caughtUp(projections[model], 1));
    assert.match(error.message, found);
    assert.match(error.message, /app\.rebuild/);
    assert.is(error['consumer'], model);
    await refused('CHECKPOINT_MISMATCH', () => app.ready(projections[model]));
    const health = consumers.find(({ name }) => name === model);
    assert.equal([health?.state, health?.lastError], ['stopped', error]);
    assert.match(health?.advice ?? '', /app\.rebuild it, or restore the log/);
    const status: unknown[] = [];
    app.status$(projections[model]).subscribe((each) => status.push(each.state, each.lastError));
    assert.equal(status, ['stopped', error]);
    assert.ok(told.includes(error), `onError was not told of ${model}`);
  }
}

const spoilt: readonly (readonly [what: string, found: RegExp, spoil: (file: string) => Promise<void>])[] = [
  [
    'another log in its place, a longer one',
    /found log [\w-]+, wanted log [\w-]+/,
    async (file) => {
      const other = await filled(20);
      const tables = ['log', 'events', 'streams', 'types', 'categories'];
      const copies = tables.map((name) => `DELETE FROM ${name}; INSERT INTO ${name} SELECT * FROM other.${name};`);
      change(file, `ATTACH '${other}' AS other; ${copies.join('')}`);
    },
  ],
  [
    'a log that has lost its end',
    /found position 10, wanted at most 7/,
    async (file) => change(file, 'DELETE FROM events WHERE position > 7'),
  ],
  [
    'a log that has lost its end, and got as long again',
    /found event [\w-]+ at position 10, wanted event [\w-]+/,
    async (file) => {
      change(file, 'DELETE FROM events WHERE position > 7');
      await appendOthers(file, 3);
    },
  ],
  [
    'a log that has lost its end, and got longer than it was',
    /found event [\w-]+ at position 10, wanted event [\w-]+/,
    async (file) => {
      change(file, 'DELETE FROM events WHERE position > 7');
      await appendOthers(file, 30);
    },
  ],
];

for (const [what, found, spoil] of spoilt) {
  test(`are not gone on with (${what}), by any kind of projection, and a rebuild is the way out`, async () => {
    const file = await filled(10);
    await spoil(file);
    // Once more, as whoever starts again must not find it mended by what was tried before.
    for (const _ of [1, 2]) {
      const told: unknown[] = [];
      const app = await start(file, told);
      await assertSaid(app, told, found);
      const head = await app.eventStore.head();
      await refused('CHECKPOINT_MISMATCH', () => append(app, 1));
      assert.is(await app.eventStore.head(), head);
      await app.stop();
    }
    const app = await start(file);
    const rebuild = await app.rebuild(...all);
    // Whoever waits meanwhile waits for what is right.
    await caughtUpAgain(app);
    const { events, position } = (await app.documents(projections.balances).get('account-1')) ?? {};
    const head = await app.eventStore.head();
    assert.equal([events, position], [head, head]);
    await rebuild.done;
    await deposit(app, 2);
    const { status, consumers } = await app.health();
    assert.equal(
      [status, consumers.map(({ state, advice }) => [state, advice])],
      ['ok', models.map(() => ['live', undefined])],
    );
    await app.stop();
    const stores = await sqlite(file).open();
    assert.is(await checkReadModels(stores), 1);
    await stores.close();
  });
}

test('are found also by a process that only appends, and stands by', async () => {
  const file = await filled(10);
  change(file, 'DELETE FROM events WHERE position > 7');
  await appendOthers(file, 5);
  const stores = await sqlite(file).open();
  const lease = await stores.leases.acquire('projection totals@1', 'nobody', 60_000);
  const app = await start(file);
  await refused('CHECKPOINT_MISMATCH', () => append(app, 1));
  await app.stop();
  await stores.leases.release(lease === undefined ? [] : [lease]);
  await stores.close();
});

test('are said to be so also where a rebuild is under way already when a process starts', async () => {
  const file = await filled(10);
  change(file, 'DELETE FROM events WHERE position > 7');
  const { readModels: store, close } = await sqlite(file).open();
  const balances = { name: 'balances', version: 1 };
  await store.begin(balances, store.shapeOf(store.served(balances) ?? 0));
  await close();
  const told: unknown[] = [];
  const app = await start(file, told);
  await caughtUpAgain(app);
  assert.is((await app.documents(projections.balances).get('account-1'))?.events, 7);
  const found = told.map((error) => `${(error as { code: string }).code} ${(error as { consumer: string }).consumer}`);
  assert.equal(
    found.toSorted(),
    models.map((model) => `CHECKPOINT_MISMATCH ${model}`),
  );
  await app.stop();
});

test('are none where a backup of the file is put back: the log and its read models go back together', async () => {
  const file = await filled(10);
  change(file, 'PRAGMA wal_checkpoint(TRUNCATE)');
  const backup = fs.readFileSync(file);
  const before = await start(file);
  await deposit(before, 5);
  await before.stop();
  for (const ending of ['-wal', '-shm']) fs.rmSync(`${file}${ending}`, { force: true });
  fs.writeFileSync(file, backup);
  const app = await start(file);
  for (const projection of all) await app.caughtUp(projection, 10);
  assert.is((await app.documents(projections.balances).get('account-1'))?.events, 10);
  await deposit(app, 3);
  assert.is((await app.health()).status, 'ok');
  await app.stop();
  const stores = await sqlite(file).open();
  assert.is(await stores.events.head(), 13);
  await checkReadModels(stores);
  await stores.close();
});

test.run();
