/** Consumers of an application held to the log, event by event, while several processes write to it. */
import assert from 'node:assert/strict';
import { type Application, On, Projection, type RecordedEvent } from '@tidemark/core';
import { inTime, nextTurn, range } from '../conformance/language.ts';
import { checkModelAgainstReplay } from '../trace/check-model.ts';
import { checkTrace } from '../trace/check-trace.ts';
import { ConsumerTrace } from '../trace/consumer-trace.ts';
import { tracedStore } from '../trace/traced-store.ts';
import type { Shop, ShopRules } from './shop.ts';
import { OpenTill, Sell, Sold, type Taking, Takings } from './till.ts';

const filter = { types: ['Sold'] };
const model = { name: 'takings', version: 1 };

export const tracedConsumers: ShopRules = {
  'subscribe, events and events$ give each event once and in order, while others write': async ({ start }) => {
    const apps = [await start(), await start()] as const;
    const [reader] = apps;
    await sell(apps, 60);
    const [subscribed, iterated, observed] = [new Watcher('subscribe'), new Watcher('events'), new Watcher('events$')];
    const watchers = [subscribed, iterated, observed];
    const leaving = new AbortController();
    const options = { signal: leaving.signal };
    const subscription = reader.subscribe({ types: [Sold] }, (event) => subscribed.see(event));
    const observing = new Promise<void>((resolve, reject) => {
      const observer = { next: (event: RecordedEvent) => observed.see(event), complete: resolve, error: reject };
      reader.events$({ types: [Sold] }, options).subscribe(observer);
    });
    const iterating = (async () => {
      for await (const event of reader.events({ types: [Sold] }, options)) {
        iterated.see(event);
        if (event.revision % 7 === 0) await nextTurn();
      }
    })();
    await sell(apps, 120);
    const upTo = await lastSale(reader);
    await inTime(
      until(() => watchers.every(({ position }) => position >= upTo)),
      'three consumers that catch up',
    );
    leaving.abort();
    await Promise.all([subscription.stop(), observing, iterating]);
    for (const { trace } of watchers) await checkTrace(trace, reader.eventStore, { filter, upTo });
  },

  'a subscription that goes on behind what it handled skips nothing and repeats nothing': async ({ start }) => {
    const apps = [await start(), await start()] as const;
    const trace = new ConsumerTrace();
    let handled = 0;
    const selling = sell(apps, 150);
    const follow = async (enough: () => boolean) => {
      trace.restarted(handled);
      const subscription = apps[0].subscribe(
        { types: [Sold] },
        async (event) => {
          trace.seen(event);
          await nextTurn();
          handled = event.position;
          trace.committed(event);
        },
        { after: handled },
      );
      await inTime(until(enough), 'a subscription that goes on');
      await subscription.stop();
    };
    for (const count of [10, 20, 50]) await follow(() => handled >= count);
    await selling;
    const upTo = await lastSale(apps[0]);
    await follow(() => handled >= upTo);
    const { runs, redelivered } = await checkTrace(trace, apps[0].eventStore, { filter, upTo });
    assert.deepEqual({ runs, redelivered }, { runs: 4, redelivered: 0 });
  },

  'of two processes with one projection each event is committed once, by one that saw it': async (shop) => {
    const processes = [await startTraced(shop, 'first'), await startTraced(shop, 'second')] as const;
    const apps = [processes[0].app, processes[1].app] as const;
    await sell(apps, 200);
    const upTo = await lastSale(apps[0]);
    for (const { app, projection } of processes) await app.caughtUp(projection, upTo);
    const traces = processes.map(({ trace }) => trace);
    await checkTrace(traces, apps[0].eventStore, { filter, upTo });
    for (const { app, projection } of processes) await assertReplayed(app, projection);
  },

  'a projection that is started again and again goes on behind its checkpoint': async (shop) => {
    // They have the projection too, and would do its work: another name keeps them out of it.
    const writers = [
      await shop.start({ projection: OtherTakings }),
      await shop.start({ projection: OtherTakings }),
    ] as const;
    const traces: ConsumerTrace[] = [];
    for (const number of range(5)) {
      await sell(writers, 20);
      const { app, projection, trace } = await startTraced(shop, `life ${number}`);
      traces.push(trace);
      const selling = sell(writers, 20);
      await app.caughtUp(projection, await app.eventStore.head());
      if (number === 4) {
        await selling;
        await app.caughtUp(projection, await app.eventStore.head());
        await assertReplayed(app, projection);
      }
      await app.stop();
      await selling;
    }
    const [{ eventStore }] = writers;
    await checkTrace(traces, eventStore, { filter, upTo: await eventStore.head() });
  },
};

/** An application whose projection is recorded: what it sees, and what it commits. */
async function startTraced({ start, store }: Shop, name: string) {
  const trace = new ConsumerTrace({ name });
  const projection = tracedTakings(trace);
  const app = await start({ store: tracedStore(store, model, trace), projection });
  return { app, projection, trace };
}

function tracedTakings(trace: ConsumerTrace): typeof Takings {
  @Projection(model.name, { version: model.version })
  class TracedTakings extends Takings {
    @On(Sold)
    override sold(event: RecordedEvent<Sold>): void {
      trace.seen(event);
      super.sold(event);
    }
  }
  return TracedTakings;
}

@Projection('other-takings')
class OtherTakings extends Takings {}

/** Keeps a trace of what a consumer sees, and how far it has come. */
class Watcher {
  readonly trace: ConsumerTrace;
  position = 0;

  constructor(name: string) {
    this.trace = new ConsumerTrace({ name });
  }

  see(event: RecordedEvent): void {
    this.trace.seen(event);
    this.position = event.position;
  }
}

/** Some commands at once, by each application in turn, on streams that they share; some events are not of interest. */
async function sell(apps: readonly Application[], count: number): Promise<void> {
  const selling = range(count).map(async (number) => {
    const app = apps[number % apps.length] as Application;
    if (number % 8 === 7) await app.execute(OpenTill, { tillId: `new-${crypto.randomUUID()}` });
    else await app.execute(Sell, { tillId: `till-${number % 5}`, amount: number, times: 1 + (number % 3) });
  });
  await Promise.all(selling);
}

async function lastSale({ eventStore }: Application): Promise<number> {
  for await (const { position } of eventStore.readAll({ direction: 'backwards', filter, limit: 1 })) return position;
  return 0;
}

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await nextTurn();
}

/** The documents are what the log gives, worked out by hand. */
async function assertReplayed(app: Application, projection: typeof Takings): Promise<void> {
  const replay = new Map<string, Taking>();
  for await (const { data, aggregateId, revision } of app.eventStore.readAll({ filter })) {
    const { total, revisions } = replay.get(aggregateId) ?? { total: 0, revisions: [] };
    replay.set(aggregateId, { total: total + (data as Sold).amount, revisions: [...revisions, revision] });
  }
  await checkModelAgainstReplay(app.documents(projection).all(), replay);
}
