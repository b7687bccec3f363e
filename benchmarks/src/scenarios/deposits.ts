/** Deposits in turn on a thousand accounts: what every scenario that writes one event at a time does, and its ways. */
import { type AppendResult, createApplication, type EventStore } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { Account, accountId, accountStream, Deposit, deposit } from '../bank.ts';
import type { Bench } from '../bench.ts';
import { callers } from '../callers.ts';
import { assertLog, RawLog, type RawOptions } from '../raw-log.ts';
import type { Work } from '../scenario.ts';

const accounts = 1_000;

export interface Deposits {
  readonly bench: Bench;
  /** A closed database of `accounts` accounts with two events each. */
  readonly template: string;
  readonly durability: RawOptions['durability'];
  readonly callers: number;
  readonly count: number;
}

/**
 * Every account four times: until the engine has compiled what runs. It also fills the WAL up to its first checkpoint: from
 * then on it is overwritten and not grown.
 */
export function warmUpOf(bench: Bench): number {
  return bench.amount(4 * accounts);
}

export const depositSeed = { accounts, eventsEach: 2 };

export async function byHand(deposits: Deposits): Promise<Work> {
  const { bench, template, durability, count } = deposits;
  const warmUp = warmUpOf(bench);
  const file = bench.copyOf(template);
  const raw = new RawLog(file, { durability, mmapBytes: bench.mmapBytes });
  const append = (from: number, total: number) => {
    for (let index = from; index < from + total; index += 1) raw.append(accountOf(index), revisionOf(index));
  };
  append(0, warmUp);
  return work(deposits, file, {
    run: () => append(warmUp, count),
    close: () => raw.close(),
  });
}

/** The event store alone, with plain data. */
export async function byStore(deposits: Deposits): Promise<Work> {
  const { bench, template, durability, count } = deposits;
  const warmUp = warmUpOf(bench);
  const file = bench.copyOf(template);
  const stores = await sqlite(file, { durability, mmapBytes: bench.mmapBytes }).open();
  const append = (index: number) => appendDeposit(stores.events, index);
  await callers(deposits.callers, { from: 0, total: warmUp }, append);
  return work(deposits, file, {
    run: () => callers(deposits.callers, { from: warmUp, total: count }, append),
    close: () => stores.close(),
  });
}

/** The next deposit in turn, expecting its account where it should be. */
export function appendDeposit(events: Pick<EventStore, 'append'>, index: number): Promise<AppendResult> {
  return deposit(events, accountOf(index), revisionOf(index));
}

/** The whole way of a command. */
export async function byCommand(deposits: Deposits): Promise<Work> {
  const { bench, template, durability, count } = deposits;
  const warmUp = warmUpOf(bench);
  const file = bench.copyOf(template);
  const store = sqlite(file, { durability, mmapBytes: bench.mmapBytes });
  const app = await createApplication({ store, aggregates: [Account] });
  const execute = (index: number) =>
    app.execute(Deposit, { accountId: accountId(accountOf(index)), amount: 1, currency: 'EUR' });
  await callers(deposits.callers, { from: 0, total: warmUp }, execute);
  return work(deposits, file, {
    run: () => callers(deposits.callers, { from: warmUp, total: count }, execute),
    close: () => app.stop(),
  });
}

interface Parts {
  run(): void | Promise<void>;
  /** What there is to look at beside the log. */
  check?(): void | Promise<void>;
  /** Looks at the log where it is not one of Tidemark's. */
  readonly assertLog?: (...log: Parameters<typeof assertLog>) => void | Promise<void>;
  close(): void | Promise<void>;
}

export function work({ bench, count }: Deposits, file: string, parts: Parts): Work {
  const { run, check, close, assertLog: look = assertLog } = parts;
  const warmUp = warmUpOf(bench);
  const last = warmUp + count - 1;
  return {
    run: async () => {
      await run();
      return count;
    },
    check: async () => {
      await look(file, depositSeed.eventsEach * accounts + warmUp + count, {
        streamName: accountStream(accountOf(last)),
        revision: revisionOf(last),
      });
      await check?.();
    },
    close: async () => {
      await close();
      bench.remove(file);
    },
  };
}

export function accountOf(index: number): number {
  return index % accounts;
}

export function revisionOf(index: number): number {
  return depositSeed.eventsEach + Math.floor(index / accounts);
}
