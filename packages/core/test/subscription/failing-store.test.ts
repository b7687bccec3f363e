import assert from 'node:assert/strict';
import {
  createApplication,
  type EventStore,
  eventData,
  memory,
  StoreFailedError,
  type StoreProvider,
  type Subscription,
} from '@tidemark/core';
import fc from 'fast-check';
import { test } from 'uvu';

/** A store that fails when it is asked for a subscription's message of these numbers, counted over all its subscriptions. */
function failingAt(numbers: ReadonlySet<number>): StoreProvider & { failures: number } {
  const inner = memory();
  let asked = 0;
  const provider = {
    description: 'a store that fails now and then',
    failures: 0,
    async open() {
      const stores = await inner.open();
      const subscribeToAll = (...given: Parameters<EventStore['subscribeToAll']>): Subscription => ({
        [Symbol.asyncIterator]() {
          const messages = stores.events.subscribeToAll(...given)[Symbol.asyncIterator]();
          const next = async () => {
            asked += 1;
            if (!numbers.has(asked)) return messages.next();
            provider.failures += 1;
            await messages.return?.();
            throw new StoreFailedError('io', 'the disk did not answer');
          };
          return { next, return: async () => (await messages.return?.()) ?? { done: true, value: undefined } };
        },
      });
      const events = new Proxy(stores.events, {
        get(target, key) {
          const value = key === 'subscribeToAll' ? subscribeToAll : Reflect.get(target, key, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      return { ...stores, events };
    },
  };
  return provider;
}

test('whenever the store fails for a moment, a handler is given each event once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 0, max: 30 }),
      async (failing, before, during) => {
        const store = failingAt(new Set(failing));
        const told: unknown[] = [];
        const app = await createApplication({ store, onError: (error) => told.push(error) });
        const append = (count: number) => {
          const events = Array.from({ length: count }, () => eventData('Counted', {}));
          return app.eventStore.append('meter-1', events, { expectedRevision: 'any' });
        };
        await append(before);
        const seen: number[] = [];
        const subscription = app.subscribe({}, async ({ position }) => {
          seen.push(position);
          if (position % 100 === 0) await new Promise(setImmediate);
        });
        for (let index = 0; index < during; index += 1) {
          await append(1);
          await new Promise(setImmediate);
        }
        const wanted = before + during;
        for (const end = Date.now() + 10_000; subscription.position < wanted && Date.now() < end; )
          await new Promise((resolve) => setTimeout(resolve, 1));
        await app.stop();
        assert.deepEqual(
          seen,
          [...new Array(wanted).keys()].map((index) => index + 1),
        );
        assert.equal(told.length, store.failures);
        assert.equal(subscription.error, undefined);
      },
    ),
    { numRuns: 25 },
  );
});

test.run();
