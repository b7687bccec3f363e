import assert from 'node:assert/strict';
import type { DocumentQuery, FieldCondition, QueryPlace, ReadModelStore } from '@tidemark/core';
import fc from 'fast-check';
import { foundIn, matchingIn } from './query-model.ts';
import { begun, change } from './read-model-language.ts';
import type { Rules } from './rule.ts';

/** Documents that are put (`undefined` removes), as plain values. */
type Edits = readonly (readonly [key: string, value: unknown])[];
type Asked = Omit<DocumentQuery, 'after' | 'limit'>;

const fields = ['a', 'b', 'c'];
const runs = Number(process.env['FC_RUNS'] ?? 25);

// Few values, so that ties are many; each kind, and what only looks alike.
const value = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom<unknown>(0, 1, 2, 10, -1, 0.5, '', '1', '10', 'a', 'B', 'é', '\uFFFD', '😀'),
  },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, {}, { a: 1 }, [], [1]) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')) },
);
const indexed = value.filter((one) => one === null || typeof one === 'string' || typeof one === 'number');
const key = fc.constantFrom('', '1', '10', '2', 'A', 'a', 'b', 'c', 'é', '\uFFFD', '😀', 'ab', 'abc', '-', '~');
const fieldValues = fc.record({ a: value, b: value, c: value, other: value }, { requiredKeys: [] });
const documentValue = fc.oneof({ weight: 9, arbitrary: fieldValues }, { weight: 1, arbitrary: value });
const edits: fc.Arbitrary<Edits> = fc.array(fc.tuple(key, fc.option(documentValue, { nil: undefined, freq: 5 })), {
  maxLength: 20,
  size: 'max',
});

const condition = fc.record({
  field: fc.constantFrom(...fields),
  comparison: fc.constantFrom<FieldCondition['comparison']>('=', '<', '<=', '>', '>='),
  value: indexed,
}) as fc.Arbitrary<FieldCondition>;
const asked: fc.Arbitrary<Asked> = fc.record({
  where: fc.array(condition, { maxLength: 2 }),
  orderBy: fc.constantFrom(undefined, ...fields),
  direction: fc.constantFrom('ascending', 'descending'),
});
const limit = fc.integer({ min: 1, max: 5 });

/** What fast-check compares a store with is `query-model.ts`. */
export const randomQueries: Rules = {
  'any query finds, counts and pages through what a plain list gives': async ({ readModels: store }) => {
    await property(store, fc.record({ first: edits, later: edits, asked: fc.array(asked, { minLength: 1 }), limit }), {
      async holds(model, { first, later, asked: several, limit: size }) {
        await model.edit(first);
        await model.edit(later);
        for (const query of several) {
          const { documents } = model;
          assert.equal(store.count(model.id, query.where), matchingIn(documents, query.where).length);
          const whole = { ...query, after: undefined, limit: 1_000 };
          const all = foundIn(documents, whole);
          assert.deepEqual(store.find(model.id, whole), all);
          const pages: FoundPages = { visited: [], end: undefined };
          while (visitPage(store, model, query, size, pages));
          assert.deepEqual(
            pages.visited,
            all.documents.map((found) => found.key),
          );
        }
      },
    });
  },

  'pages show each document that stays as it is once and in order, whatever changes between them': async ({
    readModels: store,
  }) => {
    const cases = fc.record({ first: edits, between: fc.array(edits, { maxLength: 6 }), asked, limit });
    await property(store, cases, {
      async holds(model, { first, between, asked: query, limit: size }) {
        await model.edit(first);
        const stays = new Map(model.documents);
        const pages: FoundPages = { visited: [], end: undefined };
        for (const changes of between) {
          if (!visitPage(store, model, query, size, pages)) break;
          await model.edit(changes);
          for (const [changed] of changes) stays.delete(changed);
        }
        while (visitPage(store, model, query, size, pages));
        const expected = foundIn(stays, { ...query, after: undefined, limit: 1_000 }).documents.map(
          (found) => found.key,
        );
        assert.deepEqual(
          pages.visited.filter((visited) => stays.has(visited)),
          expected,
        );
      },
    });
  },
};

interface FoundPages {
  visited: string[];
  end: QueryPlace | undefined;
}

/** The next page is what the model gives for this moment. False when there was none. */
function visitPage(store: ReadModelStore, model: Model, query: Asked, size: number, pages: FoundPages): boolean {
  const next = { ...query, after: pages.end, limit: size };
  const page = store.find(model.id, next);
  assert.deepEqual(page, foundIn(model.documents, next));
  if (page.end === undefined) return false;
  pages.visited.push(...page.documents.map((found) => found.key));
  pages.end = page.end;
  return true;
}

/** A build, and what is in it. */
class Model {
  readonly documents = new Map<string, string>();
  #at = 0;

  constructor(
    private readonly store: ReadModelStore,
    readonly id: number,
  ) {}

  async edit(changes: Edits): Promise<void> {
    const texts = changes.map(([name, given]) => [name, given === undefined ? null : JSON.stringify(given)] as const);
    for (const [name, json] of texts) {
      if (json === null) this.documents.delete(name);
      else this.documents.set(name, json);
    }
    const written = texts.map(([name, json]) => [name, json === null ? null : { json, types: null }] as const);
    const from = this.#at === 0 ? undefined : this.#at;
    this.#at += 1;
    await change(this.store, this.id, Object.fromEntries(written), { from, to: this.#at });
  }
}

/** Each case gets a build of its own. */
async function property<T>(
  store: ReadModelStore,
  cases: fc.Arbitrary<T>,
  { holds }: { holds: (model: Model, one: T) => Promise<void> },
): Promise<void> {
  let version = 0;
  const tried = fc.asyncProperty(cases, async (one) => {
    version += 1;
    await holds(
      new Model(store, await begun(store, { name: 'random', version }, { indexes: fields, tables: [] })),
      one,
    );
  });
  await fc.assert(tried, { numRuns: runs, includeErrorInReport: true });
}
