import assert from 'node:assert/strict';
import type { Checkpoint, ModelKey, Position, ReadModelStore, StoredDocument } from '@tidemark/core';
import { range, refused } from './language.ts';
import type { Rules } from './rule.ts';

const model: ModelKey = { name: 'balances', version: 1 };

export const readModels: Rules = {
  'a model begins with nothing': async ({ readModels: store }) => {
    assert.equal(await store.checkpoint(model), undefined);
    assert.equal(store.read(model, 'ada'), undefined);
    assert.deepEqual(store.scan(model, { limit: 10 }), []);
    assert.equal(store.count(model), 0);
  },

  'a commit writes documents and checkpoint as one': async ({ readModels: store }) => {
    await commit(store, undefined, 7, { ada: document(1), bob: { json: '{"at":"x"}', types: '{"/at":"Date"}' } });
    assert.deepEqual(await store.checkpoint(model), checkpoint(7));
    assert.deepEqual(store.read(model, 'ada'), document(1));
    assert.deepEqual(store.read(model, 'bob'), { json: '{"at":"x"}', types: '{"/at":"Date"}' });
    assert.equal(store.count(model), 2);
  },

  'a later commit changes what it names, and removes what is null': async ({ readModels: store }) => {
    await commit(store, undefined, 1, { ada: document(1), bob: document(2), eve: document(3) });
    await commit(store, 1, 2, { ada: document(10), bob: null, nobody: null });
    assert.deepEqual(store.scan(model, { limit: 10 }), [
      { key: 'ada', ...document(10) },
      { key: 'eve', ...document(3) },
    ]);
    assert.equal(store.read(model, 'bob'), undefined);
    assert.equal(store.count(model), 2);
  },

  'the checkpoint moves also when no document changes': async ({ readModels: store }) => {
    await commit(store, undefined, 3, {});
    await commit(store, 3, 9, {});
    assert.deepEqual(await store.checkpoint(model), checkpoint(9));
  },

  'a commit that expects another place is fenced off whole': async ({ readModels: store }) => {
    await commit(store, undefined, 5, { ada: document(1) });
    for (const expected of [undefined, 4, 6, 0]) {
      const error = await refused('CHECKPOINT_FENCED', () =>
        commit(store, expected, 8, { ada: document(2), bob: null, eve: document(3) }),
      );
      assert.deepEqual([error['expected'], error['actual']], [expected, 5]);
    }
    assert.deepEqual(await store.checkpoint(model), checkpoint(5));
    assert.deepEqual(store.scan(model, { limit: 10 }), [{ key: 'ada', ...document(1) }]);
  },

  'a commit that expects a checkpoint is fenced off where there is none': async ({ readModels: store }) => {
    await refused('CHECKPOINT_FENCED', () => commit(store, 5, 8, { ada: document(1) }));
    assert.equal(store.count(model), 0);
    assert.equal(await store.checkpoint(model), undefined);
  },

  'of two runners with one name, each batch is applied by one': async ({ readModels: store, openAnother }) => {
    const other = await openAnother();
    for (const position of range(10, 1)) {
      const expected = position === 1 ? undefined : position - 1;
      const outcomes = await Promise.allSettled(
        [store, other.readModels].map((opening, runner) =>
          commit(opening, expected, position, { [`${position}`]: document(runner) }),
        ),
      );
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    }
    assert.equal(other.readModels.count(model), 10);
    assert.deepEqual(await store.checkpoint(model), checkpoint(10));
  },

  'versions and names stand side by side': async ({ readModels: store }) => {
    const models = [
      model,
      { name: 'balances', version: 2 },
      { name: 'Balances', version: 1 },
      { name: 'balances@1', version: 1 },
    ];
    for (const [index, key] of models.entries())
      await commit(store, undefined, index + 1, { ada: document(index) }, key);
    await store.remove(model);
    assert.deepEqual([store.count(model), await store.checkpoint(model)], [0, undefined]);
    for (const [index, key] of models.entries()) {
      if (index === 0) continue;
      assert.deepEqual(store.read(key, 'ada'), document(index));
      assert.equal((await store.checkpoint(key))?.position, index + 1);
    }
  },

  'a removed model can begin again': async ({ readModels: store }) => {
    await commit(store, undefined, 5, { ada: document(1) });
    await store.remove(model);
    await store.remove(model);
    await commit(store, undefined, 1, { bob: document(2) });
    assert.deepEqual(store.scan(model, { limit: 10 }), [{ key: 'bob', ...document(2) }]);
  },

  'scanning goes in the order of the keys as UTF-8, by pages': async ({ readModels: store }) => {
    const keys = ['', ' ', 'A', 'Z', 'a', 'a-1', 'a-10', 'a-2', 'aé', 'b', '\u007F', 'é', '\uFFFD', '😀'];
    const shuffled = keys.toSorted((a, b) => a.length - b.length || (a < b ? 1 : -1));
    await commit(store, undefined, 1, Object.fromEntries(shuffled.map((key) => [key, document(0)])));
    assert.deepEqual(
      store.scan(model, { limit: 100 }).map(({ key }) => key),
      keys,
    );
    const paged: string[] = [];
    for (let after: string | undefined; ; after = paged.at(-1)) {
      const page = store.scan(model, { after, limit: 3 });
      assert.ok(page.length <= 3, `${page.length} instead of 3`);
      if (page.length === 0) break;
      paged.push(...page.map(({ key }) => key));
    }
    assert.deepEqual(paged, keys);
    assert.deepEqual(
      store.scan(model, { after: 'a-11', limit: 1 }).map(({ key }) => key),
      ['a-2'],
    );
  },

  'a commit of 3,300 documents is one': async ({ readModels: store }) => {
    await commit(
      store,
      undefined,
      1,
      Object.fromEntries(range(3_300).map((number) => [`k${number}`, document(number)])),
    );
    assert.equal(store.count(model), 3_300);
    await refused('CHECKPOINT_FENCED', () =>
      commit(store, undefined, 2, Object.fromEntries(range(3_300).map((number) => [`k${number}`, null]))),
    );
    assert.equal(store.count(model), 3_300);
  },

  'what was committed is there for every opening, and after the log was opened again': async ({
    readModels: store,
    openAnother,
    reopen,
  }) => {
    await commit(store, undefined, 4, { ada: document(1) });
    const other = await openAnother();
    assert.deepEqual(other.readModels.read(model, 'ada'), document(1));
    await commit(other.readModels, 4, 5, { ada: document(2) });
    assert.deepEqual(store.read(model, 'ada'), document(2));
    const later = await reopen();
    assert.deepEqual(later.readModels.scan(model, { limit: 5 }), [{ key: 'ada', ...document(2) }]);
    assert.deepEqual(await later.readModels.checkpoint(model), checkpoint(5));
  },

  'what is given can be changed afterwards': async ({ readModels: store }) => {
    const given = { ...document(1) };
    await commit(store, undefined, 1, { ada: given });
    given.json = 'changed';
    assert.deepEqual(store.read(model, 'ada'), document(1));
  },
};

function document(balance: number): StoredDocument {
  return { json: `{"balance":${balance}}`, types: null };
}

function checkpoint(position: Position): Checkpoint {
  return { logId: 'log', position, eventId: `event ${position}` };
}

async function commit(
  store: ReadModelStore,
  expected: Position | undefined,
  position: Position,
  documents: Readonly<Record<string, StoredDocument | null>>,
  key = model,
): Promise<void> {
  await store.commit(key, { expected, checkpoint: checkpoint(position), changes: new Map(Object.entries(documents)) });
}
