/** One projection, several runners: applications on one log, as in several processes. */
import assert from 'node:assert/strict';
import { type Application, type DocumentChange, Documents, On, Projection, type RecordedEvent } from '@tidemark/core';
import { inTime, range, refused } from '../conformance/language.ts';
import { numbersAt } from './places.ts';
import type { ShopRules } from './shop.ts';
import { OpenTill, Sell, Sold, Takings } from './till.ts';

const tillId = 'hall';

export const severalRunners: ShopRules = {
  'one leads, the others stand by, and all see the same': async ({ start }) => {
    const apps = [await start(), await start(), await start()] as const;
    assert.deepEqual(await Promise.all(apps.map(stateOf)), ['live', 'standby', 'standby']);
    await Promise.all(
      range(90).map((number) => (apps[number % 3] as Application).execute(Sell, { tillId, amount: 1 })),
    );
    for (const app of apps) {
      await app.caughtUp(Takings, await app.eventStore.head());
      assert.deepEqual(await app.documents(Takings).get(tillId), { total: 90, revisions: range(90) });
    }
  },

  'each event is handled by one of them': async ({ start }) => {
    const handled: number[] = [];
    @Projection('takings')
    class Watched extends Documents<number> {
      @On(Sold)
      sold({ position, aggregateId }: RecordedEvent<Sold>): void {
        handled.push(position);
        this.put(aggregateId, position);
      }
    }
    const apps = [await start({ projections: [Watched] }), await start({ projections: [Watched] })];
    for (const number of range(40)) await apps[number % 2]?.execute(Sell, { tillId, amount: 1 });
    for (const app of apps) await app.caughtUp(Watched, await app.eventStore.head());
    const [app] = apps as [Application, ...Application[]];
    assert.deepEqual(await numbersAt(app, handled), range(40, 1));
  },

  'another takes over when the leader stops, and goes on from its checkpoint': async ({ start }) => {
    const [leader, other] = [await start(), await start()];
    await leader.caughtUp(Takings, await leader.execute(Sell, { tillId, amount: 1, times: 3 }));
    await leader.stop();
    await other.caughtUp(Takings, await other.execute(Sell, { tillId, amount: 1 }));
    assert.deepEqual(await other.documents(Takings).get(tillId), { total: 4, revisions: range(4) });
    assert.notEqual(await stateOf(other), 'standby');
  },

  'who does not lead is told that documents changed, and to read anew': async ({ start }) => {
    const [leader, other] = [await start(), await start()];
    const told: DocumentChange<unknown>[] = [];
    other.documents(Takings).changes$.subscribe((change) => told.push(change));
    const receipt = await leader.execute(Sell, { tillId, amount: 1 });
    await other.caughtUp(Takings, receipt);
    assert.deepEqual(told, [{ kind: 'reset', position: receipt.position }]);
  },

  'a leader whose lease went to another cannot commit, and stands by': async ({ start, store, clock }) => {
    const app = await start();
    await app.caughtUp(Takings, await app.execute(Sell, { tillId, amount: 1 }));
    const stores = await store.open();
    // As if the leader had been frozen for longer than its lease lasts.
    clock.advance(60_000);
    const taken = await stores.leases.acquire('projection takings@1', 'another', 60_000);
    if (taken === undefined) assert.fail('the lease could not be taken');
    const receipt = await app.execute(Sell, { tillId, amount: 2 });
    await refused('CAUGHT_UP_TIMEOUT', () => app.caughtUp(Takings, receipt, { timeout: 300 }));
    assert.equal((await app.documents(Takings).get(tillId))?.total, 1, 'it committed without the lease');
    assert.equal(await stateOf(app), 'standby');
    await stores.leases.release([taken]);
    await app.caughtUp(Takings, receipt);
    assert.deepEqual(await app.documents(Takings).get(tillId), { total: 3, revisions: [0, 1] });
    assert.equal((await app.health()).status, 'ok');
    await stores.close();
  },

  'waiting ends for what concerns nobody, also where another leads, and for all before it': async ({ start }) => {
    const [leader, other] = [await start(), await start()];
    const own = await leader.execute(Sell, { tillId, amount: 1 });
    await other.caughtUp(Takings, own);
    for (const tillId of ['attic', 'cellar']) {
      const sold = await other.execute(Sell, { tillId, amount: 2 });
      const opened = await other.execute(OpenTill, { tillId: `${tillId}-2` });
      await other.caughtUp(Takings, opened, { timeout: 30_000 });
      assert.deepEqual(await other.documents(Takings).get(tillId), { total: 2, revisions: [0] });
      assert.ok(opened.position > sold.position);
    }
    const head = await other.eventStore.head();
    const beyond = other.caughtUp(Takings, head + 1, { timeout: 30_000 });
    await refused('CAUGHT_UP_TIMEOUT', () => other.caughtUp(Takings, 2 * head + 99, { timeout: 50 }));
    await leader.execute(OpenTill, { tillId: 'loft' });
    await beyond;
    assert.equal(await stateOf(other), 'standby');
  },

  'waiting for a projection that another leads ends in time': async ({ start }) => {
    const [leader, other] = [await start(), await start()];
    const receipt = await other.execute(Sell, { tillId, amount: 1 });
    await inTime(other.caughtUp(Takings, receipt), 'waiting for another’s projection', 2_000);
    await leader.stop();
    const late = await other.execute(Sell, { tillId, amount: 1 });
    await inTime(other.caughtUp(Takings, late), 'waiting for one’s own', 4_000);
  },
};

async function stateOf(app: Application): Promise<string | undefined> {
  return (await app.health()).consumers[0]?.state;
}
