import assert from 'node:assert/strict';
import type { ModelSession } from '@tidemark/core';
import { range, refused } from './language.ts';
import {
  balances,
  begun,
  buildAt,
  change,
  checkpoint,
  checkpointOf,
  contents,
  document,
  letter,
  plainShape,
  serve,
} from './read-model-language.ts';
import type { Rules } from './rule.ts';

export const modelTransactions: Rules = {
  'writes documents, letters and checkpoint as one': async ({ readModels: store, openAnother }) => {
    const id = await begun(store);
    const dated = { json: '{"at":"x"}', types: '{"/at":"Date"}' };
    await store.transact(id, {
      expected: undefined,
      run(session) {
        session.write('ada', document(1));
        session.write('bob', dated);
        session.park(letter(6));
        return checkpoint(7);
      },
    });
    for (const { readModels } of [{ readModels: store }, await openAnother()]) {
      assert.deepEqual([readModels.read(id, 'ada'), readModels.read(id, 'bob')], [document(1), dated]);
      assert.deepEqual(readModels.parked(id), [letter(6)]);
      assert.deepEqual(checkpointOf(readModels, id), checkpoint(7));
    }
  },

  'sees what was there and what it did before': async ({ readModels: store }) => {
    const id = await begun(store);
    await change(store, id, { ada: document(1), bob: document(2) }, { from: undefined, to: 1 });
    const seen: unknown[] = [];
    await store.transact(id, {
      expected: 1,
      run(session) {
        seen.push(session.read('ada'), session.read('eve'));
        session.write('ada', document(10));
        session.write('bob', null);
        session.write('eve', document(30));
        seen.push(session.read('ada'), session.read('bob'), session.read('eve'));
        session.write('bob', document(20));
        session.write('eve', null);
        seen.push(session.read('bob'), session.read('eve'));
        return checkpoint(2);
      },
    });
    assert.deepEqual(seen, [document(1), undefined, document(10), undefined, document(30), document(20), undefined]);
    assert.deepEqual(store.scan(id, { limit: 10 }), [
      { key: 'ada', ...document(10) },
      { key: 'bob', ...document(20) },
    ]);
  },

  'writes many documents in the order given': async ({ readModels: store }) => {
    const id = await begun(store);
    await change(store, id, { gone: document(1), kept: document(2) }, { from: undefined, to: 1 });
    const dated = { json: '{"at":"x"}', types: '{"/at":"Date"}' };
    const numbered = range(50).map((number) => ({ key: `k${number + 10}`, document: document(number) }));
    const seen: unknown[] = [];
    await store.transact(id, {
      expected: 1,
      run(session) {
        session.writeAll([
          ...numbered,
          { key: 'gone', document: null },
          { key: 'k10', document: null },
          { key: 'k11', document: document(1_000) },
          { key: 'k10', document: dated },
          { key: 'k12', document: null },
        ]);
        session.writeAll([]);
        seen.push(session.read('gone'), session.read('k10'), session.read('k59'), session.read('kept'));
        return checkpoint(2);
      },
    });
    assert.deepEqual(seen, [undefined, dated, document(49), document(2)]);
    assert.deepEqual(store.scan(id, { limit: 100 }), [
      { key: 'k10', ...dated },
      { key: 'k11', ...document(1_000) },
      ...numbered.slice(3).map(({ key, document: written }) => ({ key, ...written })),
      { key: 'kept', ...document(2) },
    ]);
  },

  'what its code throws is thrown as it is, once, and undoes everything': async ({ readModels: store }) => {
    const id = await begun(store);
    await change(store, id, { ada: document(1), bob: document(2) }, { from: undefined, to: 5 });
    const before = contents(store, id);
    const busy = Object.assign(new Error('locked'), { code: 'SQLITE_BUSY' });
    const full = Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
    for (const thrown of [new RangeError('13 is not unique'), busy, full, 'a text', undefined]) {
      let ran = 0;
      const outcome = store.transact(id, {
        expected: 5,
        run(session) {
          ran += 1;
          session.write('ada', document(100));
          session.write('bob', null);
          session.write('eve', document(3));
          session.park(letter(6));
          throw thrown;
        },
      });
      const [{ status, reason }] = (await Promise.allSettled([outcome])) as [PromiseRejectedResult];
      assert.deepEqual([status, ran], ['rejected', 1]);
      assert.equal(reason, thrown);
      assert.deepEqual(contents(store, id), before);
    }
    await change(store, id, { ada: document(3) }, { from: 5, to: 6 });
    assert.deepEqual(store.read(id, 'ada'), document(3));
  },

  'one that fails takes none of its neighbours with it': async ({ readModels: store, events }) => {
    const ids: number[] = [];
    for (const version of range(30)) ids.push(await begun(store, { ...balances, version }));
    const failing = (index: number) => index % 3 === 1;
    const transacting = ids.map((id, index) =>
      store.transact(id, {
        expected: undefined,
        run(session) {
          session.write('ada', document(index));
          if (failing(index)) throw new RangeError(`${index}`);
          return checkpoint(index + 1);
        },
      }),
    );
    const [settled] = await Promise.all([Promise.allSettled(transacting), events.head()]);
    for (const [index, outcome] of settled.entries()) {
      const id = ids[index] as number;
      assert.equal(outcome.status, failing(index) ? 'rejected' : 'fulfilled');
      assert.equal(
        outcome.status === 'rejected' ? String(outcome.reason) : '',
        failing(index) ? `RangeError: ${index}` : '',
      );
      assert.deepEqual(store.read(id, 'ada'), failing(index) ? undefined : document(index));
      assert.deepEqual(checkpointOf(store, id), failing(index) ? undefined : checkpoint(index + 1));
    }
  },

  'a served build, and a kept one, can be changed': async ({ readModels: store }) => {
    const id = await begun(store);
    await serve(store, id);
    await change(store, id, { ada: document(1) }, { from: undefined, to: 1 });
    await store.changeStates([{ id, from: 'served', to: 'kept' }]);
    await change(store, id, { bob: document(2) }, { from: 1, to: 2 });
    assert.deepEqual([store.count(id), buildAt(store, id)?.state], [2, 'kept']);
  },

  'whoever keeps the session cannot use it afterwards': async ({ readModels: store }) => {
    const id = await begun(store);
    const kept: ModelSession[] = [];
    await store.transact(id, { expected: undefined, run: (session) => void kept.push(session) });
    const failing = store.transact(id, {
      expected: undefined,
      run(session) {
        kept.push(session);
        throw new RangeError();
      },
    });
    await assert.rejects(failing, RangeError);
    assert.equal(kept.length, 2);
    for (const session of kept) {
      const uses: readonly (() => unknown)[] = [
        () => session.read('ada'),
        () => session.write('ada', document(1)),
        () => session.write('ada', null),
        () => session.writeAll([{ key: 'ada', document: null }]),
        () => session.park(letter(1)),
        () => session.unpark(1),
        () => session.parkedIn('account-1'),
        () => session.guarded(() => 1),
        () => session.tableName('accounts'),
        () => session.statement('SELECT 1'),
      ];
      for (const use of uses) await refused('CLOSED', use);
    }
    assert.deepEqual([store.count(id), store.parked(id)], [0, []]);
  },

  'another opening sees nothing of it before its end': async ({ readModels: store, openAnother }) => {
    const { readModels: other } = await openAnother();
    const id = await begun(store);
    await change(store, id, { ada: document(1) }, { from: undefined, to: 5 });
    const before = contents(store, id);
    let during: unknown;
    await store.transact(id, {
      expected: 5,
      run(session) {
        session.write('ada', document(2));
        session.write('bob', document(3));
        session.park(letter(6));
        during = contents(other, id);
        return checkpoint(6);
      },
    });
    assert.deepEqual(during, before);
    assert.deepEqual([other.read(id, 'ada'), checkpointOf(other, id)], [document(2), checkpoint(6)]);
  },

  'one of 3,300 documents is one': async ({ readModels: store }) => {
    const id = await begun(store);
    const many = (value: (number: number) => ReturnType<typeof document> | null) =>
      Object.fromEntries(range(3_300).map((number) => [`k${number}`, value(number)]));
    await change(store, id, many(document), { from: undefined, to: 1 });
    assert.equal(store.count(id), 3_300);
    const failing = store.transact(id, {
      expected: 1,
      run(session) {
        for (const key of Object.keys(many(document))) session.write(key, null);
        throw new RangeError('after all of them');
      },
    });
    await assert.rejects(failing, RangeError);
    assert.equal(store.count(id), 3_300);
    await change(
      store,
      id,
      many(() => null),
      { from: 1, to: 2 },
    );
    assert.equal(store.count(id), 0);
  },

  '`guarded` gives what its code gives, and throws what that throws': async ({ readModels: store }) => {
    const id = await begun(store, balances, plainShape);
    const thrown = new RangeError('inside');
    const seen: unknown[] = [];
    await store.transact(id, {
      expected: undefined,
      run(session) {
        seen.push(session.guarded(() => session.guarded(() => 'inside')));
        try {
          session.guarded(() => {
            throw thrown;
          });
        } catch (error) {
          seen.push(error);
        }
        session.write('ada', document(1));
        return checkpoint(1);
      },
    });
    assert.deepEqual([seen[0], seen.length], ['inside', 2]);
    assert.equal(seen[1], thrown);
    assert.deepEqual([store.read(id, 'ada'), checkpointOf(store, id)], [document(1), checkpoint(1)]);
  },

  'what its own code begins waits for its end': async ({ readModels: store, events }) => {
    const id = await begun(store);
    const inner: Promise<unknown>[] = [];
    await store.transact(id, {
      expected: undefined,
      run(session) {
        inner.push(change(store, id, { ada: document(2) }, { from: 1, to: 2 }));
        inner.push(events.append('account-1', [], { expectedRevision: 'any' }));
        session.write('ada', document(1));
        return checkpoint(1);
      },
    });
    await Promise.all(inner);
    assert.deepEqual([store.read(id, 'ada'), checkpointOf(store, id)], [document(2), checkpoint(2)]);
  },
};
