/** Read models filled anew beside those that are served, and code of two versions side by side. */
import assert from 'node:assert/strict';
import { type Application, Documents, On, Projection, type RebuildProgress, type RecordedEvent } from '@tidemark/core';
import { ending, nextTurn, refused } from '../conformance/language.ts';
import { positionOf } from './places.ts';
import type { ShopRules } from './shop.ts';
import { OpenTill, Sell, Sold, Takings, TillOpened } from './till.ts';

/** What sales count at the moment: a rule changes the meaning of handlers without another class. */
let factor = 1;
let refuses = false;

abstract class Factored extends Documents<number> {
  @On(Sold)
  sold({ data, aggregateId }: RecordedEvent<Sold>): void {
    if (refuses && data.amount === 13) throw new RangeError('13');
    this.update(aggregateId, (total) => total + data.amount * factor, 0);
  }
}

@Projection('factored', { retries: 0 })
class One extends Factored {}

@Projection('factored', { version: 2, retries: 0 })
class Two extends Factored {
  @On(Sold)
  override sold({ data, aggregateId }: RecordedEvent<Sold>): void {
    this.update(aggregateId, (total) => total + data.amount * 1_000, 0);
  }
}

export const rebuilding: ShopRules = {
  'a rebuild gives what a fresh replay gives, and serves it at once': async ({ start }) => {
    const app = await filled(start, 600);
    factor = 10;
    const rebuild = await app.rebuild(One);
    await rebuild.done;
    assert.equal(await value(app), 6_000);
    assert.equal((await app.health()).consumers[0]?.position, await app.eventStore.head());
  },

  'readers see the whole old read model until they see the whole new one': async ({ start }) => {
    const app = await filled(start, 3_000);
    factor = 10;
    const rebuild = await app.rebuild(One);
    const seen = new Set<number>();
    const end = ending(rebuild.done);
    while (!end.isOver) {
      seen.add((await value(app)) ?? -1);
      await nextTurn();
    }
    seen.add((await value(app)) ?? -1);
    assert.deepEqual([...seen], [3_000, 30_000]);
  },

  'a rebuild catches up while others write, and nobody’s own write goes missing': async ({ start }) => {
    const app = await filled(start, 1_000);
    factor = 1;
    const rebuild = await app.rebuild(One);
    const end = ending(rebuild.done);
    let sum = 1_000;
    for (let after = 0; after < 10; after += end.isOver ? 1 : 0) {
      await nextTurn();
      const receipt = await app.execute(Sell, { tillId: 'hall', amount: 1 });
      sum += 1;
      await app.caughtUp(One, receipt);
      assert.equal(await value(app), sum);
    }
    await rebuild.done;
  },

  'progress goes up to the log’s end, and completes': async ({ start }) => {
    const app = await filled(start, 5_000);
    const progress: RebuildProgress[] = [];
    const rebuild = await app.rebuild(One);
    let completed = false;
    rebuild.progress$.subscribe({ next: (now) => progress.push(now), complete: () => (completed = true) });
    await rebuild.done;
    assert.equal(completed, true);
    const places = progress.map(({ done }) => done);
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    const last = progress.at(-1) as RebuildProgress;
    const head = await app.eventStore.head();
    assert.deepEqual([last.done, last.total, last.timeLeft], [head, head, 0]);
    assert.deepEqual(last.models, [{ name: 'factored', version: 1, done: head, served: true }]);
  },

  'several read models are rebuilt in one pass over the log': async ({ start, store }) => {
    const before = await start({ projections: [One, Takings] });
    await before.execute(Sell, { tillId: 'hall', amount: 1, times: 900 });
    for (const model of [One, Takings]) await before.caughtUp(model, await before.eventStore.head());
    const subscribe = before.eventStore.subscribeToAll.bind(before.eventStore);
    let begun = 0;
    before.eventStore.subscribeToAll = (options) => {
      if ((options?.after ?? 0) === 0) begun += 1;
      return subscribe(options);
    };
    await (await before.rebuild(One, Takings)).done;
    assert.equal(begun, 1, `the log of ${store.description} was read ${begun} times`);
    assert.equal((await before.documents(Takings).get('hall'))?.total, 900);
  },

  'what was served before is kept, gone back to, and dropped when told': async ({ start }) => {
    const app = await filled(start, 100);
    await refused('CONFIGURATION', () => app.rollback(One));
    factor = 10;
    await (await app.rebuild(One)).done;
    await app.caughtUp(One, await app.execute(Sell, { tillId: 'hall', amount: 1 }));
    assert.equal(await value(app), 1_010);
    await app.rollback(One);
    await app.caughtUp(One, await app.eventStore.head());
    assert.equal(await value(app), 110, 'the one from before has caught up');
    await app.rollback(One);
    assert.equal(await value(app), 1_010);
    assert.equal(await app.dropOld(One), 1);
    assert.equal(await app.dropOld(One), 0);
    await refused('CONFIGURATION', () => app.rollback(One));
    assert.equal(await value(app), 1_010);
  },

  'a cancelled rebuild leaves nothing behind': async ({ start }) => {
    const app = await filled(start, 4_000);
    factor = 10;
    const rebuild = await app.rebuild(One);
    await rebuild.cancel();
    await refused('REBUILD_CANCELLED', () => rebuild.done);
    assert.equal(await value(app), 4_000);
    await app.caughtUp(One, await app.execute(Sell, { tillId: 'hall', amount: 1 }));
    assert.equal((await app.health()).status, 'ok');
    assert.equal(await app.dropOld(One), 0);
  },

  'a rebuild that was interrupted is resumed when the application starts again': async ({ start }) => {
    const app = await filled(start, 6_000);
    factor = 10;
    const rebuild = await app.rebuild(One);
    let part = { done: 0 };
    rebuild.progress$.subscribe((now) => {
      part = now;
    });
    await app.stop();
    await refused('CLOSED', () => rebuild.done);
    assert.ok(part.done < 6_000, 'it was over before it could be interrupted');
    const again = await start({ projections: [One] });
    const resumed = await again.rebuild(One);
    await resumed.done;
    assert.equal(await value(again), 60_000);
    assert.equal(await again.dropOld(One), 1, 'it was the same rebuild');
  },

  'a rebuild that fails harms the served read model in nothing': async ({ start }) => {
    const app = await filled(start, 10);
    await app.caughtUp(One, await app.execute(Sell, { tillId: 'hall', amount: 13 }));
    refuses = true;
    const rebuild = await app.rebuild(One);
    const error = await refused('CONSUMER_STOPPED', () => rebuild.done);
    assert.equal(error['position'], await positionOf(app, 11));
    refuses = false;
    await app.caughtUp(One, await app.execute(Sell, { tillId: 'hall', amount: 1 }));
    assert.equal(await value(app), 24);
    await rebuild.cancel();
    await (await app.rebuild(One)).done;
    assert.equal(await value(app), 24);
  },

  'a stopped projection is built anew by a rebuild': async ({ start }) => {
    const app = await filled(start, 10);
    refuses = true;
    await app.execute(Sell, { tillId: 'hall', amount: 13 });
    await refused('CONSUMER_STOPPED', async () => app.caughtUp(One, await app.eventStore.head()));
    refuses = false;
    await (await app.rebuild(One)).done;
    await app.caughtUp(One, await app.execute(Sell, { tillId: 'hall', amount: 1 }));
    assert.equal(await value(app), 24);
  },
};

