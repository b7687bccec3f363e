/** Many events to a call, all to one stream. */
import { type EventData, eventData } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { accountStream, depositData, metadata } from '../bank.ts';
import type { Bench } from '../bench.ts';
import { assertLog, RawLog } from '../raw-log.ts';
import type { RateScenario, Work } from '../scenario.ts';
import { seeded } from '../seed.ts';

export const batch100 = batches(100, 0.85);
export const batch1000 = batches(1_000, 0.78);

export interface Batches {
  readonly bench: Bench;
  readonly template: string;
  readonly size: number;
  readonly count: number;
}

export const batchSeed = { accounts: 100, eventsEach: 2 };
const { accounts, eventsEach } = batchSeed;

function batches(size: number, target: number): RateScenario {
  return {
    name: `append-batches-of-${size}`,
    title: `Batches of ${size.toLocaleString('en')}, surviving a power cut`,
    about: `${size.toLocaleString('en')} events to one append, durability full. By hand: a transaction around as many INSERTs, with JSON.stringify and a random UUID for each.`,
    unit: 'events',
    async open(bench) {
      const template = await seeded(bench, batchSeed);
      const each = { bench, template, size, count: Math.ceil(bench.amount(60_000) / size) };
      return [
        { name: 'by hand', prepare: () => byHand(each) },
        { name: 'store.append', prepare: () => byStore(each), target, floor: 0.35 },
      ];
    },
  };
}

export function byHand(batches: Batches): Promise<Work> {
  const { bench, template, size } = batches;
  const file = bench.copyOf(template);
  const raw = new RawLog(file, { durability: 'full', mmapBytes: bench.mmapBytes });
  const append = async (index: number) => {
    const account = index % accounts;
    const first = firstRevisionOf(index, size);
    raw.begin();
    for (let event = 0; event < size; event += 1) raw.append(account, first + event);
    raw.commit();
  };
  return work(batches, file, append, () => raw.close());
}

export async function byStore(batches: Batches): Promise<Work> {
  const { bench, template, size } = batches;
  const file = bench.copyOf(template);
  const stores = await sqlite(file, { durability: 'full', mmapBytes: bench.mmapBytes }).open();
  const append = async (index: number) => {
    const events: EventData[] = [];
    for (let event = 0; event < size; event += 1) {
      events.push(eventData('MoneyDeposited', depositData(1), { metadata }));
    }
    const expectedRevision = firstRevisionOf(index, size) - 1;
    await stores.events.append(accountStream(index % accounts), events, { expectedRevision });
  };
  return work(batches, file, append, () => stores.close());
}

/** `check` is given how many events the file has to hold, and the last of them. */
export async function work(
  { bench, size, count }: Batches,
  file: string,
  append: (index: number) => Promise<void>,
  close: () => void | Promise<void>,
  check: (...log: Parameters<typeof assertLog>) => void | Promise<void> = assertLog,
): Promise<Work> {
  const warmUp = Math.ceil(bench.amount(4_000) / size);
  for (let index = 0; index < warmUp; index += 1) await append(index);
  const last = warmUp + count - 1;
  return {
    run: async () => {
      for (let index = warmUp; index <= last; index += 1) await append(index);
      return count * size;
    },
    check: () =>
      check(file, eventsEach * accounts + (warmUp + count) * size, {
        streamName: accountStream(last % accounts),
        revision: firstRevisionOf(last, size) + size - 1,
      }),
    close: async () => {
      await close();
      bench.remove(file);
    },
  };
}

export function firstRevisionOf(index: number, size: number): number {
  return eventsEach + Math.floor(index / accounts) * size;
}
