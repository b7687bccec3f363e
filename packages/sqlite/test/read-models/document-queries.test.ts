/** Queries over indexed fields, against the same rules in JavaScript, and what SQLite does to answer them. */
import type { DocumentQuery, FieldCondition, IndexedValue } from '@tidemark/core';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { opened } from '../opened.ts';
import { refused } from '../refusals.ts';
import { temporaryFile } from '../temporary.ts';
import { balances, change, document, serve } from './models.ts';

type Fields = Readonly<Record<string, unknown>>;
type Documents = ReadonlyMap<string, Fields>;

function indexed(value: unknown): IndexedValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

function kind(value: IndexedValue): number {
  return value === null ? 0 : typeof value === 'number' ? 1 : 2;
}

function compared(a: IndexedValue, b: IndexedValue): number {
  if (kind(a) !== kind(b)) return kind(a) - kind(b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return typeof a === 'string' && typeof b === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : 0;
}

function matches(fields: Fields, { field, comparison, value }: FieldCondition): boolean {
  const found = indexed(fields[field]);
  if (comparison === '=') return compared(found, value) === 0;
  if (value === null || kind(found) !== kind(value)) return false;
  const order = compared(found, value);
  const holds = { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 };
  return holds[comparison];
}

/** The keys that a query without `after` and `limit` gives. */
function expected(
  documents: Documents,
  { where, orderBy, direction }: Omit<DocumentQuery, 'after' | 'limit'>,
): readonly string[] {
  const sign = direction === 'ascending' ? 1 : -1;
  const valueIn = (fields: Fields) => (orderBy === undefined ? null : indexed(fields[orderBy]));
  return [...documents]
    .filter(([, fields]) => where.every((condition) => matches(fields, condition)))
    .sort(([a, one], [b, other]) => sign * (compared(valueIn(one), valueIn(other)) || compared(a, b)))
    .map(([key]) => key);
}

const text = fc.oneof(
  fc.constantFrom('', 'a', 'A', 'b', '5', '10', 'ä', '\u{1f600}', '\uffff', '2020-01-01T00:00:00.000Z'),
  fc.string({ unit: 'grapheme', maxLength: 4 }).filter((each) => !each.includes('\0')),
);
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 5, 10, 0.5, 2 ** 53, 2 ** 60, -(2 ** 63), 1e300, 5e-324),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const value = fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.constant([1]), fc.constant({ a: 'b' }));
const fields = ['a', 'b c', `q"'\\`];
const field = fc.constantFrom(...fields);
const entry = fc.tuple(text, fc.dictionary(field, value, { noNullPrototype: true }));
const condition = fc.record({
  field,
  comparison: fc.constantFrom('=', '<', '<=', '>', '>=') as fc.Arbitrary<FieldCondition['comparison']>,
  value: fc.oneof(text, number, fc.constant(null)),
});
const question = fc.record({
  where: fc.array(condition, { maxLength: 2 }),
  orderBy: fc.option(field, { nil: undefined }),
  direction: fc.constantFrom('ascending', 'descending') as fc.Arbitrary<DocumentQuery['direction']>,
});

test('finds and counts what the rules say, in their order, whole and page by page', async () => {
  const { readModels, close } = await opened(temporaryFile());
  const { id } = await serve(readModels, balances, { shape: { indexes: fields, tables: [] } });
  const property = fc.asyncProperty(
    fc.array(entry, { maxLength: 25 }),
    fc.array(question, { minLength: 5, maxLength: 5 }),
    fc.integer({ min: 1, max: 4 }),
    async (entries, questions, limit) => {
      const documents = new Map(entries);
      await change(readModels, id, (session) => {
        for (const { key } of readModels.scan(id, { limit: 1_000 })) session.write(key, null);
        for (const [key, each] of documents) session.write(key, document(each));
      });
      for (const each of questions) {
        const wanted = expected(documents, each);
        const whole = readModels.find(id, { ...each, after: undefined, limit: 1_000 });
        assert.equal(
          whole.documents.map(({ key }) => key),
          wanted,
        );
        assert.equal(
          whole.documents.map(({ json }) => json),
          wanted.map((key) => JSON.stringify(documents.get(key))),
        );
        assert.is(readModels.count(id, each.where), wanted.length);
        const paged: string[] = [];
        for (let after: DocumentQuery['after']; ; ) {
          const page = readModels.find(id, { ...each, after, limit });
          paged.push(...page.documents.map(({ key }) => key));
          after = page.end;
          if (after === undefined || paged.length > wanted.length) break;
        }
        assert.equal(paged, wanted);
      }
    },
  );
  await fc.assert(property, { numRuns: 100 });
  await close();
});

