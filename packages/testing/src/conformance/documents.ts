import assert from 'node:assert/strict';
import type { ReadModelStore } from '@tidemark/core';
import { range } from './language.ts';
import { balances, begun, change, checkpoint, checkpointOf, document } from './read-model-language.ts';
import type { Rules } from './rule.ts';

export const documents: Rules = {
  'what is not there is read as `undefined`': async ({ readModels: store }) => {
    const id = await begun(store);
    assert.deepEqual([store.read(id, 'ada'), store.read(id, '')], [undefined, undefined]);
    await change(store, id, { ada: document(1) }, { from: undefined, to: 1 });
    assert.equal(store.read(id, 'Ada'), undefined);
    assert.equal(store.read(id, 'ada '), undefined);
  },

  'a later transaction changes what it names, and removes what is null': async ({ readModels: store }) => {
    const id = await begun(store);
    await change(store, id, { ada: document(1), bob: document(2), eve: document(3) }, { from: undefined, to: 1 });
    await change(store, id, { ada: document(10), bob: null, nobody: null }, { from: 1, to: 2 });
    assert.deepEqual(store.scan(id, { limit: 10 }), [
      { key: 'ada', ...document(10) },
      { key: 'eve', ...document(3) },
    ]);
    assert.equal(store.read(id, 'bob'), undefined);
    assert.equal(store.count(id), 2);
  },

  'a removed document can come again': async ({ readModels: store }) => {
    const id = await begun(store);
    await change(store, id, { ada: document(1) }, { from: undefined, to: 1 });
    await change(store, id, { ada: null }, { from: 1, to: 2 });
    await change(store, id, { ada: document(3) }, { from: 2, to: 3 });
    assert.deepEqual(store.scan(id, { limit: 10 }), [{ key: 'ada', ...document(3) }]);
  },

  'text and side note come back to the letter': async ({ readModels: store, reopen }) => {
    const id = await begun(store);
    const texts = [
      '{ "a" : 1 }',
      '1',
      'null',
      '[]',
      '"\\ud800 ü 😀"',
      '{"a":1,"a":2}',
      `{"long":"${'x'.repeat(100_000)}"}`,
    ];
    const given = Object.fromEntries(
      texts.map((json, index) => [`k${index}`, { json, types: index % 2 ? '{"":"Map"}' : null }]),
    );
    await change(store, id, given, { from: undefined, to: 1 });
    const stored = () => texts.map((_, index) => store.read(id, `k${index}`));
    assert.deepEqual(stored(), Object.values(given));
    const { readModels: later } = await reopen();
    assert.deepEqual(
      texts.map((_, index) => later.read(id, `k${index}`)),
      Object.values(given),
    );
  },

  'any text is a key of its own': async ({ readModels: store }) => {
    const id = await begun(store);
    const keys = [
      '',
      ' ',
      'a',
      'A',
      'é',
      'e\u0301',
      '😀',
      "o'hara",
      '"',
      '%',
      '_',
      'x'.repeat(2_000),
      '1',
      '01',
      '1.0',
    ];
    for (const [index, key] of keys.entries())
      await change(store, id, { [key]: document(index) }, { from: index === 0 ? undefined : index, to: index + 1 });
    assert.deepEqual(
      keys.map((key) => store.read(id, key)),
      keys.map((_, index) => document(index)),
    );
    assert.equal(store.count(id), keys.length);
  },

  'scanning goes in the order of the keys as UTF-8, by pages': async ({ readModels: store }) => {
    const id = await begun(store);
    const keys = ['', ' ', 'A', 'Z', 'a', 'a-1', 'a-10', 'a-2', 'aé', 'b', '\u007F', 'é', '\uFFFD', '😀'];
    const shuffled = keys.toSorted((a, b) => a.length - b.length || (a < b ? 1 : -1));
    await change(store, id, Object.fromEntries(shuffled.map((key) => [key, document(0)])), { from: undefined, to: 1 });
    assert.deepEqual(
      store.scan(id, { limit: 100 }).map(({ key }) => key),
      keys,
    );
    assert.deepEqual(paged(store, id), keys);
    assert.deepEqual(
      store.scan(id, { after: 'a-11', limit: 1 }).map(({ key }) => key),
      ['a-2'],
    );
    await change(store, id, { 'a-11': document(0), 'a-10': null }, { from: 1, to: 2 });
    assert.deepEqual(
      store.scan(id, { after: 'a-1', limit: 2 }).map(({ key }) => key),
      ['a-11', 'a-2'],
    );
  },

  'a scan sees the documents of its build alone': async ({ readModels: store }) => {
    const [id, other] = [await begun(store), await begun(store, { ...balances, version: 2 })];
    await change(store, id, { ada: document(1), eve: document(2) }, { from: undefined, to: 1 });
    await change(store, other, { bob: document(3) }, { from: undefined, to: 1 });
    assert.deepEqual([paged(store, id), paged(store, other)], [['ada', 'eve'], ['bob']]);
    assert.deepEqual([store.count(id), store.count(other)], [2, 1]);
  },

  'what was committed is there for every opening, and after the log was opened again': async ({
    readModels: store,
    openAnother,
    reopen,
  }) => {
    const id = await begun(store);
    await change(store, id, { ada: document(1) }, { from: undefined, to: 4 });
    const { readModels: other } = await openAnother();
    assert.deepEqual(other.read(id, 'ada'), document(1));
    await change(other, id, { ada: document(2) }, { from: 4, to: 5 });
    assert.deepEqual(store.read(id, 'ada'), document(2));
    const { readModels: later } = await reopen();
    assert.deepEqual(later.scan(id, { limit: 5 }), [{ key: 'ada', ...document(2) }]);
    assert.deepEqual(checkpointOf(later, id), checkpoint(5));
  },

  'an opening sees at once what another has acknowledged': async ({ readModels: store, openAnother }) => {
    const { readModels: other } = await openAnother();
    const id = await begun(store);
    for (const number of range(20, 1)) {
      const [writer, reader] = number % 2 ? [store, other] : [other, store];
      await change(writer, id, { ada: document(number) }, { from: number === 1 ? undefined : number - 1, to: number });
      assert.deepEqual([reader.read(id, 'ada'), checkpointOf(reader, id)], [document(number), checkpoint(number)]);
    }
  },

  'what is given, and what is got, can be changed afterwards': async ({ readModels: store }) => {
    const id = await begun(store);
    const given = { ...document(1) };
    const place = { ...checkpoint(1) };
    await store.transact(id, {
      expected: undefined,
      run(session) {
        session.write('ada', given);
        given.json = 'changed';
        return place;
      },
    });
    Object.assign(place, { position: 9 });
    Object.assign(store.read(id, 'ada') ?? {}, { json: 'changed' });
    Object.assign(store.scan(id, { limit: 1 })[0] ?? {}, { json: 'changed' });
    assert.deepEqual([store.read(id, 'ada'), checkpointOf(store, id)], [document(1), checkpoint(1)]);
  },
};

/** All keys, read by pages of three. */
function paged(store: ReadModelStore, id: number): readonly string[] {
  const keys: string[] = [];
  for (let after: string | undefined; ; after = keys.at(-1)) {
    const page = store.scan(id, { after, limit: 3 });
    assert.ok(page.length <= 3, `${page.length} instead of 3`);
    if (page.length === 0) return keys;
    keys.push(...page.map(({ key }) => key));
  }
}
