/** The whole log from its beginning: rows, JSON, and what is made of them. */
import { createApplication, isEvent, type RecordedEvent } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { lastValueFrom, takeWhile, tap } from 'rxjs';
import { assertDone } from '../assert.ts';
import { Account, MoneyDeposited } from '../bank.ts';
import type { Bench } from '../bench.ts';
import { RawLog } from '../raw-log.ts';
import type { RateScenario, Way, Work } from '../scenario.ts';
import { seeded } from '../seed.ts';

const eventsEach = 10;
/** As many rows to a query as Tidemark takes. */
const pageSize = 256;

export interface Log {
  readonly bench: Bench;
  readonly file: string;
  readonly events: number;
  /** Of all accounts. */
  readonly balance: number;
}

/** What a way found in the log: compared with what is there. */
export interface Found {
  events: number;
  balance: number;
}

export const replay: RateScenario = {
  name: 'replay',
  title: 'Replay of the whole log',
  about:
    'All events in order, a field of each one’s data added up. By hand: pages of 256 whole rows, JSON.parse of data and metadata (scan and parse); or of the data alone, with the stream’s name from a map or without.',
  unit: 'events',
  async open(bench) {
    const accounts = bench.size === 'large' ? 100_000 : bench.amount(10_000, 1_000);
    const file = await seeded(bench, { accounts, eventsEach });
    const log: Log = { bench, file, events: accounts * eventsEach, balance: accounts * (eventsEach - 1) };
    return [
      { name: 'by hand', prepare: async () => byHand(log, 'data and metadata') },
      { name: 'by hand, data and stream names', prepare: async () => byHand(log, 'data and name') },
      { name: 'by hand, data alone', prepare: async () => byHand(log, 'data') },
      { name: 'store.readAll, by pages', prepare: () => byPages(log), target: 0.85, floor: 0.4 },
      { name: 'store.readAll, for await', prepare: () => byForAwait(log), target: 0.85, floor: 0.3 },
      ...applicationWays(log),
    ];
  },
};

/** Typed: the application knows the events' classes. Untyped: it knows none, and events come as plain data. */
function applicationWays(log: Log): readonly Way[] {
  const typed: Reading = { aggregates: [Account], add: addTyped };
  const untyped: Reading = { aggregates: [], add: addPlain };
  return [
    { name: 'app.events$, untyped', prepare: () => byObservable(log, untyped), floor: 0.2 },
    { name: 'app.events$, typed', prepare: () => byObservable(log, typed), target: 0.85, floor: 0.3 },
    { name: 'app.events, for await, untyped', prepare: () => byAppEvents(log, untyped), floor: 0.1 },
    { name: 'app.events, for await, typed', prepare: () => byAppEvents(log, typed), target: 0.85, floor: 0.2 },
    { name: 'app.subscribe, awaited handler, typed', prepare: () => bySubscribe(log), floor: 0.1 },
  ];
}

interface Reading {
  readonly aggregates: readonly (typeof Account)[];
  readonly add: (found: Found, event: RecordedEvent) => void;
}

export function byHand(log: Log, wanted: 'data' | 'data and name' | 'data and metadata'): Work {
  const raw = new RawLog(log.file, { durability: 'full', mmapBytes: log.bench.mmapBytes });
  let names = 0;
  const run = (found: Found) => {
    for (let after = 0; ; ) {
      const page = raw.page(after, pageSize);
      for (const row of page) {
        const data = JSON.parse(row[7]) as { amount?: number };
        if (wanted === 'data and name') names += raw.streamNameOf(row).length;
        if (wanted === 'data and metadata') JSON.parse(row[8] ?? '{}');
        found.events += 1;
        found.balance += data.amount ?? 0;
      }
      const last = page[page.length - 1];
      if (last === undefined) break;
      after = last[0];
    }
    if (wanted === 'data and name') assertDone('names were read', names > 0, true);
  };
  return work(log, run, () => raw.close());
}

export async function byPages(log: Log): Promise<Work> {
  const { events, close } = await storesOf(log);
  const run = async (found: Found) => {
    for await (const page of events.readAll().pages()) for (const event of page) addPlain(found, event);
  };
  return work(log, run, close);
}

async function byForAwait(log: Log): Promise<Work> {
  const { events, close } = await storesOf(log);
  const run = async (found: Found) => {
    for await (const event of events.readAll()) addPlain(found, event);
  };
  return work(log, run, close);
}

async function byAppEvents(log: Log, { aggregates, add }: Reading): Promise<Work> {
  const app = await appOf(log, aggregates);
  const run = async (found: Found) => {
    for await (const event of app.events()) {
      add(found, event);
      if (event.position === log.events) return;
    }
  };
  return work(log, run, () => app.stop());
}

async function byObservable(log: Log, { aggregates, add }: Reading): Promise<Work> {
  const app = await appOf(log, aggregates);
  const run = async (found: Found) => {
    const events = app.events$().pipe(takeWhile(({ position }) => position < log.events, true));
    await lastValueFrom(events.pipe(tap((event) => add(found, event))));
  };
  return work(log, run, () => app.stop());
}

async function bySubscribe(log: Log): Promise<Work> {
  const app = await appOf(log, [Account]);
  const run = (found: Found) =>
    new Promise<void>((resolve) => {
      app.subscribe({}, async (event) => {
        addTyped(found, event);
        if (event.position === log.events) resolve();
      });
    });
  return work(log, run, () => app.stop());
}

async function storesOf({ file, bench }: Log) {
  const stores = await sqlite(file, { mmapBytes: bench.mmapBytes }).open();
  return { events: stores.events, close: () => stores.close() };
}

function appOf({ file, bench }: Log, aggregates: Reading['aggregates']) {
  return createApplication({ store: sqlite(file, { mmapBytes: bench.mmapBytes }), aggregates });
}

export function addPlain(found: Found, { data }: { readonly data: unknown }): void {
  found.events += 1;
  found.balance += (data as { amount?: number }).amount ?? 0;
}

/** Instances only: data that came plain would be missing from the sum. */
function addTyped(found: Found, event: RecordedEvent): void {
  found.events += 1;
  if (isEvent(event, MoneyDeposited)) found.balance += event.data.amount;
}

export function work(log: Log, run: (found: Found) => void | Promise<void>, close: () => void | Promise<void>): Work {
  const found: Found = { events: 0, balance: 0 };
  return {
    run: async () => {
      await run(found);
      return found.events;
    },
    check: () => {
      assertDone('events read', found.events, log.events);
      assertDone('sum of the amounts', found.balance, log.balance);
    },
    close,
  };
}
