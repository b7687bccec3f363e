/** Filters are finished in SQL; whatever they are made of, they give what testing each event would give. */
import { type EventFilter, type EventStore, filterTest } from '@tidemark/core';
import type Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LogQueries } from '../src/log-queries.ts';
import { Names } from '../src/names.ts';
import { wantedOf } from '../src/wanted.ts';
import { all, any, numbered } from './events.ts';
import { type Opened, opened } from './opened.ts';
import { temporaryFile } from './temporary.ts';

const searching = suite('searching');
const categories = Array.from({ length: 12 }, (_, index) => `c${index}`);
const types = ['Opened', 'Closed', 'opened', 'Ünï', '%', '_'];
const names = [
  ...categories.flatMap((name) => [name, `${name}-1`, `${name}-10`, `${name}-a-b`]),
  'C1-1',
  'é-1',
  '😀-1',
  '%-1',
  'c_-1',
];

let store: Opened;
searching.before(async () => {
  store = await opened(temporaryFile(), { durability: 'normal' });
  const write = (name: string, index: number) => {
    const mixed = numbered(7, index * 7).map((event, at) => ({
      ...event,
      type: types[(index * 5 + at) % types.length] as string,
    }));
    return store.events.append(name, mixed, any);
  };
  for (let round = 0; round < 5; round += 1) await Promise.all(names.map((name, index) => write(name, index + round)));
});
searching.after(() => store.close());

const someOf = (values: readonly string[], most = 12) =>
  fc.option(fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: most }), { nil: undefined });
const filters: fc.Arbitrary<EventFilter> = fc.record({
  categories: someOf([...categories, 'C1', 'none', '😀']),
  types: someOf([...types, 'Nothing']),
  prefixes: someOf(['c1', 'c1-', 'c1-1', 'c', 'C1-', 'é', '😀-', '%', 'c_', '-', 'none-', 'c2-a'], 4),
});

async function positions(
  events: EventStore,
  filter: EventFilter,
  direction: 'forwards' | 'backwards',
): Promise<readonly number[]> {
  return (await all(events.readAll({ filter, direction }))).map(({ position }) => position);
}

searching('a filter gives exactly the events that pass its test, in either direction', async () => {
  const log = await all(store.events.readAll());
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const wanted = log.filter(filterTest(filter)).map(({ position }) => position);
      assert.equal(await positions(store.events, filter, 'forwards'), wanted);
      assert.equal(await positions(store.events, filter, 'backwards'), [...wanted].reverse());
    }),
    { numRuns: 150 },
  );
});

searching('a filter with hundreds of names is as good as one with few', async () => {
  const many = Array.from({ length: 2_000 }, (_, index) => `none${index}`);
  const log = await all(store.events.readAll());
  for (const filter of [
    { types: [...many, 'Closed'] },
    { categories: [...many, ...categories] },
    { categories: [...categories, ...categories] },
  ]) {
    const wanted = log.filter(filterTest(filter)).map(({ position }) => position);
    assert.equal(await positions(store.events, filter, 'forwards'), wanted);
  }
});

searching(
  'one category is found through the index, several are merged, and types are looked for without sorting',
  async () => {
    const { db } = store;
    let asked = '';
    const listening = {
      prepare(sql: string) {
        asked = sql;
        return db.prepare(sql);
      },
    } as unknown as Database.Database;
    const queries = new LogQueries(listening);
    const numbers = [new Names(db, 'types'), new Names(db, 'categories')] as const;
    const plan = (filter: EventFilter) => {
      queries.run({ low: 1, high: 10, wanted: wantedOf(filter, ...numbers), direction: 'forwards', limit: 3 });
      const values = Array(asked.split('?').length - 1).fill('[1]');
      const steps = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${asked}`).all(...values);
      return steps.map(({ detail }) => detail).join('; ');
    };
    assert.match(plan({ categories: ['c1'] }), 'USING INDEX events_category');
    assert.match(plan({ categories: ['c1', 'c2', 'c3'] }), 'MERGE');
    assert.match(plan({ prefixes: ['c4-', 'c5-1'] }), 'USING INDEX events_category');
    for (const filter of [
      { categories: ['c6', 'c7'] },
      { types: ['Opened'] },
      { categories, types: ['Closed'] },
      { prefixes: ['c'] },
    ]) {
      assert.not.match(plan(filter), 'TEMP B-TREE');
    }
  },
);

searching('a search for what is rare gives the event loop its turns, and says how far it came', async () => {
  const { events, close } = await opened(temporaryFile(), { durability: 'normal' });
  for (let index = 0; index < 12; index += 1) await events.append('common-1', numbered(3_000), any);
  await events.append('rare-1', numbered(1, 0, 'Rare'), any);
  let turns = 0;
  let counting = true;
  const count = () => {
    turns += 1;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  assert.is((await all(events.readAll({ filter: { types: ['Rare'] } }))).length, 1);
  counting = false;
  assert.ok(turns >= 3, `the event loop had ${turns} turns`);
  const told: (readonly [position: number, caughtUp: boolean])[] = [];
  for await (const message of events.subscribeToAll({ filter: { types: ['Rare'] } })) {
    if (message.kind !== 'progress') continue;
    told.push([message.position, message.caughtUp]);
    if (message.caughtUp) break;
  }
  assert.equal(told, [
    [10_000, false],
    [20_000, false],
    [30_000, false],
    [36_001, true],
  ]);
  await close();
});

searching.run();
