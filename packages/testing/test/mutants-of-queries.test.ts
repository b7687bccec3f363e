/** Proof that the conformance suite can fail: stores whose queries are broken in one way each. */
import type { DocumentQuery, FieldCondition, FoundDocuments, IndexedValue, ReadModelStore } from '@tidemark/core';
import { suite } from 'uvu';
import { assertNoticed, type Break } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

type Find = (query: DocumentQuery) => FoundDocuments;

/** A store whose `find` is another. */
const finding =
  (change: (find: Find, store: ReadModelStore, id: number) => Find): Break =>
  ({ readModels }) => ({
    readModels: { find: (id, query) => change((asked) => readModels.find(id, asked), readModels, id)(query) },
  });

/** A store that takes conditions for others. */
const taking = (change: (condition: FieldCondition) => FieldCondition): Break =>
  finding((find) => (query) => find({ ...query, where: query.where.map(change) }));

/** All that matches, without regard to pages. */
const unpaged = (query: DocumentQuery): DocumentQuery => ({ ...query, after: undefined, limit: 10_000 });

/** A store that sorts and cuts pages in its own way. */
const ordering = (compare: (a: IndexedValue, b: IndexedValue) => number): Break =>
  finding((find) => (query) => {
    const { orderBy } = query;
    if (orderBy === undefined) return find(query);
    const sign = query.direction === 'ascending' ? 1 : -1;
    const field = (json: string) => (JSON.parse(json) as Record<string, IndexedValue> | null)?.[orderBy] ?? null;
    const documents = find(unpaged(query)).documents.toSorted((a, b) => sign * compare(field(a.json), field(b.json)));
    return { documents: documents.slice(0, query.limit), end: undefined };
  });

const anyQuery = 'random queries: any query finds, counts and pages through what a plain list gives';
const stable =
  'random queries: pages show each document that stays as it is once and in order, whatever changes between them';

const inclusive = { '=': '=', '<': '<=', '<=': '<=', '>': '>=', '>=': '>=' } as const;
const orEqual: Break = taking((condition) => ({ ...condition, comparison: inclusive[condition.comparison] }));
noticed('takes less for at most', 'queries: numbers are compared as numbers', orEqual);
noticed('takes less for at most, at random', anyQuery, orEqual);

noticed(
  'compares numbers as text',
  'queries: numbers are compared as numbers',
  ordering((a, b) => (`${a}` < `${b}` ? -1 : 1)),
);

noticed(
  'compares text as JavaScript does',
  'queries: text is compared by its bytes as UTF-8',
  ordering((a, b) => (String(a) < String(b) ? -1 : 1)),
);

noticed(
  'puts null last',
  'queries: a field that is missing, null, an object or an array is null',
  ordering((a, b) => Number(a === null) - Number(b === null)),
);

noticed(
  'finds nothing by null, as SQL does',
  'queries: a field that is missing, null, an object or an array is null',
  finding(
    (find) => (query) =>
      query.where.some(({ value }) => value === null) ? { documents: [], end: undefined } : find(query),
  ),
);

noticed(
  'takes null for the least value when it compares',
  'queries: only what is of one kind is less or greater, and null never is',
  finding((find) => (query) => {
    const [first] = query.where;
    return first?.value === null && first.comparison === '>=' ? find({ ...query, where: [] }) : find(query);
  }),
);

noticed(
  'takes text that looks like a number for one',
  'queries: only what is of one kind is less or greater, and null never is',
  taking((condition) =>
    typeof condition.value === 'string' && condition.value !== '' && !Number.isNaN(Number(condition.value))
      ? { ...condition, value: Number(condition.value) }
      : condition,
  ),
);

noticed(
  'takes a boolean for text',
  'queries: a boolean is 0 or 1',
  taking((condition) =>
    condition.field === 'open' ? { ...condition, value: condition.value === 1 ? 'true' : 'false' } : condition,
  ),
);

noticed(
  'looks at the first condition only',
  'queries: several conditions have to hold together',
  finding((find) => (query) => find({ ...query, where: query.where.slice(0, 1) })),
);

noticed('counts without conditions', 'queries: several conditions have to hold together', ({ readModels }) => ({
  readModels: { count: (id) => readModels.count(id) },
}));

