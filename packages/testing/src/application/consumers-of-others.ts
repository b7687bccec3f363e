/** What others' projections and subscriptions were seen to do, and that it does not happen here. */
import assert from 'node:assert/strict';
import { type Application, ConsumerStoppedError, isEvent, type RecordedEvent } from '@tidemark/core';
import { inTime, nextTurn, range, refused } from '../conformance/language.ts';
import { positionOf } from './places.ts';
import type { ShopRules } from './shop.ts';
import { BrokenTakings, OpenTill, Sell, Sold, Takings } from './till.ts';

const tillId = 'hall';

export const consumersOfOthers: ShopRules = {
  'a projection was told revision 1 of an event at revision 4': async ({ start }) => {
    const app = await start();
    await app.execute(OpenTill, { tillId });
    await app.execute(Sell, { tillId: 'attic', amount: 1, times: 2 });
    await app.execute(Sell, { tillId, amount: 1, times: 3 });
    await app.caughtUp(Takings, await app.execute(Sell, { tillId, amount: 1 }));
    assert.deepEqual(await app.documents(Takings).get(tillId), { total: 4, revisions: [1, 2, 3, 4] });
  },

  "a projection's own failure was taken for a version conflict": async ({ start }) => {
    const app = await start({ projection: BrokenTakings });
    const receipt = await app.execute(Sell, { tillId, amount: 13 });
    assert.equal(receipt.revision, 0);
    const error = await refused('CONSUMER_STOPPED', () => app.caughtUp(BrokenTakings, receipt));
    assert.match(String(error.cause), /RangeError: 13 is not unique/);
    assert.equal((await app.execute(Sell, { tillId, amount: 1 })).revision, 1);
  },

  'a handler threw, and everything went on as if all were well': async ({ start }) => {
    const told: unknown[] = [];
    const app = await start({ projection: BrokenTakings, onError: (error) => told.push(error) });
    const receipt = await app.execute(Sell, { tillId, amount: 13 });
    await refused('CONSUMER_STOPPED', () => app.caughtUp(BrokenTakings, receipt));
    const { status, consumers } = await app.health();
    assert.deepEqual(
      [status, consumers.map(({ name, state, position }) => [name, state, position])],
      ['degraded', [['takings', 'stopped', 0]]],
    );
    assert.deepEqual(
      told.map((error) => (error as { code?: unknown }).code),
      ['CONSUMER_STOPPED'],
    );
  },

  'two consumers with one name both handled all 13 events': async ({ start }) => {
    const apps = [await start(), await start()];
    for (const number of range(13)) await apps[number % 2]?.execute(Sell, { tillId, amount: 1 });
    for (const app of apps) {
      await app.caughtUp(Takings, await app.eventStore.head());
      assert.deepEqual(await app.documents(Takings).get(tillId), { total: 13, revisions: range(13) });
    }
  },

  'a failing event was skipped after a restart': async ({ start }) => {
    const app = await start({ projection: BrokenTakings });
    for (const amount of [1, 13, 2]) await app.execute(Sell, { tillId, amount });
    await stopsAt(app, 2);
    await app.stop();
    const again = await start({ projection: BrokenTakings });
    await stopsAt(again, 2);
    assert.equal((await again.documents(BrokenTakings).get(tillId))?.total, 1);
    await again.stop();
    const mended = await start();
    await mended.caughtUp(Takings, await mended.eventStore.head());
    assert.deepEqual(await mended.documents(Takings).get(tillId), { total: 16, revisions: [0, 1, 2] });
  },

  'a live event took 300 ms to arrive, as the consumer slept after each batch': async ({ start }) => {
    const app = await start();
    await app.caughtUp(Takings, await app.execute(Sell, { tillId, amount: 1 }));
    const times: number[] = [];
    for (const _ of range(21)) {
      const begun = performance.now();
      await app.caughtUp(Takings, await app.execute(Sell, { tillId, amount: 1 }));
      times.push(performance.now() - begun);
    }
    const median = times.toSorted((a, b) => a - b)[10] ?? 0;
    assert.ok(median < 50, `half of the commands took more than ${median.toFixed(0)} ms to be seen`);
  },

  'waiting for a position was over before the read model had it': async ({ start }) => {
    const apps = [await start(), await start()];
    const selling = range(60).map(async (number) => {
      const app = apps[number % 2] as Application;
      const till = `till-${number % 7}`;
      const receipt = await app.execute(Sell, { tillId: till, amount: 1 });
      await app.caughtUp(Takings, receipt);
      assert.equal(
        (await app.documents(Takings).get(till))?.revisions.includes(receipt.revision ?? -1),
        true,
        'its own write is missing',
      );
    });
    await Promise.all(selling);
  },

  'a projection skipped events that were committed while it caught up': async ({ start }) => {
    const writer = await start();
    await writer.execute(Sell, { tillId, amount: 1, times: 900 });
    await writer.stop();
    const apps = [await start(), await start()];
    const sell = (number: number) =>
      (apps[number % 2] as Application).execute(Sell, { tillId: `till-${number % 5}`, amount: 1 });
    // In waves: where all were sold at once, it might be before the projection had come so far.
    for (const wave of range(6)) {
      await Promise.all(range(20, 20 * wave).map(sell));
      await nextTurn();
    }
    const app = apps[0] as Application;
    await app.caughtUp(Takings, await app.eventStore.head());
    const documents = await Promise.all(
      [tillId, ...range(5).map((number) => `till-${number}`)].map((id) => app.documents(Takings).get(id)),
    );
    assert.deepEqual(
      documents.map((document) => document?.total),
      [900, 24, 24, 24, 24, 24],
    );
    for (const document of documents) assert.deepEqual(document?.revisions, range(document?.total ?? 0));
  },

  'a subscription skipped events that were committed while it caught up': async ({ start }) => {
    const [app, other] = [await start(), await start()];
    await app.execute(Sell, { tillId, amount: 1, times: 300 });
    const seen: number[] = [];
    const following = (async () => {
      for await (const { position } of app.events({ types: [Sold] })) {
        seen.push(position);
        if (seen.length === 420) return;
        if (seen.length % 50 === 0) await nextTurn();
      }
    })();
    await Promise.all(
      range(120).map((number) => (number % 2 ? app : other).execute(Sell, { tillId: `till-${number}`, amount: 1 })),
    );
    await inTime(following, 'following 420 events');
    assert.deepEqual(
      seen,
      [...new Set(seen)].toSorted((a, b) => a - b),
    );
    assert.equal(seen.at(-1), await app.eventStore.head());
  },

  "the user's filter was overwritten": async ({ start }) => {
    const app = await start();
    await app.execute(OpenTill, { tillId });
    await app.execute(Sell, { tillId, amount: 1 });
    await app.execute(Sell, { tillId: 'attic', amount: 2 });
    const seen: RecordedEvent[] = [];
    const subscription = app.subscribe({ types: [Sold], prefixes: ['till-hall'] }, (event) => {
      seen.push(event);
    });
    const last = await app.execute(Sell, { tillId, amount: 3 });
    while (subscription.position < last.position) await nextTurn();
    assert.deepEqual(
      seen.map((event) => (isEvent(event, Sold) ? event.data : undefined)),
      [new Sold(1), new Sold(3)],
    );
    await subscription.stop();
  },

  "a subscription's error ended the application": async ({ start }) => {
    const app = await start();
    await app.execute(Sell, { tillId, amount: 1 });
    const subscription = app.subscribe({}, () => Promise.reject(new RangeError('unlucky')));
    await inTime(subscription.stopped, 'the end of a failed subscription');
    assert.equal(subscription.error instanceof ConsumerStoppedError, true);
    await app.caughtUp(Takings, await app.execute(Sell, { tillId, amount: 1 }));
    assert.deepEqual((await app.health()).status, 'degraded');
  },
};

/** At this event of the log, counted from 1. */
async function stopsAt(app: Application, number: number): Promise<void> {
  const error = await refused('CONSUMER_STOPPED', async () => app.caughtUp(BrokenTakings, await app.eventStore.head()));
  assert.equal(error['position'], await positionOf(app, number));
}
