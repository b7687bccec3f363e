/** What loading an aggregate promises while others truncate, delete and revive its stream. */
import assert from 'node:assert/strict';
import { type EventStore, eventData, eventPages, type StoreProvider } from '@tidemark/core';
import { any, noStream, range, refused } from '../conformance/language.ts';
import type { ShopRules } from './shop.ts';
import { storeAround } from './store-around.ts';
import { Sell, Till } from './till.ts';

const tillId = 'hall';
const name = `till-${tillId}`;
const sold = (amount: number) => eventData('Sold', { amount });

const manySales = 2_500;
/** More than one page on every store. */
const longHistory = () => range(manySales).map(() => sold(1));

export const loading: ShopRules = {
  'a history that is truncated while it is loaded is loaded whole': async ({ store, start }) => {
    for (const changes of [{ truncateBefore: 2_490 }, { truncateBefore: manySales }, { maxCount: 1 }]) {
      const tillId = Object.entries(changes).join();
      const app = await start({
        store: changing(store, (events, stream) => events.changeStreamMetadata(stream, changes)),
      });
      await app.eventStore.append(`till-${tillId}`, longHistory(), noStream);
      const { sales, total } = await app.load(Till, tillId);
      assert.deepEqual([sales, total], [manySales, manySales]);
      await refused('TRUNCATED_HISTORY', () => app.load(Till, tillId));
    }
  },

  'a history that is deleted while it is loaded is not there': async ({ store, start }) => {
    const app = await start({ store: changing(store, (events) => events.deleteStream(name)) });
    await app.eventStore.append(name, longHistory(), noStream);
    const { exists, sales } = await app.load(Till, tillId);
    assert.deepEqual([exists, sales], [false, 0]);
  },

  'a history that is deleted and revived while it is loaded is the new one': async ({ store, start }) => {
    const app = await start({ store: changing(store, revive) });
    await app.eventStore.append(name, longHistory(), noStream);
    const { total, revision } = await app.load(Till, tillId);
    assert.deepEqual([total, revision], [1_000, manySales]);
  },

  'a command decides on a whole history, and a snapshot is of one': async ({ store, start }) => {
    const app = await start({ store: changing(store, revive) });
    await app.eventStore.append(name, longHistory(), noStream);
    assert.equal((await app.execute(Sell, { tillId, amount: 1, times: 3 })).returned, 1_003);
    await app.stop();
    assert.equal((await (await start()).load(Till, tillId)).total, 1_003);
  },

  'a history that hides all its events is truncated, and not one that never began': async ({ start }) => {
    const app = await start();
    await app.eventStore.append(name, [sold(1), sold(2)], noStream);
    await app.eventStore.changeStreamMetadata(name, { truncateBefore: 2 });
    const head = await app.eventStore.head();
    const error = await refused('TRUNCATED_HISTORY', () => app.load(Till, tillId));
    assert.deepEqual([error['streamName'], error['firstRevision']], [name, undefined]);
    await refused('TRUNCATED_HISTORY', () => app.execute(Sell, { tillId, amount: 3 }));
    assert.equal(await app.eventStore.head(), head);
  },

  'a history whose events have all grown too old is truncated': async ({ start, clock }) => {
    const app = await start();
    await app.eventStore.append(name, [sold(1), sold(2)], noStream);
    await app.eventStore.changeStreamMetadata(name, { maxAge: 60 });
    assert.equal((await app.load(Till, tillId)).total, 3);
    clock.advance(61_000);
    await refused('TRUNCATED_HISTORY', () => app.load(Till, tillId));
  },

  'what came before a revival is never loaded again, whatever is set on the stream': async ({ start }) => {
    const app = await start();
    for (const amount of [100, 100, 100]) await app.execute(Sell, { tillId, amount });
    await app.eventStore.deleteStream(name);
    await app.execute(Sell, { tillId, amount: 1 });
    await app.eventStore.changeStreamMetadata(name, { truncateBefore: null });
    assert.equal((await app.load(Till, tillId)).total, 1);
    assert.equal((await app.execute(Sell, { tillId, amount: 1 })).returned, 2);
    await app.eventStore.append(name, [sold(1)], any);
    await app.stop();
    assert.equal((await (await start()).execute(Sell, { tillId, amount: 1 })).returned, 4);
  },
};

async function revive(events: EventStore): Promise<void> {
  await events.deleteStream(name);
  await events.append(name, [sold(1_000)], noStream);
}

/** The store, where something happens to a stream once, between the first page and the second. */
function changing(
  store: StoreProvider,
  happens: (events: EventStore, streamName: string) => Promise<void>,
): StoreProvider {
  return storeAround(store, (events) => {
    let happened = false;
    return {
      readStream: (streamName, options) =>
        eventPages(async function* () {
          for await (const page of events.readStream(streamName, options).pages()) {
            yield page;
            if (happened) continue;
            happened = true;
            await happens(events, streamName);
          }
        }),
    };
  });
}
