import assert from 'node:assert/strict';
import { eventData, type StoredEvent } from '@tidemark/core';
import { Told, use } from './inline-language.ts';
import { any, noStream, numbered, numberOf, numbers, range } from './language.ts';
import { serve } from './read-model-language.ts';
import { needing, type Rules } from './rule.ts';
import { plainRows, putIn, rowsOf, tabled } from './table-language.ts';

export const inlineTables: Rules = needing('inlineProjections', {
  ...needing('tables', {
    'rows are committed with the events they were made from': async (log) => {
      const { events, readModels: store, openAnother } = log;
      const other = await openAnother();
      const id = await tabled(store);
      await serve(store, id);
      const told: Told = use(
        log,
        new Told({ append: (given) => putIn(told.open.session(id), rowFor(given)), flush: () => during() }),
      );
      const seen: unknown[] = [];
      const during = () => seen.push(rowsOf(other.readModels, id));
      await events.append('account-1', numbered(1, 7), any);
      assert.deepEqual(seen, [{}]);
      assert.deepEqual([plainRows(store), plainRows(other.readModels)], [{ 'account-1': 7 }, { 'account-1': 7 }]);
    },

    'rows of a refused append go with it, and those of its neighbours stay': async (log) => {
      const { events, readModels: store } = log;
      const id = await tabled(store);
      const told: Told = use(
        log,
        new Told({
          append(given) {
            putIn(told.open.session(id), rowFor(given));
            if (given[0]?.type === 'Refused') throw new RangeError('refused');
          },
        }),
      );
      const culprit = (index: number) => index % 3 === 1;
      const writing = range(21).map((index) =>
        events.append(`account-${index}`, [eventData(culprit(index) ? 'Refused' : 'Numbered', { number: index })], any),
      );
      const settled = await Promise.allSettled(writing);
      const innocent = range(21).filter((index) => !culprit(index));
      assert.deepEqual(
        settled.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : [])),
        innocent,
      );
      assert.deepEqual(rowsOf(store, id), Object.fromEntries(innocent.map((index) => [`account-${index}`, index])));
      assert.deepEqual(await numbers(events.readAll()), innocent);
    },

    'a row that its table refuses refuses the append, with the error that the statement threw': async (log) => {
      const { events, readModels: store } = log;
      const id = await tabled(store);
      let thrown: unknown;
      const told: Told = use(
        log,
        new Told({
          append() {
            try {
              putIn(told.open.session(id), { ada: 1 });
            } catch (error) {
              thrown = error;
              throw error;
            }
          },
        }),
      );
      const writing = range(3).map((index) => events.append(`account-${index}`, numbered(1), noStream));
      const settled = await Promise.allSettled(writing);
      assert.deepEqual(
        settled.map(({ status }) => status),
        ['fulfilled', 'rejected', 'rejected'],
      );
      assert.equal(settled[2]?.status === 'rejected' && settled[2].reason === thrown, true);
      assert.deepEqual(rowsOf(store, id), { ada: 1 });
    },

    'rows that are written in `begin` and `flush` go when nothing is committed': async (log) => {
      const { events, readModels: store } = log;
      const id = await tabled(store);
      use(
        log,
        new Told({
          begin: (tx) => putIn(tx.session(id), { ada: 1 }),
          flush() {
            throw new RangeError('flush');
          },
        }),
      );
      await assert.rejects(events.append('account-1', numbered(1), any), RangeError);
      assert.deepEqual(rowsOf(store, id), {});
      assert.equal(await events.head(), 0);
    },

    'SQL of a projection that ends the transaction refuses its own append alone': async (log) => {
      const { events, readModels: store } = log;
      const id = await tabled(store);
      const told: Told = use(
        log,
        new Told({
          append(given) {
            const session = told.open.session(id);
            putIn(session, rowFor(given));
            if (given[0]?.type !== 'Refused') return;
            const table = session.tableName('accounts');
            session.statement(`INSERT OR ROLLBACK INTO ${table} (id) VALUES (?)`).run(given[0].streamName);
          },
        }),
      );
      const writing = range(9).map((index) =>
        events.append(
          `account-${index}`,
          [eventData(index === 4 ? 'Refused' : 'Numbered', { number: index })],
          noStream,
        ),
      );
      const settled = await Promise.allSettled(writing);
      const innocent = range(9).filter((index) => index !== 4);
      assert.deepEqual(
        settled.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : [])),
        innocent,
      );
      assert.deepEqual((await numbers(events.readAll())).toSorted(), innocent);
      assert.deepEqual(rowsOf(store, id), Object.fromEntries(innocent.map((index) => [`account-${index}`, index])));
      told.transactions();
    },
  }),
});

/** A row that names the stream and the first number. */
function rowFor([first]: readonly StoredEvent[]): Readonly<Record<string, number>> {
  return first === undefined ? {} : { [first.streamName]: numberOf(first) };
}
