import assert from 'node:assert/strict';
import type { ModelShape } from '@tidemark/core';
import { range, refused } from './language.ts';
import {
  balances,
  begun,
  buildAt,
  change,
  checkpoint,
  contents,
  document,
  letter,
  outcomes,
  plainShape,
  serve,
} from './read-model-language.ts';
import { lacking, type Rules } from './rule.ts';

const indexed: ModelShape = { indexes: ['balance'], tables: [] };

export const builds: Rules = {
  'a log begins with no build': async ({ readModels: store }) => {
    assert.deepEqual(store.builds(), []);
    assert.equal(store.served(balances), undefined);
  },

  'a new build is empty, without a checkpoint, and served to nobody': async ({ readModels: store }) => {
    const build = await store.begin(balances, plainShape);
    assert.deepEqual(build, { id: build.id, ...balances, state: 'building', checkpoint: undefined });
    assert.deepEqual(store.builds(), [build]);
    assert.equal(store.served(balances), undefined);
    assert.deepEqual([store.count(build.id), store.parked(build.id), store.scan(build.id, { limit: 10 })], [0, [], []]);
  },

  'an unfinished build is gone on with, whoever begins': async ({ readModels: store, openAnother, reopen }) => {
    const id = await begun(store);
    await change(store, id, { ada: document(1) }, { from: undefined, to: 5 });
    const unfinished = { id, ...balances, state: 'building', checkpoint: checkpoint(5) } as const;
    assert.deepEqual(await store.begin(balances, plainShape), unfinished);
    assert.deepEqual(await (await openAnother()).readModels.begin(balances, plainShape), unfinished);
    const { readModels: later } = await reopen();
    assert.deepEqual(await later.begin(balances, plainShape), unfinished);
    assert.deepEqual(later.read(id, 'ada'), document(1));
    assert.equal(later.builds().length, 1);
  },

  'openings that begin at once get one and the same build': async ({ readModels: store, openAnother }) => {
    const { readModels: other } = await openAnother();
    for (const version of range(20, 1)) {
      const both = [store, other, store, other].map((opening) => opening.begin({ ...balances, version }, plainShape));
      const ids = new Set((await Promise.all(both)).map(({ id }) => id));
      assert.equal(ids.size, 1, `version ${version} has the builds ${[...ids].join(', ')}`);
    }
    assert.equal(other.builds().length, 20);
  },

  'a build knows what it was begun for, and which types it takes in': async ({ readModels: store, reopen }) => {
    const id = await begun(store, balances, { ...indexed, types: ['Paid'] });
    assert.deepEqual(store.shapeOf(id), { ...indexed, types: ['Paid'] });
    await store.changeTypes(id, ['Opened', 'Paid']);
    const { readModels: later } = await reopen();
    assert.deepEqual(later.shapeOf(id), { ...indexed, types: ['Opened', 'Paid'] });
    await refused('BUILD_GONE', () => later.changeTypes(id + 1, []));
    await refused('BUILD_GONE', () => later.shapeOf(id + 1));
    await refused('LEASE_LOST', () => later.changeTypes(id, [], { name: 'nobody', token: 7 }));
    assert.deepEqual(later.shapeOf(id).types, ['Opened', 'Paid']);
  },

  'an unfinished build of another shape is dropped for a new one': async ({ readModels: store }) => {
    const old = await begun(store);
    await change(store, old, { ada: document(1) }, { from: undefined, to: 5 });
    const fresh = await begun(store, balances, indexed);
    assert.ok(fresh > old, `build ${fresh} came after build ${old}`);
    assert.deepEqual(store.builds(), [{ id: fresh, ...balances, state: 'building', checkpoint: undefined }]);
    assert.equal(store.count(fresh), 0);
    await refused('BUILD_GONE', () => change(store, old, {}, { from: 5, to: 6 }));
    assert.equal(await begun(store, balances, { ...indexed }), fresh);
  },

  'a build begins beside one that is served or kept, and changes neither': async ({ readModels: store }) => {
    const served = await begun(store);
    await change(store, served, { ada: document(1) }, { from: undefined, to: 5 });
    await serve(store, served);
    const before = contents(store, served);
    const rebuilt = await begun(store);
    await change(store, rebuilt, { ada: document(9), bob: document(2) }, { from: undefined, to: 3 });
    assert.notEqual(rebuilt, served);
    assert.deepEqual(contents(store, served), before);
    assert.equal(store.served(balances), served);
    assert.deepEqual([store.count(served), store.count(rebuilt)], [1, 2]);
  },

  'names and versions stand side by side': async ({ readModels: store }) => {
    const models = [
      balances,
      { name: 'balances', version: 2 },
      { name: 'loans', version: 1 },
      { name: 'balances@1', version: 1 },
      { name: 'balances@1', version: 2 },
    ];
    const ids: number[] = [];
    for (const [index, model] of models.entries()) {
      const id = await begun(store, model);
      await change(store, id, { ada: document(index) }, { from: undefined, to: index + 1 });
      ids.push(id);
    }
    assert.deepEqual(
      store.builds(),
      models.map((model, index) => ({
        id: ids[index],
        ...model,
        state: 'building',
        checkpoint: checkpoint(index + 1),
      })),
    );
    await store.drop(ids[0] as number);
    for (const [index, id] of ids.entries()) if (index > 0) assert.deepEqual(store.read(id, 'ada'), document(index));
  },

  'a dropped build takes all it holds with it, and nothing else': async ({ readModels: store, openAnother }) => {
    const [dropped, left] = [await begun(store), await begun(store, { ...balances, version: 2 })];
    for (const id of [dropped, left]) {
      await store.transact(id, {
        expected: undefined,
        run(session) {
          session.write('ada', document(id));
          session.park(letter(3));
          return checkpoint(5);
        },
      });
    }
    const before = contents(store, left);
    await store.drop(dropped);
    for (const { readModels } of [{ readModels: store }, await openAnother()]) {
      assert.deepEqual(
        readModels.builds().map(({ id }) => id),
        [left],
      );
      assert.deepEqual(contents(readModels, left), before);
    }
  },

  'dropping what is not there does nothing': async ({ readModels: store }) => {
    const id = await begun(store);
    await store.drop(id);
    await store.drop(id);
    await store.drop(4_711);
    assert.deepEqual(store.builds(), []);
  },

  'the id of a dropped build never comes again': async ({ readModels: store, reopen }) => {
    const id = await begun(store);
    await change(store, id, { ada: document(1) }, { from: undefined, to: 5 });
    await store.drop(id);
    const next = await begun(store);
    assert.ok(next > id, `build ${next} came after build ${id}`);
    await store.drop(next);
    const { readModels: later } = await reopen();
    const last = await begun(later);
    assert.ok(last > next, `build ${last} came after build ${next}`);
    assert.deepEqual([later.count(last), buildAt(later, last)?.checkpoint], [0, undefined]);
  },

  'whoever reads a build that is gone is told so, and not that it is empty': async ({ readModels: store }) => {
    const id = await begun(store, balances, indexed);
    await change(store, id, { ada: document(1) }, { from: undefined, to: 5 });
    await store.drop(id);
    const where = [{ field: 'balance', comparison: '=', value: 1 }] as const;
    const query = { where, orderBy: undefined, direction: 'ascending', after: undefined, limit: 1 } as const;
    const uses: readonly (() => unknown)[] = [
      () => store.read(id, 'ada'),
      () => store.scan(id, { limit: 1 }),
      () => store.count(id),
      () => store.count(id, where),
      () => store.find(id, query),
      () => store.parked(id),
      () => store.countParked(id),
    ];
    for (const use of uses) assert.equal((await refused('BUILD_GONE', use))['build'], id);
  },

  'of openings that drop one build at once, all succeed': async ({ readModels: store, openAnother }) => {
    const { readModels: other } = await openAnother();
    const id = await begun(store);
    assert.deepEqual(await outcomes([store.drop(id), other.drop(id)]), ['fulfilled', 'fulfilled']);
    assert.deepEqual([store.builds(), other.builds()], [[], []]);
  },

  'a shape can be changed after it was given': async ({ readModels: store }) => {
    const shape = { indexes: ['balance'], tables: [] };
    const id = await begun(store, balances, shape);
    shape.indexes.push('owner');
    assert.equal(await begun(store, balances, indexed), id);
  },

  ...lacking('tables', {
    'a build with tables is refused as not supported where the store has none': async ({ readModels: store }) => {
      const tables = [{ name: 'accounts', columns: 'id TEXT', indexes: [] }];
      const error = await refused('UNSUPPORTED', () => store.begin(balances, { indexes: [], tables }));
      assert.equal(error['capability'], 'tables');
      assert.deepEqual(store.builds(), []);
    },
  }),
};