test('numbers are equal where they are in JavaScript, however large', async () => {
  const { readModels, close } = await opened(temporaryFile());
  const { id } = await serve(readModels, balances, { shape: { indexes: ['n'], tables: [] } });
  const numbers = [-0, 0.1, 2 ** 53, 2 ** 60, -(2 ** 63), 12_345_678_901_234_567_000, 1e21, 1.7976931348623157e308];
  await change(readModels, id, (session) => {
    for (const [index, n] of numbers.entries()) session.write(`${index}`, document({ n }));
  });
  const query: DocumentQuery = { where: [], orderBy: 'n', direction: 'ascending', after: undefined, limit: 1 };
  for (const [index, n] of numbers.entries()) {
    const where = [{ field: 'n', comparison: '=', value: n } as const];
    const { documents, end } = readModels.find(id, { ...query, where });
    assert.equal([documents[0]?.key, end], [`${index}`, { value: n === 0 ? 0 : n, key: `${index}` }]);
    assert.equal(readModels.find(id, { ...query, where, after: end }).documents, []);
  }
  await close();
});

test('goes on behind a place, though the document that stood there is gone', async () => {
  const { readModels, close } = await opened(temporaryFile());
  const { id } = await serve(readModels, balances, { shape: { indexes: ['n'], tables: [] } });
  await change(readModels, id, (session) => {
    for (const key of ['a', 'b', 'c', 'd']) session.write(key, document({ n: 1 }));
  });
  const query = { where: [], orderBy: 'n', direction: 'ascending', limit: 2 } as const;
  const { end } = readModels.find(id, { ...query, after: undefined });
  await change(readModels, id, (session) => {
    session.write('b', null);
    session.write('aa', document({ n: 1 }));
    session.write('cc', document({ n: 1 }));
  });
  const next = readModels.find(id, { ...query, after: end });
  assert.equal(
    next.documents.map(({ key }) => key),
    ['c', 'cc'],
  );
  await close();
});

test('a field without an index is refused, with those that have one; so are values that cannot be compared', async () => {
  const { readModels, close } = await opened(temporaryFile());
  const { id } = await serve(readModels, balances, { shape: { indexes: ['n', 'owner'], tables: [] } });
  const query: DocumentQuery = { where: [], orderBy: undefined, direction: 'ascending', after: undefined, limit: 1 };
  const where = (field: string, of: unknown) => [{ field, comparison: '=', value: of as IndexedValue } as const];
  for (const use of [
    () => readModels.find(id, { ...query, orderBy: 'x' }),
    () => readModels.find(id, { ...query, where: where('x', 1) }),
    () => readModels.count(id, where('N', 1)),
  ])
    assert.is((await refused('INVALID_ARGUMENT', use))['wanted'], "one that is declared as an index: 'n', 'owner'");
  for (const bad of [true, new Date(0), Number.NaN, undefined, 1n, {}])
    await refused('INVALID_ARGUMENT', () => readModels.count(id, where('n', bad)));
  const unknown = { field: 'n', comparison: '= 1 OR 1', value: 1 } as unknown as FieldCondition;
  await refused('INVALID_ARGUMENT', () => readModels.count(id, [unknown]));
  await refused('INVALID_ARGUMENT', () => readModels.find(id, { ...query, direction: 'up' as 'ascending' }));
  await close();
});

test('each page of a long list is found through the index, also where all have one value', async () => {
  const { readModels, db, close } = await opened(temporaryFile());
  const { id } = await serve(readModels, balances, { shape: { indexes: ['status', 'n'], tables: [] } });
  const asked: string[] = [];
  const { prepare } = db;
  db.prepare = ((sql: string) => {
    asked.push(sql);
    return prepare.call(db, sql);
  }) as typeof db.prepare;
  const after = { value: 'open', key: 'k' };
  const status: FieldCondition = { field: 'status', comparison: '=', value: 'open' };
  const above: FieldCondition = { field: 'n', comparison: '>', value: 3 };
  const queries: readonly Partial<DocumentQuery>[] = [
    { where: [status] },
    { where: [above], orderBy: 'n' },
    { orderBy: 'status', direction: 'descending' },
    ...(['ascending', 'descending'] as const).flatMap((direction) => [
      { orderBy: 'status', direction, after },
      { orderBy: 'status', direction, after: { value: null, key: 'k' } },
    ]),
  ];
  for (const query of queries)
    readModels.find(id, {
      where: [],
      orderBy: undefined,
      direction: 'ascending',
      after: undefined,
      limit: 10,
      ...query,
    });
  readModels.count(id, [status]);
  db.prepare = prepare;
  assert.is(asked.length, queries.length + 1);
  for (const sql of asked) {
    const parameters = Array(sql.split('?').length - 1).fill(1);
    const plan = db
      .prepare<unknown[], { id: number; parent: number; detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...parameters);
    // Each part of a page is bounded and found in order; what is put in order after that are these few rows.
    const parts = plan.filter(({ detail }) => detail.includes(`documents_${id}`));
    assert.ok(
      parts.length > 0 && parts.every(({ detail }) => /USING (COVERING )?INDEX/.test(detail)),
      JSON.stringify(plan),
    );
    const inner = plan.filter(({ detail }) => detail.startsWith('CO-ROUTINE')).map(({ id: node }) => node);
    const sorts = plan.filter(({ detail }) => detail.includes('TEMP B-TREE'));
    const isFree = inner.length === 0 ? sorts.length === 0 : sorts.every(({ parent }) => !inner.includes(parent));
    assert.ok(isFree, JSON.stringify(plan));
  }
  await close();
});

test.run();
