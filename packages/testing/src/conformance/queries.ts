import assert from 'node:assert/strict';
import type {
  DocumentQuery,
  FieldCondition,
  IndexedValue,
  ModelShape,
  QueryPlace,
  ReadModelStore,
} from '@tidemark/core';
import { range, refused } from './language.ts';
import { balances, begun, change, plainShape } from './read-model-language.ts';
import type { Rules } from './rule.ts';

const shape: ModelShape = { indexes: ['balance', 'owner', 'open', 'openedAt', 'Owner'], tables: [] };

export const queries: Rules = {
  'without conditions and order every document is found, by key': async ({ readModels: store }) => {
    const id = await filled(store, { eve: { balance: 1 }, ada: { balance: 3 }, bob: {} });
    assert.deepEqual(store.find(id, query()), {
      documents: [
        { key: 'ada', json: '{"balance":3}', types: null },
        { key: 'bob', json: '{}', types: null },
        { key: 'eve', json: '{"balance":1}', types: null },
      ],
      end: { value: null, key: 'eve' },
    });
    assert.deepEqual(keys(store, id, { direction: 'descending' }), ['eve', 'bob', 'ada']);
  },

  'nothing found has no end': async ({ readModels: store }) => {
    const id = await filled(store, {});
    const nothing = { documents: [], end: undefined };
    assert.deepEqual(store.find(id, query()), nothing);
    assert.deepEqual(store.find(id, query({ where: [is('owner', '=', 'Ada')], orderBy: 'balance' })), nothing);
    assert.equal(store.count(id, [is('owner', '=', 'Ada')]), 0);
  },

  'the side note comes with a document': async ({ readModels: store }) => {
    const id = await begun(store, balances, shape);
    const dated = { json: '{"openedAt":"2026-01-01T00:00:00.000Z"}', types: '{"/openedAt":"Date"}' };
    await change(store, id, { ada: dated }, { from: undefined, to: 1 });
    assert.deepEqual(store.find(id, query({ orderBy: 'openedAt' })), {
      documents: [{ key: 'ada', ...dated }],
      end: { value: '2026-01-01T00:00:00.000Z', key: 'ada' },
    });
  },

  'numbers are compared as numbers': async ({ readModels: store }) => {
    const values = { a: 10, b: 9, c: -1, d: 9.5, e: 1e300, f: 0, g: -1e-7 };
    const id = await filled(
      store,
      mapped(values, (balance) => ({ balance })),
    );
    const order = ['c', 'g', 'f', 'b', 'd', 'a', 'e'];
    assert.deepEqual(keys(store, id, { orderBy: 'balance' }), order);
    assert.deepEqual(keys(store, id, { orderBy: 'balance', direction: 'descending' }), order.toReversed());
    assert.deepEqual(keys(store, id, { where: [is('balance', '>', 9)] }), ['a', 'd', 'e']);
    assert.deepEqual(keys(store, id, { where: [is('balance', '>=', 9)] }), ['a', 'b', 'd', 'e']);
    assert.deepEqual(keys(store, id, { where: [is('balance', '<', 9)] }), ['c', 'f', 'g']);
    assert.deepEqual(keys(store, id, { where: [is('balance', '<=', 9)] }), ['b', 'c', 'f', 'g']);
    assert.deepEqual(keys(store, id, { where: [is('balance', '=', 9.5)] }), ['d']);
  },

  'text is compared by its bytes as UTF-8': async ({ readModels: store }) => {
    const order = ['', ' ', '10', '9', 'A', 'B', 'a', 'ab', 'b', 'é', '\uFFFD', '😀'];
    const id = await filled(store, Object.fromEntries(order.toReversed().map((owner, at) => [`k${at}`, { owner }])));
    const owners = (given: Partial<DocumentQuery>) => found(store, id, given).map(({ owner }) => owner);
    assert.deepEqual(owners({ orderBy: 'owner' }), order);
    assert.deepEqual(owners({ orderBy: 'owner', where: [is('owner', '>', 'ab')] }), order.slice(8));
    assert.deepEqual(owners({ orderBy: 'owner', where: [is('owner', '<=', 'A')] }), order.slice(0, 5));
    assert.deepEqual(owners({ orderBy: 'owner', where: [is('owner', '>=', '\uFFFD')] }), ['\uFFFD', '😀']);
    assert.deepEqual(owners({ where: [is('owner', '=', 'a')] }), ['a']);
  },

  'a Date is found by its ISO text': async ({ readModels: store }) => {
    const times = { a: '2026-01-02T00:00:00.000Z', b: '2025-12-31T23:59:59.999Z', c: '2026-01-01T00:00:00.000Z' };
    const id = await filled(
      store,
      mapped(times, (openedAt) => ({ openedAt })),
    );
    assert.deepEqual(keys(store, id, { orderBy: 'openedAt' }), ['b', 'c', 'a']);
    assert.deepEqual(keys(store, id, { where: [is('openedAt', '>=', '2026-01-01T00:00:00.000Z')] }), ['a', 'c']);
  },

  'a boolean is 0 or 1': async ({ readModels: store }) => {
    const id = await filled(store, { a: { open: true }, b: { open: false }, c: { open: 1 }, d: { open: 'true' } });
    assert.deepEqual(keys(store, id, { where: [is('open', '=', 1)] }), ['a', 'c']);
    assert.deepEqual(keys(store, id, { where: [is('open', '=', 0)] }), ['b']);
    assert.deepEqual(keys(store, id, { where: [is('open', '<', 1)] }), ['b']);
    assert.deepEqual(store.find(id, query({ orderBy: 'open', limit: 2 })).end, { value: 1, key: 'a' });
  },

  'a field that is missing, null, an object or an array is null': async ({ readModels: store }) => {
    const documents = { a: {}, b: { owner: null }, c: { owner: { name: 'x' } }, d: { owner: ['x'] }, e: { owner: '' } };
    const id = await filled(store, { ...documents, f: { owner: 0 }, g: 7, h: ['owner'], i: 'owner', j: null });
    const nulls = ['a', 'b', 'c', 'd', 'g', 'h', 'i', 'j'];
    assert.deepEqual(keys(store, id, { where: [is('owner', '=', null)] }), nulls);
    assert.equal(store.count(id, [is('owner', '=', null)]), nulls.length);
    assert.deepEqual(keys(store, id, { orderBy: 'owner' }), [...nulls, 'f', 'e']);
    assert.deepEqual(keys(store, id, { orderBy: 'owner', direction: 'descending' }), ['e', 'f', ...nulls.toReversed()]);
    assert.deepEqual(store.find(id, query({ orderBy: 'owner', limit: 3 })).end, { value: null, key: 'c' });
  },

  'only what is of one kind is less or greater, and null never is': async ({ readModels: store }) => {
    const id = await filled(store, { a: { owner: 5 }, b: { owner: '5' }, c: { owner: null }, d: {}, e: { owner: '' } });
    for (const comparison of ['<', '<=', '>', '>='] as const) {
      assert.deepEqual(keys(store, id, { where: [is('owner', comparison, null)] }), [], comparison);
      assert.equal(store.count(id, [is('owner', comparison, null)]), 0, comparison);
    }
    assert.deepEqual(keys(store, id, { where: [is('owner', '<', 100)] }), ['a']);
    assert.deepEqual(keys(store, id, { where: [is('owner', '>', -100)] }), ['a']);
    assert.deepEqual(keys(store, id, { where: [is('owner', '<=', '9')] }), ['b', 'e']);
    assert.deepEqual(keys(store, id, { where: [is('owner', '>=', '')] }), ['b', 'e']);
    assert.deepEqual(keys(store, id, { where: [is('owner', '=', 5)] }), ['a']);
    assert.deepEqual(keys(store, id, { where: [is('owner', '=', '5')] }), ['b']);
  },

  'several conditions have to hold together': async ({ readModels: store }) => {
    const id = await filled(
      store,
      Object.fromEntries(range(20).map((n) => [`k${n + 10}`, { balance: n, owner: n % 2 ? 'Ada' : 'Bob' }])),
    );
    const where = [is('balance', '>=', 5), is('owner', '=', 'Ada'), is('balance', '<', 10)];
    assert.deepEqual(keys(store, id, { where, orderBy: 'balance' }), ['k15', 'k17', 'k19']);
    assert.equal(store.count(id, where), 3);
    assert.equal(store.count(id, [...where, is('balance', '=', 11)]), 0);
  },

  'equal values are ordered by key, and descending turns both around': async ({ readModels: store }) => {
    const id = await filled(store, { c: { balance: 1 }, a: { balance: 1 }, d: { balance: 0 }, b: { balance: 1 } });
    assert.deepEqual(keys(store, id, { orderBy: 'balance' }), ['d', 'a', 'b', 'c']);
    assert.deepEqual(keys(store, id, { orderBy: 'balance', direction: 'descending' }), ['c', 'b', 'a', 'd']);
  },

  'a page goes on strictly behind its place, there or not': async ({ readModels: store }) => {
    const id = await filled(store, { a: { balance: 1 }, b: { balance: 2 }, c: { balance: 2 }, d: { balance: 3 } });
    const behind = (value: IndexedValue, key: string, given: Partial<DocumentQuery> = {}) =>
      keys(store, id, { orderBy: 'balance', after: { value, key }, ...given });
    assert.deepEqual(behind(2, 'b'), ['c', 'd']);
    assert.deepEqual(behind(2, 'bb'), ['c', 'd']);
    assert.deepEqual(behind(2, ''), ['b', 'c', 'd']);
    assert.deepEqual(behind(1.5, 'z'), ['b', 'c', 'd']);
    assert.deepEqual(behind(null, 'z'), ['a', 'b', 'c', 'd']);
    assert.deepEqual(behind('', ''), []);
    assert.deepEqual(behind(2, 'c', { direction: 'descending' }), ['b', 'a']);
    assert.deepEqual(behind('x', '', { direction: 'descending' }), ['d', 'c', 'b', 'a']);
    assert.deepEqual(keys(store, id, { after: { value: null, key: 'b' } }), ['c', 'd']);
    assert.deepEqual(keys(store, id, { after: { value: null, key: 'b' }, direction: 'descending' }), ['a']);
  },

  'a limit of one goes through all, the end of one page being the next one’s beginning': async ({
    readModels: store,
  }) => {
    const values = [null, 'x', 1, null, 2, 'x', 1, '', 0];
    const id = await filled(store, Object.fromEntries(values.map((owner, index) => [`k${index}`, { owner }])));
    const order = ['k0', 'k3', 'k8', 'k2', 'k6', 'k4', 'k7', 'k1', 'k5'];
    for (const direction of ['ascending', 'descending'] as const) {
      const visited: string[] = [];
      for (let after: QueryPlace | undefined; visited.length <= order.length; ) {
        const page = store.find(id, query({ orderBy: 'owner', direction, after, limit: 1 }));
        if (page.end === undefined) break;
        visited.push(page.end.key);
        after = page.end;
      }
      assert.deepEqual(visited, direction === 'ascending' ? order : order.toReversed());
    }
  },

  'a changed document is found by what it says now, and a removed one not at all': async ({ readModels: store }) => {
    const id = await filled(store, { a: { owner: 'Ada' }, b: { owner: 'Ada' }, c: { owner: 'Bob' } });
    await change(store, id, { a: text({ owner: 'Bob' }), b: null }, { from: 1, to: 2 });
    assert.deepEqual(keys(store, id, { where: [is('owner', '=', 'Ada')] }), []);
    assert.deepEqual(keys(store, id, { where: [is('owner', '=', 'Bob')] }), ['a', 'c']);
    assert.equal(store.count(id, [is('owner', '=', 'Bob')]), 2);
  },

  'fields that differ in case alone are different fields': async ({ readModels: store }) => {
    const id = await filled(store, { a: { owner: 'x', Owner: 'y' }, b: { Owner: 'x' } });
    assert.deepEqual(keys(store, id, { where: [is('owner', '=', 'x')] }), ['a']);
    assert.deepEqual(keys(store, id, { where: [is('Owner', '=', 'x')] }), ['b']);
  },

  'a query sees the documents of its build alone': async ({ readModels: store, openAnother }) => {
    const id = await filled(store, { a: { owner: 'Ada' } });
    const other = await filled(store, { b: { owner: 'Ada' }, c: {} }, { ...balances, version: 2 });
    for (const { readModels } of [{ readModels: store }, await openAnother()]) {
      assert.deepEqual(keys(readModels, id, { where: [is('owner', '=', 'Ada')] }), ['a']);
      assert.deepEqual(keys(readModels, other, { where: [is('owner', '=', 'Ada')] }), ['b']);
      assert.deepEqual([readModels.count(id, []), readModels.count(other, [])], [1, 2]);
    }
  },

  'a field that was not declared is refused, naming those that were': async ({ readModels: store }) => {
    const id = await filled(store, { a: { secret: 1 } });
    const plain = await begun(store, { name: 'plain', version: 1 }, plainShape);
    for (const use of [
      () => store.find(id, query({ where: [is('secret', '=', 1)] })),
      () => store.find(id, query({ where: [is('balance', '=', 1), is('secret', '=', 1)] })),
      () => store.find(id, query({ orderBy: 'secret' })),
      () => store.count(id, [is('secret', '=', 1)]),
    ]) {
      const error = await refused('INVALID_ARGUMENT', use);
      assert.match(String(error['found']), /secret/);
      for (const field of shape.indexes) assert.ok(String(error['wanted']).includes(field), `${field} is not named`);
    }
    await refused('INVALID_ARGUMENT', () => store.find(plain, query({ orderBy: 'balance' })));
    await refused('INVALID_ARGUMENT', () => store.count(plain, [is('balance', '=', 1)]));
    assert.equal(store.find(plain, query()).documents.length, 0);
  },

  'what was declared is known after the log was opened again': async ({ readModels: store, reopen }) => {
    const id = await filled(store, { a: { balance: 2 }, b: { balance: 1 } });
    const { readModels: later } = await reopen();
    assert.deepEqual(keys(later, id, { orderBy: 'balance' }), ['b', 'a']);
    await refused('INVALID_ARGUMENT', () => later.find(id, query({ orderBy: 'secret' })));
  },
};

function query(given: Partial<DocumentQuery> = {}): DocumentQuery {
  return { where: [], orderBy: undefined, direction: 'ascending', after: undefined, limit: 100, ...given };
}

function is(field: string, comparison: FieldCondition['comparison'], value: IndexedValue): FieldCondition {
  return { field, comparison, value };
}

async function filled(
  store: ReadModelStore,
  documents: Readonly<Record<string, unknown>>,
  model = balances,
): Promise<number> {
  const id = await begun(store, model, shape);
  await change(store, id, mapped(documents, text), { from: undefined, to: 1 });
  return id;
}

function text(value: unknown) {
  return { json: JSON.stringify(value), types: null };
}

function mapped<T, U>(values: Readonly<Record<string, T>>, map: (value: T) => U): Readonly<Record<string, U>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}

function keys(store: ReadModelStore, id: number, given: Partial<DocumentQuery>): readonly string[] {
  return store.find(id, query(given)).documents.map(({ key }) => key);
}

function found(store: ReadModelStore, id: number, given: Partial<DocumentQuery>): readonly Record<string, unknown>[] {
  return store.find(id, query(given)).documents.map(({ json }) => JSON.parse(json) as Record<string, unknown>);
}
