import assert from 'node:assert/strict';
import type { BuildStateChange, ReadModelStore } from '@tidemark/core';
import { range, refused } from './language.ts';
import { balances, serve } from './read-model-language.ts';
import { needing, type Rules } from './rule.ts';
import { plainRows, put, tabled } from './table-language.ts';

/** Readers write SQL with plain names: `accounts` is the table of the build that is served. */
export const tableViews: Rules = needing('tables', {
  'a plain name is not there before anything is served': async ({ readModels: store }) => {
    const id = await tabled(store);
    await put(store, id, { ada: 1 });
    await refused('INVALID_ARGUMENT', () => plainRows(store));
    await serve(store, id);
    assert.deepEqual(plainRows(store), { ada: 1 });
  },

  'a plain name shows what its build has at each moment, to every opening': async ({
    readModels: store,
    openAnother,
    reopen,
  }) => {
    const { readModels: other } = await openAnother();
    const id = await tabled(store);
    await serve(store, id);
    assert.deepEqual([plainRows(store), plainRows(other)], [{}, {}]);
    await put(other, id, { ada: 1 });
    assert.deepEqual([plainRows(store), plainRows(other)], [{ ada: 1 }, { ada: 1 }]);
    const { readModels: later } = await reopen();
    assert.deepEqual(plainRows(later), { ada: 1 });
  },

  'a plain name follows a switch, and the way back, in every opening': async ({ readModels: store, openAnother }) => {
    const { readModels: other } = await openAnother();
    const { old, fresh } = await rebuilt(store);
    const seen = () => [plainRows(store), plainRows(other)];
    assert.deepEqual(seen(), [{ old: 1 }, { old: 1 }]);
    await store.changeStates(from(old, fresh));
    assert.deepEqual(seen(), [{ fresh: 2 }, { fresh: 2 }]);
    await other.changeStates([
      { id: fresh, from: 'served', to: 'kept' },
      { id: old, from: 'kept', to: 'served' },
    ]);
    assert.deepEqual(seen(), [{ old: 1 }, { old: 1 }]);
  },

  'a refused switch leaves the plain name where it is': async ({ readModels: store }) => {
    const { old, fresh } = await rebuilt(store);
    const wrong: readonly BuildStateChange[] = [
      { id: fresh, from: 'building', to: 'served' },
      { id: old, from: 'kept', to: 'served' },
    ];
    await refused('BUILD_GONE', () => store.changeStates(wrong));
    assert.deepEqual(plainRows(store), { old: 1 });
  },

  'a plain name follows the served build of the highest version': async ({ readModels: store }) => {
    const ids = new Map<number, number>();
    for (const version of [2, 10, 1]) {
      const id = await tabled(store, { ...balances, version });
      await put(store, id, { [`v${version}`]: version });
      await serve(store, id);
      ids.set(version, id);
    }
    assert.deepEqual(plainRows(store), { v10: 10 });
    await store.changeStates([{ id: Number(ids.get(10)), from: 'served', to: 'kept' }]);
    assert.deepEqual(plainRows(store), { v2: 2 });
    await store.drop(Number(ids.get(2)));
    assert.deepEqual(plainRows(store), { v1: 1 });
    await store.changeStates([{ id: Number(ids.get(10)), from: 'kept', to: 'served' }]);
    assert.deepEqual(plainRows(store), { v10: 10 });
  },

  'a plain name goes when nothing is served any more': async ({ readModels: store }) => {
    const id = await tabled(store);
    await serve(store, id);
    await store.drop(id);
    await refused('INVALID_ARGUMENT', () => plainRows(store));
    const again = await tabled(store);
    await put(store, again, { ada: 1 });
    await serve(store, again);
    assert.deepEqual(plainRows(store), { ada: 1 });
  },

  'a dropped build that was kept or unfinished does not touch the plain name': async ({ readModels: store }) => {
    const { old, fresh } = await rebuilt(store);
    await store.changeStates(from(old, fresh));
    const unfinished = await tabled(store);
    await store.drop(old);
    assert.deepEqual(plainRows(store), { fresh: 2 });
    await store.drop(unfinished);
    assert.deepEqual(plainRows(store), { fresh: 2 });
  },

  'plain names of other models are theirs': async ({ readModels: store }) => {
    const id = await tabled(store);
    await put(store, id, { ada: 1 });
    await serve(store, id);
    const loans = { name: 'loans', columns: 'id TEXT, balance INTEGER', indexes: [] };
    const other = (await store.begin({ name: 'loans', version: 7 }, { indexes: [], tables: [loans] })).id;
    await serve(store, other);
    assert.deepEqual(store.select('SELECT * FROM loans', []), []);
    await store.drop(other);
    assert.deepEqual(plainRows(store), { ada: 1 });
  },

  'readers beside many switches find the plain name there each time': async ({ readModels: store, openAnother }) => {
    const { readModels: reader } = await openAnother();
    let served = await tabled(store);
    await serve(store, served);
    for (const round of range(15, 1)) {
      const fresh = await tabled(store);
      await put(store, fresh, { round });
      const switching = store.changeStates(from(served, fresh));
      const during = plainRows(reader);
      assert.ok(
        [round - 1, round, undefined].includes(during['round'] as number | undefined),
        `${round}: ${during['round']}`,
      );
      await switching;
      assert.deepEqual(plainRows(reader), { round });
      served = fresh;
    }
  },
});

function from(old: number, fresh: number): readonly BuildStateChange[] {
  return [
    { id: fresh, from: 'building', to: 'served' },
    { id: old, from: 'served', to: 'kept' },
  ];
}

async function rebuilt(store: ReadModelStore): Promise<{ readonly old: number; readonly fresh: number }> {
  const old = await tabled(store);
  await put(store, old, { old: 1 });
  await serve(store, old);
  const fresh = await tabled(store);
  await put(store, fresh, { fresh: 2 });
  return { old, fresh };
}
