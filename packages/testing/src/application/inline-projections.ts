/** Read models that change in the append's own transaction. */
import assert from 'node:assert/strict';
import { type Application, Documents, eventData, On, Projection, type RecordedEvent } from '@tidemark/core';
import { ending, nextTurn, range, refused } from '../conformance/language.ts';
import type { ShopRules } from './shop.ts';
import { Sell, Sold, Takings } from './till.ts';

const tillId = 'hall';

interface Total {
  readonly total: number;
  readonly positions: readonly number[];
}

@Projection('totals', { inline: true })
class Totals extends Documents<Total> {
  @On(Sold)
  sold({ data, aggregateId, position }: RecordedEvent<Sold>): void {
    const { total, positions } = this.get(aggregateId) ?? { total: 0, positions: [] };
    this.put(aggregateId, { total: total + data.amount, positions: [...positions, position] });
    if (data.amount === 13) throw new RangeError('13 is not unique');
  }
}

export const inlineProjections: ShopRules = {
  'an inline read model has what an acknowledged append wrote': async ({ start }) => {
    const app = await start({ projections: [Totals] });
    for (const amount of range(5, 1)) {
      const { position } = await app.execute(Sell, { tillId, amount });
      assert.equal((await total(app))?.positions.at(-1), position);
    }
    assert.deepEqual(await total(app), { total: 15, positions: [1, 2, 3, 4, 5] });
  },

  'an append whose projection throws is refused whole, with its cause': async ({ start }) => {
    const app = await start({ projections: [Totals] });
    await app.execute(Sell, { tillId, amount: 1 });
    const error = await refused('PROJECTION_REFUSED', () => app.execute(Sell, { tillId, amount: 13, times: 2 }));
    assert.deepEqual([error['projection'], error['eventType'], error['position']], ['totals', 'Sold', 2]);
    assert.match(String(error.cause), /RangeError: 13 is not unique/);
    assert.equal(await app.eventStore.head(), 1);
    assert.deepEqual(await total(app), { total: 1, positions: [1] });
    assert.equal((await app.execute(Sell, { tillId, amount: 2 })).revision, 1);
    assert.deepEqual(await total(app), { total: 3, positions: [1, 2] });
  },

  'of appends at the same time, one that is refused harms no other': async ({ start }) => {
    const app = await start({ projections: [Totals] });
    const outcomes = await Promise.allSettled(
      range(30).map((number) => app.execute(Sell, { tillId: `till-${number}`, amount: number === 17 ? 13 : 1 })),
    );
    assert.deepEqual(
      outcomes.flatMap(({ status }, number) => (status === 'rejected' ? [number] : [])),
      [17],
    );
    assert.equal(await app.eventStore.head(), 29);
    assert.equal(await app.documents(Totals).count(), 29);
    assert.equal(await app.documents(Totals).get('till-17'), undefined);
  },

  'events of one append count together: the later one’s failure undoes the earlier one’s change': async ({ start }) => {
    @Projection('fragile', { inline: true })
    class Fragile extends Documents<number> {
      @On(Sold)
      sold({ aggregateId, revision }: RecordedEvent<Sold>): void {
        this.put(aggregateId, revision);
        if (revision === 3) throw new RangeError('three');
      }
    }
    const app = await start({ projections: [Fragile] });
    await app.execute(Sell, { tillId, amount: 1, times: 2 });
    await refused('PROJECTION_REFUSED', () => app.execute(Sell, { tillId, amount: 1, times: 2 }));
    assert.equal(await app.documents(Fragile).get(tillId), 1);
  },

  'what a process left out that did not know the projection, the next append takes in first': async ({ start }) => {
    const knowing = await start({ projections: [Totals] });
    await knowing.execute(Sell, { tillId, amount: 1 });
    const unknowing = await start({ projections: [] });
    await unknowing.execute(Sell, { tillId, amount: 2, times: 300 });
    await knowing.execute(Sell, { tillId, amount: 4 });
    assert.deepEqual(await total(knowing), { total: 605, positions: range(302, 1) });
  },

  'what was left out is taken in also when nobody appends': async ({ start }) => {
    const knowing = await start({ projections: [Totals] });
    const unknowing = await start({ projections: [] });
    const { position } = await unknowing.execute(Sell, { tillId, amount: 2 });
    await knowing.caughtUp(Totals, position);
    assert.deepEqual(await total(knowing), { total: 2, positions: [1] });
  },

  'an inline read model of another history is not gone on with, and says so': async ({ start, store }) => {
    const before = await start({ projections: [Totals] });
    await before.execute(Sell, { tillId, amount: 1, times: 3 });
    await before.stop();
    const { events, readModels, close } = await store.open();
    const [build] = readModels.builds();
    // As if the third event were another than the one that was applied.
    const checkpoint = { logId: await events.logId(), position: 3, eventId: crypto.randomUUID() };
    await readModels.transact(build?.id ?? 0, { expected: 3, run: () => checkpoint });
    await close();
    const app = await start({ projections: [Totals] });
    await refused('CHECKPOINT_MISMATCH', () => app.execute(Sell, { tillId, amount: 1 }));
    assert.equal(await app.eventStore.head(), 3);
    await refused('CHECKPOINT_MISMATCH', () => app.caughtUp(Totals, 3));
    await (await app.rebuild(Totals)).done;
    await app.execute(Sell, { tillId, amount: 1 });
    assert.deepEqual(await total(app), { total: 4, positions: [1, 2, 3, 4] });
  },

  'a new inline projection on a full log is built behind, and then kept in step': async ({ start }) => {
    const before = await start();
    await before.execute(Sell, { tillId, amount: 1, times: 700 });
    await before.stop();
    const app = await start({ projections: [Totals] });
    const selling = range(200).map(() => app.execute(Sell, { tillId, amount: 1 }));
    await Promise.all(selling);
    await app.ready(Totals);
    for (const _ of range(20)) {
      const { position } = await app.execute(Sell, { tillId, amount: 1 });
      assert.equal((await total(app))?.positions.at(-1), position, 'its own write is missing');
    }
    assert.deepEqual(await total(app), { total: 920, positions: range(920, 1) });
  },

  'an inline read model is rebuilt beside the served one, and no reader sees an earlier state': async ({ start }) => {
    const app = await start({ projections: [Totals] });
    await app.execute(Sell, { tillId, amount: 1, times: 600 });
    const rebuild = await app.rebuild(Totals);
    const end = ending(rebuild.done);
    let last = 0;
    for (let after = 0; after < 20; after += end.isOver ? 1 : 0) {
      await nextTurn();
      last = (await app.execute(Sell, { tillId, amount: 1 })).position;
      assert.equal((await total(app))?.positions.at(-1), last, 'its own write is missing');
    }
    await rebuild.done;
    assert.deepEqual(await total(app), { total: last, positions: range(last, 1) });
  },

  'caughtUp and changes$ hold for inline read models': async ({ start }) => {
    const app = await start({ projections: [Totals] });
    const keys: unknown[] = [];
    app.documents(Totals).changes$.subscribe(({ kind, key, position }) => keys.push([kind, key, position]));
    const receipt = await app.execute(Sell, { tillId, amount: 1, times: 2 });
    await app.caughtUp(Totals, receipt);
    const { position = 0 } = await app.eventStore.append('other-1', [eventData('Foreign', {})], {
      expectedRevision: 'any',
    });
    await app.caughtUp(Totals, position);
    assert.deepEqual(keys, [['change', tillId, 2]]);
  },

  'inline and asynchronous read models of one log agree': async ({ start }) => {
    const app = await start({ projections: [Totals, Takings] });
    await Promise.all(
      range(60).map((number) => app.execute(Sell, { tillId: `till-${number % 7}`, amount: number % 5 })),
    );
    await app.caughtUp(Takings, await app.eventStore.head());
    for (const number of range(7)) {
      const id = `till-${number}`;
      assert.equal((await app.documents(Totals).get(id))?.total, (await app.documents(Takings).get(id))?.total);
    }
  },
};

async function total(app: Application): Promise<Total | undefined> {
  return app.documents(Totals).get(tillId);
}