noticed(
  'turns the values around, and not the keys',
  'queries: equal values are ordered by key, and descending turns both around',
  finding((find) => (query) => {
    const { documents, end } = find(query);
    if (query.direction === 'ascending') return { documents, end };
    const value = (json: string) => Number((JSON.parse(json) as { balance?: number }).balance ?? 0);
    return { documents: documents.toReversed().toSorted((a, b) => value(b.json) - value(a.json)), end };
  }),
);

noticed(
  'begins a page with its place',
  'queries: a page goes on strictly behind its place, there or not',
  finding((find) => (query) => {
    const { after } = query;
    if (after === undefined) return find(query);
    const all = find(unpaged(query)).documents;
    const start = all.findIndex(({ key }) => key === after.key);
    return start === -1 ? find(query) : { documents: all.slice(start, start + query.limit), end: undefined };
  }),
);

const byValueAlone: Break = finding((find) => (query) => {
  const { after, direction } = query;
  if (after === undefined || query.orderBy === undefined) return find(query);
  return find({ ...query, after: { ...after, key: direction === 'ascending' ? '\u{10FFFF}' : '' } });
});
noticed('goes on behind a value and loses its equals', anyQuery, byValueAlone);
noticed(
  'goes on behind a value alone',
  'queries: a limit of one goes through all, the end of one page being the next one’s beginning',
  byValueAlone,
);

const byOffset = (): Break => {
  const offsets = new Map<string, number>();
  return finding((find) => (query) => {
    const start = query.after === undefined ? 0 : (offsets.get(JSON.stringify(query.after)) ?? 0);
    const { documents } = find({ ...unpaged(query), limit: start + query.limit });
    const page = documents.slice(start);
    const end = page.length === 0 ? undefined : find({ ...unpaged(query), limit: start + page.length }).end;
    if (end !== undefined) offsets.set(JSON.stringify(end), start + page.length);
    return { documents: page, end };
  });
};
noticed('turns pages by counting', stable, byOffset());

noticed(
  'forgets where a page ended',
  'queries: without conditions and order every document is found, by key',
  finding((find) => (query) => ({ ...find(query), end: undefined })),
);

noticed(
  'finds by what a document said first',
  'queries: a changed document is found by what it says now, and a removed one not at all',
  ({ readModels }) => {
    const first = new Map<string, Readonly<Record<string, unknown>>>();
    const known = (key: string, json: string) => {
      const fields = first.get(key) ?? (JSON.parse(json) as Readonly<Record<string, unknown>>);
      first.set(key, fields);
      return fields;
    };
    return {
      readModels: {
        transact: async (id, transaction) => {
          await readModels.transact(id, transaction);
          for (const { key, json } of readModels.scan(id, { limit: 100 })) known(key, json);
        },
        find: (id, { where }) => {
          const documents = readModels.scan(id, { limit: 100 });
          const matches = ({ key, json }: { key: string; json: string }) =>
            where.every(({ field, value }) => known(key, json)[field] === value);
          return { documents: documents.filter(matches), end: undefined };
        },
      },
    };
  },
);

noticed(
  'takes fields for one that differ in case',
  'queries: fields that differ in case alone are different fields',
  taking((condition) => (condition.field === 'Owner' ? { ...condition, field: 'owner' } : condition)),
);

noticed(
  'takes a field that it does not know for null',
  'queries: a field that was not declared is refused, naming those that were',
  finding((find) => (query) => {
    try {
      return find(query);
    } catch {
      return { documents: [], end: undefined };
    }
  }),
);

noticed(
  'does not say which fields it knows',
  'queries: a field that was not declared is refused, naming those that were',
  finding((find) => (query) => {
    try {
      return find(query);
    } catch (error) {
      throw Object.assign(error as Error, { wanted: 'another field' });
    }
  }),
);

noticed(
  'mixes the documents of builds',
  'queries: a query sees the documents of its build alone',
  ({ readModels }) => ({
    readModels: {
      find: (_, query) => ({
        documents: readModels.builds().flatMap(({ id }) => readModels.find(id, query).documents),
        end: undefined,
      }),
    },
  }),
);

test.run();