export const versions: ShopRules = {
  'a read model that was never complete is not to be read': async ({ start, store }) => {
    const stores = await store.open();
    await stores.readModels.begin({ name: 'factored', version: 1 }, { indexes: [], tables: [], types: ['Sold'] });
    const lease = await stores.leases.acquire('projection factored@1', 'somebody', 60_000);
    const app = await start({ projections: [One] });
    await refused('READ_MODEL_NOT_READY', () => app.documents(One).get('hall'));
    await refused('READ_MODEL_NOT_READY', () => app.documents(One).count());
    await refused('CAUGHT_UP_TIMEOUT', () => app.ready(One, { timeout: 20 }));
    await stores.leases.release(lease === undefined ? [] : [lease]);
    await app.ready(One);
    assert.equal(await app.documents(One).count(), 0);
    await stores.close();
  },

  'the last complete version is served while a raised one is built': async ({ start }) => {
    const old = await filled(start, 3_000);
    await old.stop();
    const app = await start({ projections: [Two] });
    const seen = new Set<number>();
    for (let ready = false; !ready; ) {
      void app.ready(Two).then(() => {
        ready = true;
      });
      seen.add((await app.documents(Two).get('hall')) ?? -1);
      await nextTurn();
    }
    seen.add((await app.documents(Two).get('hall')) ?? -1);
    assert.deepEqual([...seen].at(-1), 3_000_000);
    for (const total of seen) assert.ok([3_000, 3_000_000].includes(total), `half-built: ${total}`);
  },

  'a handler that was added for events of the past is found, and the read model is not gone on with': async ({
    start,
  }) => {
    const first = await filled(start, 3);
    await first.execute(OpenTill, { tillId: 'attic' });
    await first.caughtUp(One, await first.eventStore.head());
    await first.stop();
    @Projection('factored', { retries: 0 })
    class More extends Factored {
      @On(TillOpened)
      opened({ aggregateId }: RecordedEvent<TillOpened>): void {
        this.put(aggregateId, 0);
      }
    }
    const app = await start({ projections: [More] });
    await refused('STALE_READ_MODEL', async () => app.caughtUp(More, await app.eventStore.head()));
    const [health] = (await app.health()).consumers;
    assert.match(
      String(health?.lastError),
      new RegExp(`passed TillOpened by, the first at ${await positionOf(app, 4)}`),
    );
    await (await app.rebuild(More)).done;
    assert.equal(await app.documents(More).get('attic'), 0);
    await app.caughtUp(More, await app.execute(Sell, { tillId: 'attic', amount: 1 }));
  },

  'a handler that was added for events that are still to come changes nothing': async ({ start }) => {
    const first = await filled(start, 3);
    await first.stop();
    @Projection('factored', { retries: 0 })
    class More extends Factored {
      @On(TillOpened)
      opened({ aggregateId }: RecordedEvent<TillOpened>): void {
        this.put(aggregateId, 7);
      }
    }
    const app = await start({ projections: [More] });
    await app.caughtUp(More, await app.execute(OpenTill, { tillId: 'attic' }));
    assert.deepEqual([await app.documents(More).get('attic'), await value(app, More)], [7, 3]);
  },

  'old and new code run side by side, each on its own read model': async ({ start }) => {
    const old = await filled(start, 5);
    const app = await start({ projections: [Two] });
    await app.ready(Two);
    for (const seller of [old, app]) await seller.execute(Sell, { tillId: 'hall', amount: 1 });
    await Promise.all([old.caughtUp(One, await old.eventStore.head()), app.caughtUp(Two, await app.eventStore.head())]);
    assert.deepEqual([await value(old), await app.documents(Two).get('hall')], [7, 7_000]);
    const restarted = await start({ projections: [One] });
    await restarted.ready(One);
    assert.deepEqual([await value(restarted), await app.documents(Two).get('hall')], [7, 7_000]);
  },

  'a raised version goes back to the older one, which its own code goes on with': async ({ start }) => {
    const old = await filled(start, 5);
    const app = await start({ projections: [Two] });
    await app.ready(Two);
    await app.rollback(Two);
    assert.equal(await app.documents(Two).get('hall'), 5);
    await old.caughtUp(One, await old.execute(Sell, { tillId: 'hall', amount: 1 }));
    assert.equal(await app.documents(Two).get('hall'), 6);
    await app.stop();
    const again = await start({ projections: [Two] });
    assert.equal(await again.documents(Two).get('hall'), 6, 'a restart does not switch back');
    await (await again.rebuild(Two)).done;
    assert.equal(await again.documents(Two).get('hall'), 6_000);
  },
};

async function filled(start: (options: { projections: [typeof One] }) => Promise<Application>, sales: number) {
  factor = 1;
  refuses = false;
  const app = await start({ projections: [One] });
  for (let left = sales; left > 0; left -= 500) {
    await app.execute(Sell, { tillId: 'hall', amount: 1, times: Math.min(left, 500) });
  }
  await app.caughtUp(One, await app.eventStore.head(), { timeout: 20_000 });
  return app;
}

async function value(app: Application, model: new () => Documents<number> = One): Promise<number | undefined> {
  return app.documents(model).get('hall');
}
