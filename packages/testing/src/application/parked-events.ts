/** What becomes of events whose handler goes on failing. */
import assert from 'node:assert/strict';
import { type Application, Documents, On, Projection, type RecordedEvent } from '@tidemark/core';
import { all, range, refused } from '../conformance/language.ts';
import { positionOf } from './places.ts';
import type { ShopRules } from './shop.ts';
import { Sell, Sold } from './till.ts';

/** Amounts that handlers refuse at the moment; a rule mends them. */
const refusedAmounts = new Set<number>();
let runs = 0;

abstract class Amounts extends Documents<readonly number[]> {
  @On(Sold)
  sold({ data, aggregateId }: RecordedEvent<Sold>): void {
    this.update(aggregateId, (amounts) => [...amounts, data.amount], []);
    runs += 1;
    if (refusedAmounts.has(data.amount)) throw new RangeError(`${data.amount} is not lucky`);
  }
}

@Projection('parking', { onError: 'park', retries: 1 })
class Parking extends Amounts {}

@Projection('skipping', { onError: 'skip', retries: 0 })
class Skipping extends Amounts {}

@Projection('trying', { retries: 3 })
class Trying extends Amounts {}

export const parkedEvents: ShopRules = {
  'a parked event holds up its own stream only, whose later events wait behind it': async ({ start }) => {
    refuse(13);
    const told: unknown[] = [];
    const app = await start({ projections: [Parking], onError: (error) => told.push(error) });
    await sell(app, ['hall', 1], ['hall', 13], ['attic', 2], ['hall', 3], ['hall', 4], ['attic', 5]);
    await app.caughtUp(Parking, await app.eventStore.head());
    assert.deepEqual(await amounts(app, 'hall'), [1]);
    assert.deepEqual(await amounts(app, 'attic'), [2, 5]);
    const letters = await app.parked(Parking).list();
    const at = (await all(app.eventStore.readAll())).map(({ position }) => position);
    assert.deepEqual(
      letters.map(({ position, streamName, revision, type, error, attempts }) => [
        at.indexOf(position) + 1,
        streamName,
        revision,
        type,
        error,
        attempts,
      ]),
      [
        [2, 'till-hall', 1, 'Sold', 'RangeError: 13 is not lucky', 2],
        [4, 'till-hall', 2, 'Sold', undefined, 0],
        [5, 'till-hall', 3, 'Sold', undefined, 0],
      ],
    );
    const [health] = (await app.health()).consumers;
    assert.deepEqual([health?.state, health?.parked, typeof health?.advice], ['live', 3, 'string']);
    assert.deepEqual(
      told.map((error) => [(error as { code?: unknown }).code, (error as { position?: unknown }).position]),
      [['CONSUMER_STOPPED', at[1]]],
    );
  },

  'retry handles parked events in order, up to the first that fails again': async ({ start }) => {
    refuse(13, 14);
    const app = await start({ projections: [Parking] });
    await sell(app, ['hall', 13], ['hall', 1], ['hall', 14], ['hall', 2], ['attic', 13]);
    await app.caughtUp(Parking, await app.eventStore.head());
    assert.deepEqual(await app.parked(Parking).retry(), { handled: 0, left: 5 });
    refuse(14);
    assert.deepEqual(await app.parked(Parking).retry(), { handled: 3, left: 2 });
    assert.deepEqual(await amounts(app, 'hall'), [13, 1]);
    assert.deepEqual(await amounts(app, 'attic'), [13]);
    const [letter] = await app.parked(Parking).list();
    assert.deepEqual(
      [letter?.position, letter?.attempts, letter?.error],
      [await positionOf(app, 3), 1, 'RangeError: 14 is not lucky'],
    );
    refuse();
    assert.deepEqual(await app.parked(Parking).retry({ streamName: 'till-hall' }), { handled: 2, left: 0 });
    assert.deepEqual(await amounts(app, 'hall'), [13, 1, 14, 2]);
    await app.caughtUp(Parking, await app.execute(Sell, { tillId: 'hall', amount: 9 }));
    assert.deepEqual(await amounts(app, 'hall'), [13, 1, 14, 2, 9], 'the stream goes on as if nothing had been');
  },

  'skip leaves one out, and what waits behind it is for retry': async ({ start }) => {
    refuse(13);
    const app = await start({ projections: [Parking] });
    await sell(app, ['hall', 13], ['hall', 1], ['hall', 2]);
    await app.caughtUp(Parking, await app.eventStore.head());
    assert.equal(await app.parked(Parking).skip({ streamName: 'till-hall', position: await positionOf(app, 1) }), 1);
    assert.equal(await amounts(app, 'hall'), undefined);
    assert.deepEqual(await app.parked(Parking).retry(), { handled: 2, left: 0 });
    assert.deepEqual(await amounts(app, 'hall'), [1, 2]);
    await sell(app, ['hall', 13], ['hall', 3]);
    await app.caughtUp(Parking, await app.eventStore.head());
    assert.equal(await app.parked(Parking).skip({ streamName: 'till-hall' }), 2);
    await app.caughtUp(Parking, await app.execute(Sell, { tillId: 'hall', amount: 4 }));
    assert.deepEqual(await amounts(app, 'hall'), [1, 2, 4]);
  },

  'a stream that another process freed goes on here': async ({ start }) => {
    refuse(13);
    const [leader, other] = [await start({ projections: [Parking] }), await start({ projections: [Parking] })];
    await sell(leader, ['hall', 13], ['hall', 1]);
    await leader.caughtUp(Parking, await leader.eventStore.head());
    refuse();
    assert.deepEqual(await other.parked(Parking).retry(), { handled: 2, left: 0 });
    await leader.caughtUp(Parking, await other.execute(Sell, { tillId: 'hall', amount: 5 }));
    assert.deepEqual(await amounts(leader, 'hall'), [13, 1, 5]);
    assert.deepEqual(await leader.parked(Parking).list(), []);
  },

  'what is parked stays parked when the application starts again, and a rebuild begins without it': async ({
    start,
  }) => {
    refuse(13);
    const first = await start({ projections: [Parking] });
    await sell(first, ['hall', 13], ['hall', 1]);
    await first.caughtUp(Parking, await first.eventStore.head());
    await first.stop();
    const again = await start({ projections: [Parking] });
    await again.caughtUp(Parking, await again.execute(Sell, { tillId: 'hall', amount: 2 }));
    assert.equal((await again.parked(Parking).list()).length, 3);
    refuse();
    await (await again.rebuild(Parking)).done;
    assert.deepEqual(await again.parked(Parking).list(), []);
    assert.deepEqual(await amounts(again, 'hall'), [13, 1, 2]);
  },

  'a skipped event is left out, and told': async ({ start }) => {
    refuse(13);
    const told: unknown[] = [];
    const app = await start({ projections: [Skipping], onError: (error) => told.push(error) });
    await sell(app, ['hall', 1], ['hall', 13], ['hall', 2]);
    await app.caughtUp(Skipping, await app.eventStore.head());
    assert.deepEqual(await app.documents(Skipping).get('hall'), [1, 2]);
    assert.deepEqual(await app.parked(Skipping).list(), []);
    assert.deepEqual(
      told.map((error) => (error as { position?: unknown }).position),
      [await positionOf(app, 2)],
    );
  },

  'a handler that fails is tried again before its projection stops': async ({ start }) => {
    refuse(13);
    const app = await start({ projections: [Trying] });
    runs = 0;
    const { position } = await app.execute(Sell, { tillId: 'hall', amount: 13 });
    await refused('CONSUMER_STOPPED', () => app.caughtUp(Trying, position));
    assert.equal(runs, 4);
    const [health] = (await app.health()).consumers;
    assert.deepEqual([health?.state, health?.position], ['stopped', 0]);
    assert.match(String(health?.lastError), new RegExp(`Sold, .* position ${position}: 13 is not lucky`));
    assert.match(String(health?.advice), /mend the handler/);
  },

  'a handler that fails for a moment only delays its projection': async ({ start }) => {
    refuse(13);
    const app = await start({ projections: [Trying] });
    runs = 0;
    const mending = (async () => {
      while (runs < 2) await new Promise(setImmediate);
      refuse();
    })();
    await app.caughtUp(Trying, await app.execute(Sell, { tillId: 'hall', amount: 13 }));
    await mending;
    assert.deepEqual(await app.documents(Trying).get('hall'), [13]);
    assert.equal((await app.health()).status, 'ok');
  },

  'many parked streams do not hold up the others': async ({ start }) => {
    refuse(13);
    const app = await start({ projections: [Parking] });
    await sell(app, ...range(80).map((number): [string, number] => [`${number % 20}`, number % 20 < 5 ? 13 : 1]));
    await app.caughtUp(Parking, await app.eventStore.head());
    assert.equal((await app.parked(Parking).list()).length, 20);
    assert.equal(await app.documents(Parking).count(), 15);
    refuse();
    assert.deepEqual(await app.parked(Parking).retry(), { handled: 20, left: 0 });
    assert.equal(await app.documents(Parking).count(), 20);
  },
};

function refuse(...amounts: readonly number[]): void {
  refusedAmounts.clear();
  for (const amount of amounts) refusedAmounts.add(amount);
}

async function sell(app: Application, ...sales: readonly (readonly [tillId: string, amount: number])[]): Promise<void> {
  for (const [tillId, amount] of sales) await app.execute(Sell, { tillId, amount });
}

async function amounts(app: Application, tillId: string): Promise<readonly number[] | undefined> {
  return app.documents(Parking).get(tillId);
}
