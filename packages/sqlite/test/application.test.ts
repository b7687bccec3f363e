/** A whole application on one file: restarted, and beside another process. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createApplication, type DeclareTable, On, Projection, type RecordedEvent, Tables } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { test } from 'uvu';
import { Add, Counted, Counter, Totals } from './application/counter.ts';
import { temporaryFile } from './temporary.ts';

const declarations = { aggregates: [Counter], projections: [Totals] };

test('a restarted application finds its aggregates, snapshots, receipts and documents', async () => {
  const store = sqlite(temporaryFile());
  {
    await using app = await createApplication({ store, ...declarations });
    for (let n = 1; n <= 7; n += 1) await app.execute(Add, { counterId: 'a', n }, { commandId: `add-${n}` });
    await app.caughtUp(Totals, 7);
  }
  await using app = await createApplication({ store, ...declarations });
  assert.deepEqual(await app.documents(Totals).get('a'), { total: 28n, last: new Date(7) });
  const counter = await app.load(Counter, 'a');
  assert.deepEqual([counter.total, counter.revision], [28n, 6]);
  const again = await app.execute(Add, { counterId: 'a', n: 7 }, { commandId: 'add-7' });
  assert.deepEqual([again.repeated, again.returned, again.position], [true, 28n, 7]);
  assert.deepEqual(
    again.events.map(({ data }) => data instanceof Counted),
    [true],
  );
});

@Projection('sums')
class Sums extends Tables {
  schema(table: DeclareTable): void {
    table('sums', 'counter TEXT PRIMARY KEY, sum INTEGER');
  }
  @On(Counted)
  counted({ aggregateId, data }: RecordedEvent<Counted>): void {
    this.sql`INSERT INTO ${this.table('sums')} VALUES (${aggregateId}, ${data.n})`.run();
  }
}

/** Says each kind of statement as a template. */
@Projection('spoken')
class Spoken extends Tables {
  schema(table: DeclareTable): void {
    table('spoken', 'counter TEXT PRIMARY KEY, sum TEXT, times INTEGER');
  }
  @On(Counted)
  counted({ aggregateId, data }: RecordedEvent<Counted>): void {
    const spoken = this.table('spoken');
    const before = this.sql`SELECT sum, times FROM ${spoken} WHERE counter = ${aggregateId}`;
    const { times = 0 } = before.get() ?? {};
    assert.equal(before.all().length, times === 0 ? 0 : 1);
    const text = `'); DROP TABLE ${spoken}; -- ${data.n}`;
    const changed = this.sql`INSERT INTO ${spoken} VALUES (${aggregateId}, ${text}, 1)
      ON CONFLICT DO UPDATE SET sum = excluded.sum, times = times + 1`.run();
    assert.equal(changed, 1);
  }
}

test('a statement that is a template has its values in it, whatever they look like, on each build of a read model', async () => {
  await using app = await createApplication({
    store: sqlite(temporaryFile()),
    aggregates: [Counter],
    projections: [Spoken],
  });
  for (const n of [1, 2]) await app.execute(Add, { counterId: 'a', n });
  await app.caughtUp(Spoken, 2);
  await (await app.rebuild(Spoken)).done;
  await app.caughtUp(Spoken, await app.execute(Add, { counterId: 'a', n: 3 }));
  const row = await app.tables(Spoken).get('SELECT * FROM spoken');
  assert.deepEqual(row, { counter: 'a', sum: `'); DROP TABLE "spoken__2"; -- 3`, times: 3 });
});

test('a reader of tables finds those of its own build by name, and no others', async () => {
  const file = temporaryFile();
  await using app = await createApplication({ store: sqlite(file), aggregates: [Counter], projections: [Sums] });
  await app.caughtUp(Sums, await app.execute(Add, { counterId: 'a', n: 7 }));
  const tables = app.tables(Sums);
  assert.deepEqual(await tables.get(`SELECT sum FROM ${tables.table('sums')}`), { sum: 7 });
  assert.equal(tables.table('sums') === 'sums', false);
  assert.throws(() => tables.table('events'), { code: 'INVALID_ARGUMENT' });
});

test('applications in two processes on one file decide on each other’s events, and lose none', async () => {
  const file = temporaryFile();
  await using app = await createApplication({ store: sqlite(file), ...declarations });
  const child = fork(fileURLToPath(new URL('./application/counting-child.ts', import.meta.url)), [file, '200']);
  const exited = once(child, 'exit');
  const own = [];
  for (let n = 0; n < 200; n += 1) own.push(app.execute(Add, { counterId: `c${n % 5}`, n: 1 }));
  await Promise.all(own);
  assert.deepEqual(await exited, [0, null]);
  await app.caughtUp(Totals, await app.eventStore.head());
  let total = 0n;
  for await (const { key, value } of app.documents(Totals).all()) {
    assert.equal((await app.load(Counter, key)).total, value.total);
    total += value.total;
  }
  assert.equal(total, 400n);
  assert.equal((await app.health()).status, 'ok');
});

test.run();
