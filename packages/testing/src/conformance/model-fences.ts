import assert from 'node:assert/strict';
import type { ModelSession } from '@tidemark/core';
import { range, refused } from './language.ts';
import { begun, change, checkpoint, checkpointOf, contents, document, outcomes } from './read-model-language.ts';
import type { Rules } from './rule.ts';

/** What proves that a transaction is its runner's to make: the checkpoint, the lease, the build. */
export const modelFences: Rules = {
  'the checkpoint moves also when nothing else changes, and exactly to where it is told': async ({
    readModels: store,
    reopen,
  }) => {
    const id = await begun(store);
    const exact = { logId: 'a log: ü 😀', position: Number.MAX_SAFE_INTEGER, eventId: "it's" };
    await change(store, id, {}, { from: undefined, to: 3 });
    await change(store, id, {}, { from: 3, to: 9 });
    await store.transact(id, { expected: 9, run: () => exact });
    assert.deepEqual(checkpointOf(store, id), exact);
    assert.deepEqual(checkpointOf((await reopen()).readModels, id), exact);
  },

  'the checkpoint stays where nothing is returned': async ({ readModels: store }) => {
    const id = await begun(store);
    const run = (session: ModelSession) => void session.write('ada', document(1));
    await store.transact(id, { expected: undefined, run });
    assert.deepEqual([store.read(id, 'ada'), checkpointOf(store, id)], [document(1), undefined]);
    await change(store, id, {}, { from: undefined, to: 5 });
    await store.transact(id, { expected: 5, run: (session) => void session.write('ada', null) });
    assert.deepEqual([store.count(id), checkpointOf(store, id)], [0, checkpoint(5)]);
  },

  'one that expects another place is fenced off before it runs': async ({ readModels: store }) => {
    const id = await begun(store);
    await change(store, id, { ada: document(1) }, { from: undefined, to: 5 });
    const before = contents(store, id);
    let ran = 0;
    for (const expected of [undefined, 4, 6, 0]) {
      const error = await refused('CHECKPOINT_FENCED', () =>
        store.transact(id, {
          expected,
          run(session) {
            ran += 1;
            session.write('ada', document(2));
            return checkpoint(8);
          },
        }),
      );
      assert.deepEqual([error['consumer'], error['expected'], error['actual']], ['balances', expected, 5]);
    }
    assert.deepEqual([contents(store, id), ran], [before, 0]);
  },

  'one that expects a checkpoint is fenced off where there is none': async ({ readModels: store }) => {
    const id = await begun(store);
    for (const from of [5, 0]) {
      const error = await refused('CHECKPOINT_FENCED', () => change(store, id, { ada: document(1) }, { from, to: 8 }));
      assert.deepEqual([error['expected'], error['actual']], [from, undefined]);
    }
    assert.deepEqual([store.count(id), checkpointOf(store, id)], [0, undefined]);
  },

  'one that expects `any` place does not look': async ({ readModels: store }) => {
    const id = await begun(store);
    await change(store, id, {}, { from: 'any', to: 5 });
    await change(store, id, { ada: document(1) }, { from: 'any', to: 6 });
    assert.deepEqual([store.read(id, 'ada'), checkpointOf(store, id)], [document(1), checkpoint(6)]);
  },

  'of two runners with one build, each batch is applied by one': async ({ readModels: store, openAnother }) => {
    const { readModels: other } = await openAnother();
    const id = await begun(store);
    for (const position of range(10, 1)) {
      const from = position === 1 ? undefined : position - 1;
      const both = [store, other].map((opening, runner) =>
        change(opening, id, { [`${position}`]: document(runner) }, { from, to: position }),
      );
      assert.deepEqual(await outcomes(both), ['CHECKPOINT_FENCED', 'fulfilled']);
    }
    assert.equal(other.count(id), 10);
    assert.deepEqual(checkpointOf(store, id), checkpoint(10));
  },

  'one of a build that is gone is refused before it runs': async ({ readModels: store }) => {
    const id = await begun(store);
    await store.drop(id);
    const ran: number[] = [];
    for (const build of [id, 4_711]) {
      for (const expected of [undefined, 5, 'any'] as const) {
        const error = await refused('BUILD_GONE', () =>
          store.transact(build, { expected, run: () => void ran.push(build) }),
        );
        assert.equal(error['build'], build);
      }
    }
    assert.deepEqual([ran, store.builds()], [[], []]);
  },

  'is open to the holder of its lease only, expired or not': async ({ readModels: store, leases, clock }) => {
    const id = await begun(store);
    const fence = await leases.acquire('balances', 'process 1', 1_000);
    assert.ok(fence !== undefined, 'the lease was not given');
    await change(store, id, { ada: document(1) }, { from: undefined, to: 1, fence });
    clock.advance(60_000);
    await change(store, id, { ada: document(2) }, { from: 1, to: 2, fence });
    const next = await leases.acquire('balances', 'process 2', 1_000);
    const before = contents(store, id);
    const ran: number[] = [];
    const late = () => store.transact(id, { expected: 2, fence, run: () => void ran.push(1) });
    const error = await refused('LEASE_LOST', late);
    assert.deepEqual([error['lease'], error['token'], error['actual']], ['balances', fence.token, next?.token]);
    assert.deepEqual([ran, contents(store, id)], [[], before]);
    await change(store, id, { ada: document(3) }, { from: 2, to: 3, fence: next as typeof fence });
  },

  'a released lease, and one that never was, open nothing': async ({ readModels: store, leases }) => {
    const id = await begun(store);
    const fence = await leases.acquire('balances', 'process 1', 1_000);
    assert.ok(fence !== undefined, 'the lease was not given');
    await leases.release([fence]);
    for (const wrong of [fence, { name: 'never', token: 1 }]) {
      const late = () => change(store, id, { ada: document(1) }, { from: undefined, to: 1, fence: wrong });
      const error = await refused('LEASE_LOST', late);
      assert.deepEqual([error['lease'], error['actual']], [wrong.name, undefined]);
    }
    assert.equal(store.count(id), 0);
  },
};
