/** Proof that the rules about plain names of tables, and rows of inline projections, can fail: stores that are broken in one way each. The memory store has none to break. */
import type { ReadModelStore } from '@tidemark/core';
import { suite } from 'uvu';
import { assertNoticed, type Break, changed, readModels } from './broken-store.ts';

const test = suite('the conformance suite notices a store that');

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

/** A store whose plain name `accounts` is the table of another build, or the plain name itself. */
const plainly = (build: (store: ReadModelStore) => number | undefined): Break =>
  readModels((store) => ({
    select: (sql, values) => {
      const id = build(store);
      const table = id === undefined ? 'accounts' : store.tableName(id, 'accounts');
      return store.select(sql.replace(/FROM accounts\b/, `FROM ${table}`), values);
    },
  }));

const served = (store: ReadModelStore) => store.builds().filter(({ state }) => state === 'served');

noticed(
  'shows readers what is not complete',
  'plain names of tables: a plain name is not there before anything is served',
  plainly((store) => store.builds().at(-1)?.id),
);

noticed(
  'shows readers the lowest version',
  'plain names of tables: a plain name follows the served build of the highest version',
  plainly((store) => served(store).toSorted((a, b) => a.version - b.version)[0]?.id),
);

noticed(
  'stays with what was served first',
  'plain names of tables: a plain name follows a switch, and the way back, in every opening',
  (stores) => {
    let first: number | undefined;
    const staying = plainly((store) => {
      first ??= served(store)[0]?.id;
      return first;
    });
    return staying(stores);
  },
);

noticed(
  'follows a switch that it refuses',
  'plain names of tables: a refused switch leaves the plain name where it is',
  (stores) => {
    let wanted: number | undefined;
    const { readModels } = stores;
    return {
      readModels: {
        ...plainly(() => wanted)(stores).readModels,
        changeStates: (changes, fence) => {
          wanted = changes.find(({ to }) => to === 'served')?.id;
          return readModels.changeStates(changes, fence);
        },
      },
    };
  },
);

noticed(
  'goes on showing what was dropped',
  'plain names of tables: a plain name goes when nothing is served any more',
  readModels((store) => ({ drop: async (id) => void store.count(id) })),
);

noticed(
  'takes the plain name away with any build',
  'plain names of tables: a dropped build that was kept or unfinished does not touch the plain name',
  (stores) => {
    let dropped = false;
    const { readModels: store } = stores;
    return {
      readModels: {
        drop: async (id) => {
          await store.drop(id);
          dropped = true;
        },
        select: (sql, values) => store.select(dropped ? sql.replace('FROM accounts', 'FROM gone') : sql, values),
      },
    };
  },
);

noticed(
  'shows readers what they read before',
  'plain names of tables: a plain name shows what its build has at each moment, to every opening',
  readModels((store) => {
    const read = new Map<string, ReturnType<ReadModelStore['select']>>();
    return {
      select: (sql, values) => {
        const rows = read.get(sql) ?? store.select(sql, values);
        read.set(sql, rows);
        return rows;
      },
    };
  }),
);

/** A store that refuses an append only after its projection's rows are stored. */
const refusingLate: Break = ({ events, useInline }) => {
  const thrown = new Map<string, unknown>();
  return {
    useInline: (projections) =>
      useInline?.(
        changed(projections, {
          append: (given) => {
            try {
              projections.append(given);
            } catch (error) {
              thrown.set(String(given[0]?.eventId), error);
            }
          },
        }),
      ),
    events: {
      append: async (name, batch, options) => {
        const result = await events.append(name, batch, options);
        const id = String(batch[0]?.eventId);
        if (thrown.has(id)) throw thrown.get(id);
        return result;
      },
    },
  };
};
noticed(
  'keeps the rows of an append that it refuses',
  'tables of inline projections: rows of a refused append go with it, and those of its neighbours stay',
  refusingLate,
);
noticed(
  'refuses a whole group for SQL that ended its transaction',
  'tables of inline projections: SQL of a projection that ends the transaction refuses its own append alone',
  ({ events }) => {
    const group: Promise<unknown>[] = [];
    return {
      events: {
        append: async (...given) => {
          const appending = events.append(...given);
          group.push(appending);
          await Promise.resolve();
          await Promise.all(group);
          return appending;
        },
      },
    };
  },
);

noticed(
  'shows rows before they are committed',
  'tables of inline projections: rows are committed with the events they were made from',
  readModels((store) => ({
    select: (sql, values) => store.select(sql, values).concat([{ id: 'account-1', balance: 7 }]),
  })),
);

test.run();
