/** Typed questions over declared indexes. */
import assert from 'node:assert/strict';
import { type Application, Documents, On, Projection, type RecordedEvent } from '@tidemark/core';
import { all, range, refused } from '../conformance/language.ts';
import type { ShopRules } from './shop.ts';
import { Sell, Sold } from './till.ts';

interface Sale {
  readonly till: string;
  readonly amount: number;
  readonly at: Date;
  readonly large: boolean;
  readonly note?: string;
}

@Projection('sales', { indexes: ['till', 'amount', 'at', 'large', 'note'] })
class Sales extends Documents<Sale> {
  @On(Sold)
  sold({ data, aggregateId, position, occurredAt }: RecordedEvent<Sold>): void {
    const { amount } = data;
    const note = amount % 3 === 0 ? { note: `note ${amount}` } : {};
    this.put(`${position}`, { till: aggregateId, amount, at: occurredAt, large: amount > 5, ...note });
  }
}

export const questionsToDocuments: ShopRules = {
  'documents are found by equality, range and order': async ({ start }) => {
    const app = await sold(start);
    const sales = app.documents(Sales);
    const places = (await all(app.eventStore.readAll())).map(({ position }) => position);
    const firstKeys = places.map(String).sort().slice(0, 2);
    assert.deepEqual(await amounts(sales.find({ where: { till: 'a' } })), [0, 2, 4, 6, 8]);
    assert.deepEqual(await amounts(sales.find({ where: { till: 'a', amount: { above: 2, atMost: 6 } } })), [4, 6]);
    assert.deepEqual(
      await amounts(sales.find({ where: { large: true }, orderBy: 'amount', direction: 'descending' })),
      [9, 8, 7, 6],
    );
    assert.deepEqual(await amounts(sales.find({ where: { note: null } })), [1, 2, 4, 5, 7, 8]);
    assert.deepEqual(
      await amounts(sales.find({ where: { at: { atLeast: new Date(0) } }, limit: 2 })),
      firstKeys.map((key) => places.indexOf(Number(key))),
      'in the order of the keys',
    );
    assert.deepEqual(await amounts(sales.find({ where: { at: { below: new Date(0) } } })), []);
    assert.deepEqual((await sales.findOne({ where: { amount: 7 } }))?.value.till, 'b');
    assert.equal(await sales.findOne({ where: { amount: 70 } }), undefined);
    assert.deepEqual(
      [await sales.count(), await sales.count({ till: 'b' }), await sales.count({ amount: { below: 3 } })],
      [10, 5, 3],
    );
  },

  'values come back as they were put': async ({ start }) => {
    const { value } = (await (await sold(start)).documents(Sales).findOne({ where: { amount: 3 } })) ?? {};
    assert.deepEqual([value?.at instanceof Date, value?.large, value?.note], [true, false, 'note 3']);
  },

  'pages visit each document once, also while documents come and go': async ({ start }) => {
    const app = await sold(start);
    const sales = app.documents(Sales);
    const seen: number[] = [];
    for (let after: string | undefined, first = true; first || after !== undefined; first = false) {
      const page = await sales.find({ orderBy: 'note', direction: 'descending', limit: 3, after });
      seen.push(...page.documents.map(({ value }) => value.amount));
      after = page.next;
      await app.caughtUp(Sales, await app.execute(Sell, { tillId: 'c', amount: 90 + seen.length }));
    }
    assert.deepEqual(
      seen.filter((amount) => amount < 90).toSorted((a, b) => a - b),
      range(10),
    );
    assert.equal(new Set(seen).size, seen.length);
  },

  'a field that is not indexed, a foreign cursor and a wrong bound are refused by name': async ({ start }) => {
    const sales = (await sold(start)).documents(Sales) as unknown as {
      find(options: unknown): Promise<{ next?: string }>;
      count(where: unknown): Promise<number>;
    };
    const field = await refused('INVALID_ARGUMENT', () => sales.find({ where: { colour: 'red' } }));
    assert.match(field.message, /colour.*amount, at, large, note, till/);
    await refused('INVALID_ARGUMENT', () => sales.count({ colour: 'red' }));
    await refused('INVALID_ARGUMENT', () => sales.find({ orderBy: 'colour' }));
    await refused('INVALID_ARGUMENT', () => sales.find({ where: { amount: { over: 3 } } }));
    await refused('INVALID_ARGUMENT', () => sales.find({ where: { amount: { above: null } } }));
    await refused('INVALID_ARGUMENT', () => sales.find({ where: { amount: 10n } }));
    await refused('INVALID_ARGUMENT', () => sales.find({ limit: 0 }));
    await refused('INVALID_ARGUMENT', () => sales.find({ direction: 'up' }));
    const { next } = await sales.find({ orderBy: 'amount', limit: 1 });
    await refused('INVALID_ARGUMENT', () => sales.find({ orderBy: 'at', after: next }));
    await refused('INVALID_ARGUMENT', () => sales.find({ after: 'nonsense' }));
  },
};

async function sold(start: (options: { projections: [typeof Sales] }) => Promise<Application>): Promise<Application> {
  const app = await start({ projections: [Sales] });
  for (const amount of range(10)) await app.execute(Sell, { tillId: amount % 2 === 0 ? 'a' : 'b', amount });
  await app.caughtUp(Sales, await app.eventStore.head());
  return app;
}

async function amounts(page: Promise<{ documents: readonly { value: Sale }[] }>): Promise<readonly number[]> {
  return (await page).documents.map(({ value }) => value.amount);
}
