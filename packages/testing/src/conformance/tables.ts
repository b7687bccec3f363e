import assert from 'node:assert/strict';
import type { ReadModelStore } from '@tidemark/core';
import { range, refused } from './language.ts';
import {
  balances,
  begun,
  checkpoint,
  checkpointOf,
  codeOf,
  document,
  letter,
  outcomes,
  plainShape,
} from './read-model-language.ts';
import { lacking, needing, type Rules } from './rule.ts';
import { accounts, act, entries, ledger, plain, put, putIn, type Row, rowsOf, tabled } from './table-language.ts';

export const tables: Rules = {
  ...needing('tables', {
    'a build begins with its tables, empty, as its shape says': async ({ readModels: store }) => {
      const id = await tabled(store);
      assert.deepEqual(rowsOf(store, id), {});
      await act(store, id, (session) => {
        const table = session.tableName('accounts');
        session.statement(`INSERT INTO ${table} (id) VALUES (?)`).run('ada');
        const again = session.statement(`INSERT INTO ${table} (id, balance) VALUES (?, ?)`);
        assert.throws(() => again.run('ada', 1));
        assert.throws(() => again.run('bob', null));
        session.statement(`INSERT INTO ${session.tableName('entries')} VALUES (?, ?)`).run(7, 'ada');
      });
      assert.deepEqual(rowsOf(store, id), { ada: 0 });
    },

    'what a table’s columns demand of its rows is kept': async ({ readModels: store }) => {
      const unique = { ...accounts, columns: `${accounts.columns}, UNIQUE (balance)` };
      const id = await begun(store, balances, { indexes: [], tables: [unique] });
      await put(store, id, { ada: 1 });
      await assert.rejects(put(store, id, { bob: 1 }));
      assert.deepEqual(rowsOf(store, id), { ada: 1 });
    },

    'rows, documents, letters and checkpoint are committed as one': async ({ readModels: store, openAnother }) => {
      const { readModels: other } = await openAnother();
      const id = await tabled(store);
      const during: unknown[] = [];
      await store.transact(id, {
        expected: undefined,
        run(session) {
          putIn(session, { ada: 1, bob: 2 });
          session.write('ada', document(1));
          session.park(letter(3));
          during.push(rowsOf(other, id), other.count(id));
          return checkpoint(4);
        },
      });
      assert.deepEqual(during, [{}, 0]);
      assert.deepEqual(
        [rowsOf(store, id), rowsOf(other, id)],
        [
          { ada: 1, bob: 2 },
          { ada: 1, bob: 2 },
        ],
      );
      assert.deepEqual([other.count(id), other.parked(id), checkpointOf(other, id)], [1, [letter(3)], checkpoint(4)]);
    },

    'a failed transaction leaves no row, and what it threw is thrown': async ({ readModels: store }) => {
      const id = await tabled(store);
      await put(store, id, { ada: 1 });
      let thrown: unknown;
      const failing = act(store, id, (session) => {
        session.statement(`UPDATE ${session.tableName('accounts')} SET balance = 9`).run();
        putIn(session, { bob: 2 });
        session.write('bob', document(2));
        try {
          putIn(session, { ada: 3 });
        } catch (error) {
          thrown = error;
          throw error;
        }
      });
      const [outcome] = await Promise.allSettled([failing]);
      assert.equal(
        outcome.status === 'rejected' && outcome.reason === thrown,
        true,
        'was not rejected with that error',
      );
      assert.deepEqual([rowsOf(store, id), store.count(id)], [{ ada: 1 }, 0]);
    },

    'a transaction that fails on its rows takes none of its neighbours with it': async ({ readModels: store }) => {
      const ids: number[] = [];
      for (const version of range(9)) ids.push(await tabled(store, { ...balances, version }));
      const writing = ids.map((id, index) =>
        act(store, id, (session) => {
          putIn(session, { ada: index });
          if (index % 3 === 1) putIn(session, { ada: 100 });
        }),
      );
      const settled = await Promise.allSettled(writing);
      for (const [index, { status }] of settled.entries()) {
        assert.equal(status, index % 3 === 1 ? 'rejected' : 'fulfilled');
        assert.deepEqual(rowsOf(store, ids[index] as number), index % 3 === 1 ? {} : { ada: index });
      }
    },

    'SQL that ends its transaction itself harms nobody else': async ({ readModels: store }) => {
      const [id, other] = [await tabled(store), await tabled(store, { ...balances, version: 2 })];
      await put(store, id, { ada: 1 });
      const cutting = act(store, id, (session) => {
        putIn(session, { bob: 2 });
        session.statement(`INSERT OR ROLLBACK INTO ${session.tableName('accounts')} (id) VALUES ('ada')`).run();
        putIn(session, { eve: 3 });
      });
      const after = act(store, id, (session) => session.write('ada', document(1)));
      const [cut, ...neighbours] = await Promise.allSettled([cutting, put(store, other, { ada: 5 }), after]);
      assert.equal(cut?.status, 'rejected');
      assert.deepEqual(await outcomes([put(store, id, { eve: 4 })]), ['fulfilled']);
      assert.deepEqual(
        neighbours.map(({ status }) => status),
        ['fulfilled', 'fulfilled'],
      );
      assert.deepEqual([rowsOf(store, id), rowsOf(store, other)], [{ ada: 1, eve: 4 }, { ada: 5 }]);
      assert.deepEqual(store.read(id, 'ada'), document(1));
    },

    '`guarded` undoes the rows of what fails inside, and only these': async ({ readModels: store }) => {
      const id = await tabled(store);
      const thrown = new RangeError('inside');
      const seen: unknown[] = [];
      await act(store, id, (session) => {
        const failing = (account: string) => () => {
          putIn(session, { [account]: 1 });
          throw thrown;
        };
        putIn(session, { ada: 1 });
        seen.push(errorOf(() => session.guarded(failing('bob'))) === thrown);
        session.guarded(() => putIn(session, { eve: 2 }));
        session.guarded(() => {
          putIn(session, { sue: 3 });
          seen.push(errorOf(() => session.guarded(failing('tom'))) === thrown);
        });
        seen.push(
          errorOf(() =>
            session.guarded(() => {
              session.guarded(() => putIn(session, { ann: 4 }));
              failing('joe')();
            }),
          ) === thrown,
        );
        putIn(session, { bob: 5 });
      });
      assert.deepEqual(seen, [true, true, true]);
      assert.deepEqual(rowsOf(store, id), { ada: 1, bob: 5, eve: 2, sue: 3 });
    },

    'what `guarded` kept goes when the transaction fails': async ({ readModels: store }) => {
      const id = await tabled(store);
      const failing = act(store, id, (session) => {
        session.guarded(() => putIn(session, { ada: 1 }));
        throw new RangeError();
      });
      await assert.rejects(failing, RangeError);
      assert.deepEqual(rowsOf(store, id), {});
    },

    'builds have tables of their own under names of their own': async ({ readModels: store }) => {
      const id = await tabled(store);
      await store.changeStates([{ id, from: 'building', to: 'served' }]);
      const [rebuilt, next] = [await tabled(store), await tabled(store, { ...balances, version: 2 })];
      const names = [id, rebuilt, next].flatMap((build) =>
        ['accounts', 'entries'].map((name) => store.tableName(build, name)),
      );
      assert.equal(new Set(names).size, 6);
      for (const build of [id, rebuilt, next]) {
        await put(store, build, { ada: build });
        await act(store, build, (session) =>
          assert.equal(session.tableName('accounts'), store.tableName(build, 'accounts')),
        );
      }
      for (const build of [id, rebuilt, next]) assert.deepEqual(rowsOf(store, build), { ada: build });
    },

    'tables go with their build, and with the shape they were begun for': async ({ readModels: store }) => {
      const id = await tabled(store);
      const table = store.tableName(id, 'accounts');
      await put(store, id, { ada: 1 });
      const fresh = await begun(store, balances, { indexes: [], tables: [entries] });
      await refused('BUILD_GONE', () => store.tableName(id, 'accounts'));
      assertGone(store, table);
      await refused('INVALID_ARGUMENT', () => store.tableName(fresh, 'accounts'));
      const entriesTable = store.tableName(fresh, 'entries');
      await store.drop(fresh);
      assertGone(store, entriesTable);
      const again = await tabled(store);
      assert.deepEqual(rowsOf(store, again), {});
    },

    'an unfinished build is gone on with, rows and all': async ({ readModels: store, reopen }) => {
      const id = await tabled(store);
      await put(store, id, { ada: 1 });
      const { readModels: later } = await reopen();
      assert.equal(await begun(later, balances, structuredClone(ledger)), id);
      await put(later, id, { bob: 2 });
      assert.deepEqual(rowsOf(later, id), { ada: 1, bob: 2 });
    },

    'a table that the shape does not have is refused by name': async ({ readModels: store }) => {
      const id = await tabled(store);
      const bare = await begun(store, { name: 'bare', version: 1 }, plainShape);
      for (const name of ['loans', 'Accounts2', '', 'accounts; DROP TABLE accounts']) {
        await refused('INVALID_ARGUMENT', () => store.tableName(id, name));
        await refused('INVALID_ARGUMENT', () => act(store, id, (session) => session.tableName(name)));
      }
      await refused('INVALID_ARGUMENT', () => store.tableName(bare, 'accounts'));
    },

    'values come back as they were given': async ({ readModels: store }) => {
      const id = await tabled(store);
      const values = ['ü 😀', 1.5, -7, null, '', Buffer.from([0, 255])];
      let got: Row | undefined;
      await act(store, id, (session) => {
        const insert = session.statement(`INSERT INTO ${session.tableName('accounts')} (id, note) VALUES (?, ?)`);
        for (const [index, value] of values.entries()) assert.equal(insert.run(`${index}`, value), 1);
        got = session.statement(`SELECT note FROM ${session.tableName('accounts')} WHERE id = ?`).get('0');
      });
      assert.deepEqual({ ...got }, { note: 'ü 😀' });
      const rows = store.select(`SELECT note FROM ${store.tableName(id, 'accounts')} ORDER BY id`, []);
      const notes = rows.map((row) => row['note']);
      assert.deepEqual(notes.slice(0, 5), values.slice(0, 5));
      assert.deepEqual([...(notes[5] as Uint8Array)], [0, 255]);
    },

    'an integer that a number would round comes back as a bigint, all others as numbers': async ({
      readModels: store,
    }) => {
      const id = await tabled(store);
      const large = 2n ** 53n + 1n;
      const seen: unknown[] = [];
      await act(store, id, (session) => {
        const table = session.tableName('accounts');
        const insert = `INSERT INTO ${table} (id, balance) VALUES (?, ?) RETURNING balance`;
        seen.push(session.statement(insert).get('large', large)?.['balance']);
        seen.push(session.statement(insert).all('small', 7n)[0]?.['balance']);
        seen.push(session.statement(`SELECT balance FROM ${table} WHERE id = ?`).get('large')?.['balance']);
      });
      assert.deepEqual(seen, [large, 7, large]);
      const table = store.tableName(id, 'accounts');
      const rows = store.select(`SELECT balance, 1e300 AS much FROM ${table} ORDER BY id`, []);
      assert.deepEqual(plain(rows), [
        { balance: large, much: 1e300 },
        { balance: 7, much: 1e300 },
      ]);
    },

    'rows that were got can be changed': async ({ readModels: store }) => {
      const id = await tabled(store);
      await put(store, id, { ada: 1 });
      const query = `SELECT id, balance FROM ${store.tableName(id, 'accounts')}`;
      Object.assign(store.select(query, [])[0] ?? {}, { balance: 9 });
      assert.deepEqual(plain(store.select(query, [])), [{ id: 'ada', balance: 1 }]);
    },
  }),

  ...lacking('tables', {
    'where the store has none, every way to them is refused, naming another way': async ({ readModels: store }) => {
      const id = await begun(store);
      const seen: unknown[] = [];
      await act(store, id, (session) => {
        for (const use of [() => session.tableName('accounts'), () => session.statement('SELECT 1')])
          seen.push(errorOf(use));
      });
      seen.push(errorOf(() => store.tableName(id, 'accounts')));
      seen.push(errorOf(() => store.select('SELECT 1', [])));
      for (const error of seen) {
        const { code, capability } = error as { code?: unknown; capability?: unknown };
        assert.deepEqual([code, capability], ['UNSUPPORTED', 'tables']);
      }
      assert.equal(seen.length, 4);
    },
  }),
};

/** A store may know that the name was a build's once, or not. */
function assertGone(store: ReadModelStore, table: string): void {
  const code = codeOf(errorOf(() => store.select(`SELECT * FROM ${table}`, [])));
  assert.ok(code === 'BUILD_GONE' || code === 'INVALID_ARGUMENT', `reading ${table} gave ${String(code)}`);
}

function errorOf(use: () => unknown): unknown {
  try {
    use();
  } catch (error) {
    return error;
  }
  return undefined;
}
