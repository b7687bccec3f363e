import assert from 'node:assert/strict';
import type { BuildState, ReadModelStore } from '@tidemark/core';
import { range, refused } from './language.ts';
import { balances, begun, buildAt, change, document, outcomes, serve } from './read-model-language.ts';
import type { Rules } from './rule.ts';

export const serving: Rules = {
  'a build is served from the change of its state on, to every opening': async ({
    readModels: store,
    openAnother,
    reopen,
  }) => {
    const { readModels: other } = await openAnother();
    const id = await begun(store);
    assert.deepEqual([store.served(balances), other.served(balances)], [undefined, undefined]);
    await serve(store, id);
    assert.deepEqual([store.served(balances), other.served(balances)], [id, id]);
    assert.deepEqual([buildAt(store, id)?.state, buildAt(other, id)?.state], ['served', 'served']);
    assert.equal((await reopen()).readModels.served(balances), id);
  },

  'readers get the highest served version that is not above theirs': async ({ readModels: store }) => {
    const ids = new Map<number, number>();
    for (const version of [3, 1, 10]) {
      const id = await begun(store, { ...balances, version });
      await serve(store, id);
      ids.set(version, id);
    }
    await begun(store, { ...balances, version: 11 });
    const readers = [0, 1, 2, 3, 9, 10, 11, 12].map((version) => [version, store.served({ ...balances, version })]);
    const [first, third, tenth] = [1, 3, 10].map((version) => ids.get(version));
    assert.deepEqual(readers, [
      [0, undefined],
      [1, first],
      [2, first],
      [3, third],
      [9, third],
      [10, tenth],
      [11, tenth],
      [12, tenth],
    ]);
  },

  "a raised version is not read by anybody before it is served, and never by the old version's code": async ({
    readModels: store,
  }) => {
    const old = await begun(store);
    await serve(store, old);
    const raised = { ...balances, version: 2 };
    const fresh = await begun(store, raised);
    assert.deepEqual([store.served(balances), store.served(raised)], [old, old]);
    await serve(store, fresh);
    assert.deepEqual([store.served(balances), store.served(raised)], [old, fresh]);
    await store.drop(old);
    assert.deepEqual([store.served(balances), store.served(raised)], [undefined, fresh]);
  },

  'other names are not served in its place': async ({ readModels: store }) => {
    await serve(store, await begun(store));
    for (const name of ['Balances', 'balance', 'balances2', ''])
      assert.equal(store.served({ name, version: 9 }), undefined);
  },

  'a rebuilt model is switched to in one step, and back': async ({ readModels: store }) => {
    const { old, fresh } = await rebuilt(store);
    assert.equal(store.served(balances), old);
    await switchOver(store, old, fresh);
    assert.equal(store.served(balances), fresh);
    assert.deepEqual([buildAt(store, old)?.state, buildAt(store, fresh)?.state], ['kept', 'served']);
    assert.deepEqual([store.read(old, 'ada'), store.read(fresh, 'ada')], [document(1), document(2)]);
    await store.changeStates([
      { id: fresh, from: 'served', to: 'kept' },
      { id: old, from: 'kept', to: 'served' },
    ]);
    assert.equal(store.served(balances), old);
  },

  'after a switch the next build begins anew': async ({ readModels: store }) => {
    const { old, fresh } = await rebuilt(store);
    await switchOver(store, old, fresh);
    const next = await begun(store);
    assert.ok(next > fresh, `build ${next} came after build ${fresh}`);
    assert.equal(store.builds().length, 3);
  },

  'a change from a state that a build is not in is refused whole': async ({ readModels: store }) => {
    const { old, fresh } = await rebuilt(store);
    const before = store.builds();
    const wrong: readonly (readonly [number, BuildState])[] = [
      [old, 'building'],
      [old, 'kept'],
      [fresh, 'served'],
    ];
    for (const [id, from] of wrong) {
      const good = { id: id === old ? fresh : old, from: id === old ? 'building' : 'served', to: 'kept' } as const;
      for (const changes of [
        [{ id, from, to: 'served' as const }, good],
        [good, { id, from, to: 'served' as const }],
      ]) {
        const error = await refused('BUILD_GONE', () => store.changeStates(changes));
        assert.equal(error['build'], id);
        assert.match(String(error['wanted']), new RegExp(from));
        assert.deepEqual(store.builds(), before);
      }
    }
  },

  'a change of a build that is gone is refused whole': async ({ readModels: store }) => {
    const { old, fresh } = await rebuilt(store);
    await store.drop(fresh);
    const error = await refused('BUILD_GONE', () => switchOver(store, old, fresh));
    assert.equal(error['build'], fresh);
    assert.equal(store.served(balances), old);
  },

  'of openings that switch at once, one does': async ({ readModels: store, openAnother }) => {
    const { readModels: other } = await openAnother();
    let served = await begun(store);
    await serve(store, served);
    for (const _ of range(10)) {
      const old = served;
      const fresh = await begun(store);
      const both = [store, other].map((opening) => switchOver(opening, old, fresh));
      assert.deepEqual(await outcomes(both), ['BUILD_GONE', 'fulfilled']);
      assert.deepEqual([store.served(balances), other.served(balances)], [fresh, fresh]);
      assert.equal(buildAt(other, old)?.state, 'kept');
      served = fresh;
    }
  },

  'two builds of one version are never served at once': async ({ readModels: store }) => {
    const { old, fresh } = await rebuilt(store);
    const before = store.builds();
    const twice = () => store.changeStates([{ id: fresh, from: 'building', to: 'served' }]);
    await refused('INVALID_ARGUMENT', twice);
    assert.deepEqual(store.builds(), before);
    await store.changeStates([{ id: old, from: 'served', to: 'kept' }]);
    await twice();
    assert.equal(store.served(balances), fresh);
  },

  'a change of no states changes nothing': async ({ readModels: store }) => {
    await rebuilt(store);
    const before = store.builds();
    await store.changeStates([]);
    assert.deepEqual(store.builds(), before);
  },

  'a switch is made by the holder of the lease only': async ({ readModels: store, leases, clock }) => {
    const { old, fresh } = await rebuilt(store);
    const before = store.builds();
    const lost = await leases.acquire('balances', 'process 1', 1_000);
    clock.advance(2_000);
    const held = await leases.acquire('balances', 'process 2', 1_000);
    assert.ok(lost !== undefined && held !== undefined, 'the lease was not given');
    const error = await refused('LEASE_LOST', () => switchOver(store, old, fresh, lost));
    assert.deepEqual([error['lease'], error['token'], error['actual']], ['balances', lost.token, held.token]);
    assert.deepEqual(store.builds(), before);
    await switchOver(store, old, fresh, held);
    assert.equal(store.served(balances), fresh);
  },
};

/** One build that is served, and one that would take its place. */
async function rebuilt(store: ReadModelStore): Promise<{ readonly old: number; readonly fresh: number }> {
  const old = await begun(store);
  await change(store, old, { ada: document(1) }, { from: undefined, to: 5 });
  await serve(store, old);
  const fresh = await begun(store);
  await change(store, fresh, { ada: document(2) }, { from: undefined, to: 5 });
  return { old, fresh };
}

function switchOver(
  store: ReadModelStore,
  old: number,
  fresh: number,
  fence?: Parameters<ReadModelStore['changeStates']>[1],
): Promise<void> {
  return store.changeStates(
    [
      { id: fresh, from: 'building', to: 'served' },
      { id: old, from: 'served', to: 'kept' },
    ],
    fence,
  );
}
