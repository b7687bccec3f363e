/** Names by number: read ahead where a reader goes through the log, and never one that a rollback took back. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Names } from '../src/names.ts';
import { StreamCache } from '../src/stream-cache.ts';
import { StreamNames } from '../src/stream-names.ts';
import { all, any, numbered, places } from './events.ts';
import { type Opened, opened } from './opened.ts';
import { temporaryFile } from './temporary.ts';

/** Counts the look-ups of `names`: each statement that is run on `streams` by number. */
async function store() {
  const parts = await opened(temporaryFile());
  let lookUps = 0;
  const prepare = parts.db.prepare.bind(parts.db);
  parts.db.prepare = ((sql: string) => {
    const statement = prepare(sql);
    const run = statement.all.bind(statement);
    statement.all = (...values: unknown[]) => {
      lookUps += 1;
      return run(...values);
    };
    return statement;
  }) as typeof parts.db.prepare;
  const names = new StreamNames(parts.db);
  parts.db.prepare = prepare;
  return { ...parts, names, lookUps: () => lookUps };
}

const create = ({ db }: Opened, ...streamNames: readonly string[]) => {
  const insert = db.prepare('INSERT INTO streams (name, category_id) VALUES (?, 1)');
  for (const name of streamNames) insert.run(name);
};
const accounts = (count: number, first = 1) => Array.from({ length: count }, (_, index) => `account-${first + index}`);

test('one behind the other, they are looked up in ever longer ranges, and are each their own', async () => {
  const { names, lookUps, ...parts } = await store();
  create(parts, ...accounts(2_000));
  for (let id = 1; id <= 2_000; id += 1) {
    assert.equal(names.of(id), { id, streamName: `account-${id}`, category: 'account', aggregateId: `${id}` });
  }
  // 2, 4, … 128, and then 256 at a time.
  assert.is(lookUps(), 7 + Math.ceil((2_000 - 254) / 256));
  await parts.close();
});

test('asked for here and there, they are looked up one by one, and known from then on', async () => {
  const { names, lookUps, ...parts } = await store();
  create(parts, ...accounts(2_000));
  const ids = Array.from({ length: 40 }, (_, index) => 1 + ((500 + index * 797) % 2_000));
  for (const id of [...ids, ...ids]) assert.is(names.of(id).streamName, `account-${id}`);
  assert.is(lookUps(), 40);
  await parts.close();
});

test('a few left out between them do not end the reading ahead', async () => {
  const { names, lookUps, ...parts } = await store();
  create(parts, ...accounts(1_500));
  for (let id = 1; id <= 1_500; id += 3) assert.is(names.of(id).streamName, `account-${id}`);
  assert.ok(lookUps() < 20, `found ${lookUps()} look-ups for 500 names, wanted fewer than 20`);
  await parts.close();
});

test('more of them than are kept are still each their own', async () => {
  const { names, lookUps: _, ...parts } = await store();
  const count = 66_000;
  parts.db.transaction(() => create(parts, ...accounts(count)))();
  for (const id of [1, 464, 465, 65_536, 65_537, 66_000, 1, 2, 464, 465]) {
    assert.is(names.of(id).streamName, `account-${id}`);
  }
  for (let id = 1; id <= count; id += 1) assert.is(names.of(id).streamName, `account-${id}`);
  for (let id = 1; id <= 1_000; id += 1) assert.is(names.of(id).streamName, `account-${id}`);
  await parts.close();
});

test('a number that no stream has is not remembered as one', async () => {
  const { names, lookUps: _, ...parts } = await store();
  create(parts, 'account-1');
  assert.is(names.of(1).streamName, 'account-1');
  assert.is(names.of(2).streamName, '');
  create(parts, 'loan-2');
  assert.equal(names.of(2), { id: 2, streamName: 'loan-2', category: 'loan', aggregateId: '2' });
  await parts.close();
});

test('what was read ahead inside a transaction that is rolled back is forgotten', async () => {
  const { names, lookUps: _, ...parts } = await store();
  const { connection, db } = parts;
  const streams = new StreamCache(connection, new Names(db, 'categories'), names);
  create(parts, ...accounts(3));
  for (let id = 1; id <= 3; id += 1) names.of(id);
  connection.begin('durable');
  const made = ['loan-4', 'loan-5', 'loan-6', 'loan-7'].map((name) => streams.forWriting(name).id);
  assert.equal(made, [4, 5, 6, 7]);
  assert.is(names.of(4).streamName, 'loan-4');
  connection.rollback();
  streams.rolledBack();
  create(parts, ...accounts(4, 4));
  for (let id = 1; id <= 7; id += 1) assert.is(names.of(id).streamName, `account-${id}`);
  await parts.close();
});

test('streams that another process makes meanwhile are read by their own names', async () => {
  const file = temporaryFile();
  const [ours, theirs] = [await opened(file), await opened(file)];
  const read = async () =>
    (await all(ours.events.readAll())).map(({ streamName, category, data }) => {
      assert.is(streamName, `${category}-${(data as { number: number }).number}`);
      return streamName;
    });
  for (let number = 0; number < 60; number += 3) {
    await ours.events.append(`ours-${number}`, numbered(1, number), any);
    await read();
    await theirs.events.append(`theirs-${number + 1}`, numbered(1, number + 1), any);
    await theirs.events.append(`their-${number + 2}`, numbered(1, number + 2), any);
    await theirs.events.append(`ours-${number}`, numbered(1, number), any);
  }
  assert.is((await read()).length, 80);
  await ours.close();
  await theirs.close();
});

test('an append that fails after somebody has read it leaves no name behind', async () => {
  let failing = false;
  const parts = await opened(temporaryFile(), {
    faults: {
      at(point) {
        if (!failing || point !== 'after-insert') return;
        const range = { low: 1, high: 9, wanted: {}, direction: 'forwards', limit: 9 } as const;
        assert.is(parts.file.reader.events(parts.file.reader.log.range(range).rows).at(-1)?.streamName, 'lost-2');
        throw new Error('fault');
      },
    },
  });
  const append = (name: string) => parts.events.append(name, numbered(1), any);
  await append('account-1');
  failing = true;
  await append('lost-2').then(
    () => assert.unreachable('the fault was not met'),
    () => {},
  );
  failing = false;
  await append('account-2');
  assert.equal(await places(parts.events), ['account-1:0', 'account-2:0']);
  await parts.close();
});

test.run();
