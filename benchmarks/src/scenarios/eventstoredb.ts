/** The adapter beside the client that it uses, on one server. */
import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, excludeSystemEvents, jsonEvent } from '@eventstore/db-client';
import { type EventStore, eventData, type StoredEvent } from '@tidemark/core';
import { eventStoreDB } from '@tidemark/eventstoredb';
import { assertDone } from '../assert.ts';
import { depositData, metadata } from '../bank.ts';
import type { Bench } from '../bench.ts';
import type { RateScenario, Way, Work } from '../scenario.ts';
import { serverAddress } from '../server.ts';

const where =
  'Server in a process of its own: the test server, or the one that TIDEMARK_EVENTSTOREDB names. By hand: the client alone.';

/** The operations that are compared, by the client alone and through the store. */
interface Side {
  /** Appends so many events to be at `revision` and behind it. */
  append(streamName: string, revision: number, count: number): Promise<unknown>;
  /** Of all events of a stream, the amounts added up: each is 1. */
  sumOf(streamName: string): Promise<number>;
  /** Reads the log from its beginning until the amounts are so much. */
  readAll(sum: number): Promise<number>;
  /** Follows it from its beginning, as far. */
  catchUp(sum: number): Promise<number>;
  close(): Promise<unknown>;
}

type Open = (address: string) => Promise<Side>;

const type = 'MoneyDeposited';
const amountOf = (data: unknown) => (data as { amount?: number }).amount ?? 0;

const byClient: Open = async (address) => {
  const client = EventStoreDBClient.connectionString(address);
  const counted = async (events: AsyncIterable<{ event?: { data: unknown } }>, count: number) => {
    let sum = 0;
    for await (const { event } of events) {
      sum += amountOf(event?.data);
      if (sum === count) break;
    }
    return sum;
  };
  return {
    append: (streamName, revision, count) => {
      const events = Array.from({ length: count }, () => jsonEvent({ type, data: depositData(1), metadata }));
      const expectedRevision = revision === 0 ? 'no_stream' : BigInt(revision - 1);
      return client.appendToStream(streamName, events, { expectedRevision });
    },
    sumOf: (streamName) => counted(client.readStream(streamName), Number.POSITIVE_INFINITY),
    readAll: (count) => counted(client.readAll({ maxCount: 2 * count }), count),
    async catchUp(count) {
      const subscription = client.subscribeToAll({ filter: excludeSystemEvents() });
      const sum = await counted(subscription, count);
      await subscription.unsubscribe();
      return sum;
    },
    close: () => client.dispose(),
  };
};

const byStore: Open = async (address) => {
  const stores = await eventStoreDB(address).open();
  const events: EventStore = stores.events;
  const counted = async (pages: AsyncIterable<readonly StoredEvent[]>, count: number) => {
    let sum = 0;
    for await (const page of pages) {
      for (const { data } of page) sum += amountOf(data);
      if (sum >= count) break;
    }
    return Math.min(sum, count);
  };
  const live = async function* (): AsyncGenerator<readonly StoredEvent[]> {
    for await (const message of events.subscribeToAll()) if (message.kind === 'events') yield message.events;
  };
  return {
    append: (streamName, revision, count) => {
      const data = Array.from({ length: count }, () => eventData(type, depositData(1), { metadata }));
      return events.append(streamName, data, { expectedRevision: revision === 0 ? 'no_stream' : revision - 1 });
    },
    sumOf: (streamName) => counted(events.readStream(streamName).pages(), Number.POSITIVE_INFINITY),
    readAll: (count) => counted(events.readAll({ limit: 2 * count }).pages(), count),
    catchUp: (count) => counted(live(), count),
    close: () => stores.close(),
  };
};

