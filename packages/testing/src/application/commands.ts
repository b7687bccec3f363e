/** What a command promises on every store, whatever others do to its stream, its id or its objects meanwhile. */
import assert from 'node:assert/strict';
import { DomainError, type EventStore, eventData, eventPages } from '@tidemark/core';
import { all, inTime, noStream, refused } from '../conformance/language.ts';
import type { ShopRules } from './shop.ts';
import { storeAround } from './store-around.ts';
import { Sell, Sold, Till } from './till.ts';

const tillId = 'hall';
const name = `till-${tillId}`;

export const commands: ShopRules = {
  'an aggregate that is deleted while a command is decided is decided on anew': async ({ start }) => {
    const seen: number[] = [];
    const during = async (_: Sell, { total }: Till) => {
      seen.push(total);
      if (total === 5) await other.eventStore.deleteStream(name);
    };
    const [app, other] = [await start({ services: { during } }), await start()];
    await app.execute(Sell, { tillId, amount: 5 });
    const { returned, revision } = await app.execute(Sell, { tillId, amount: 1 });
    assert.deepEqual([returned, revision, seen], [1, 1, [0, 5, 0]]);
    const { total, sales } = await app.load(Till, tillId);
    assert.deepEqual([total, sales], [1, 1]);
    assert.deepEqual(
      (await all(other.history(Till, tillId))).map(({ data }) => data),
      [new Sold(1)],
    );
  },

  'what the domain refuses of a deleted aggregate is refused also where it is deleted meanwhile': async ({ start }) => {
    const during = async ({ amount }: Sell, { exists }: Till) => {
      if (amount === 5) return;
      if (!exists) throw new DomainError('TILL_CLOSED', 'this till is not there');
      await app.eventStore.deleteStream(name);
    };
    const app = await start({ services: { during } });
    await app.execute(Sell, { tillId, amount: 5 });
    const head = await app.eventStore.head();
    await refused('TILL_CLOSED', () => app.execute(Sell, { tillId, amount: 1 }));
    assert.equal((await app.load(Till, tillId)).exists, false);
    assert.equal(await app.eventStore.head(), head);
  },

  'a caller who gives up while the aggregate is loaded is not decided for, and nobody waits': async ({
    store,
    start,
  }) => {
    const reason = new RangeError('the user left');
    const giveUp = new AbortController();
    let decided = 0;
    const during = ({ amount }: Sell) => {
      decided += 1;
      return amount === 1 ? new Promise(() => {}) : undefined;
    };
    const leaving = storeAround(store, (events) => ({
      readStream: (streamName, options) =>
        eventPages(async function* () {
          giveUp.abort(reason);
          yield* events.readStream(streamName, options).pages();
        }),
    }));
    const app = await start({ store: leaving, services: { during } });
    await assert.rejects(
      inTime(app.execute(Sell, { tillId, amount: 1 }, { signal: giveUp.signal }), 'giving up'),
      reason,
    );
    assert.equal((await inTime(app.execute(Sell, { tillId, amount: 2 }), 'the next command')).returned, 2);
    assert.equal(decided, 1);
  },

  'a command that comes again is answered with its first receipt, whatever was done to its stream': async ({
    start,
  }) => {
    const hide: readonly ((events: EventStore, stream: string) => Promise<void>)[] = [
      (events, stream) => events.deleteStream(stream),
      (events, stream) => events.tombstoneStream(stream),
      (events, stream) => events.changeStreamMetadata(stream, { truncateBefore: 3 }),
      (events, stream) => events.changeStreamMetadata(stream, { maxCount: 1 }),
      async (events, stream) => {
        await events.deleteStream(stream);
        await events.append(stream, [eventData('Sold', { amount: 100 })], noStream);
      },
    ];
    const app = await start();
    for (const [index, act] of hide.entries()) {
      const [tillId, commandId] = [`till-${index}`, `sell-${index}`];
      await app.execute(Sell, { tillId, amount: 5 });
      const first = await app.execute(Sell, { tillId, amount: 1, times: 2 }, { commandId });
      await app.execute(Sell, { tillId, amount: 7 });
      await act(app.eventStore, `till-${tillId}`);
      const again = await app.execute(Sell, { tillId, amount: 1, times: 2 }, { commandId });
      assert.deepEqual(again, { ...first, repeated: true });
    }
  },

  'an aggregate that is gone for good while a command is decided is refused': async ({ start }) => {
    const during = async ({ amount }: Sell) => {
      if (amount === 1) await app.eventStore.tombstoneStream(name);
    };
    const app = await start({ services: { during } });
    await app.execute(Sell, { tillId, amount: 5 });
    const error = await refused('STREAM_DELETED', () => app.execute(Sell, { tillId, amount: 1 }));
    assert.equal(error['tombstone'], true);
  },
};