/** Work that is done alike by both. `run` gets fresh names of streams, and returns what has to come out as `expected`. */
function scenario(
  about: Pick<RateScenario, 'name' | 'title' | 'about' | 'unit'>,
  { count, seed, floor, run }: Compared,
): RateScenario {
  return {
    ...about,
    about: `${about.about} ${where}`,
    async open(bench) {
      const address = await serverAddress(bench);
      const total = count(bench);
      await seed?.(address, total);
      const way = (name: string, open: Open): Way => ({
        name,
        target: 0.9,
        floor,
        prepare: async (): Promise<Work> => {
          const side = await open(address);
          await side.append(`account-${randomUUID()}`, 0, 1);
          let done: number | undefined;
          return {
            run: async () => {
              done = await run(side, total);
              return total;
            },
            check: () => assertDone(about.unit, done, total),
            close: async () => void (await side.close()),
          };
        },
      });
      return [way('by hand', byClient), way('the store', byStore)].map((each, index) =>
        index === 0 ? { name: each.name, prepare: each.prepare } : each,
      );
    },
  };
}

interface Compared {
  count(bench: Bench): number;
  /** What is read later. */
  seed?(address: string, count: number): Promise<void>;
  readonly floor: number;
  run(side: Side, count: number): Promise<number>;
}

/** Callers who each wait for their own appends, to a stream of their own. */
function appends(callers: number, usual: number): RateScenario {
  return scenario(
    {
      name: `eventstoredb-append-${callers}`,
      title: callers === 1 ? 'EventStoreDB: one append at a time' : `EventStoreDB: ${callers} callers at once`,
      about: 'Appends of one event at an exact revision.',
      unit: 'appends',
    },
    {
      count: (bench) => Math.ceil(bench.amount(usual) / callers) * callers,
      floor: 0.4,
      run: async (side, count) => {
        const caller = async () => {
          const streamName = `account-${randomUUID()}`;
          for (let revision = 0; revision < count / callers; revision += 1) await side.append(streamName, revision, 1);
        };
        await Promise.all(Array.from({ length: callers }, caller));
        return count;
      },
    },
  );
}

const batchSize = 100;

const batches = scenario(
  {
    name: 'eventstoredb-batches',
    title: 'EventStoreDB: batches of 100',
    about: 'Appends of 100 events to one stream, one after another.',
    unit: 'events',
  },
  {
    count: (bench) => batchSize * bench.amount(100),
    floor: 0.4,
    run: async (side, count) => {
      const streamName = `account-${randomUUID()}`;
      for (let first = 0; first < count; first += batchSize) await side.append(streamName, first, batchSize);
      return side.sumOf(streamName);
    },
  },
);

const eventsEach = 100;
/** Its streams are known by their numbers to the seed and to who reads them. */
const run = randomUUID().slice(0, 8);
const seededStream = (index: number) => `account-${run}-${index}`;

async function seed(address: string, count: number): Promise<void> {
  const side = await byStore(address);
  for (let index = 0; index < count / eventsEach; index += 1) {
    // A second scenario of the same run finds them there: the append is a repeated one, or refused.
    await side.append(seededStream(index), 0, eventsEach).catch(() => {});
  }
  await side.close();
}

const readStream = scenario(
  {
    name: 'eventstoredb-read-stream',
    title: 'EventStoreDB: streams of 100 events, one after another',
    about: 'Each stream whole, a field of each event added up.',
    unit: 'events',
  },
  {
    count: (bench) => eventsEach * bench.amount(100),
    seed,
    floor: 0.25,
    run: async (side, count) => {
      let sum = 0;
      for (let index = 0; index < count / eventsEach; index += 1) sum += await side.sumOf(seededStream(index));
      return sum;
    },
  },
);

function wholeLog(name: string, title: string, about: string, read: Compared['run']): RateScenario {
  const count = (bench: Bench) => eventsEach * bench.amount(200);
  return scenario({ name, title, about, unit: 'events' }, { count, seed, floor: 0.25, run: read });
}

const readAll = wholeLog(
  'eventstoredb-read-all',
  'EventStoreDB: the log from its beginning',
  'By hand: one call for all of it; the store: a call for each page, so that nothing is open while a reader works.',
  (side, count) => side.readAll(count),
);

const catchUp = wholeLog(
  'eventstoredb-catch-up',
  'EventStoreDB: a subscription from the beginning to the end',
  'By hand: one subscription; the store: pages until it is near the end.',
  (side, count) => side.catchUp(count),
);

export const eventStoreDBScenarios: readonly RateScenario[] = [
  appends(1, 1_000),
  appends(8, 4_000),
  appends(64, 8_000),
  batches,
  readStream,
  readAll,
  catchUp,
];
