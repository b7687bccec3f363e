/** An aggregate's state from its events. */
import { createApplication } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { assertDone } from '../assert.ts';
import { Account, AccountWithSnapshots, accountId } from '../bank.ts';
import type { Bench } from '../bench.ts';
import { RawLog } from '../raw-log.ts';
import type { RateScenario, Work } from '../scenario.ts';
import { seeded } from '../seed.ts';

export const eventsEach = 100;
export const snapshotAt = 95;

interface Accounts {
  readonly bench: Bench;
  readonly file: string;
  readonly accounts: number;
}

export const load: RateScenario = {
  name: 'load',
  title: 'Loading an aggregate of 100 events',
  about:
    'app.load of one account after another, whose events lie scattered over the log. By hand: the 100 rows, JSON.parse of the data, and a fold.',
  unit: 'aggregates',
  async open(bench) {
    const accounts = bench.amount(1_000, 100);
    const file = await seeded(bench, { accounts, eventsEach, snapshotAt });
    const all = { bench, file, accounts };
    return [
      { name: 'by hand', prepare: () => byHand(all) },
      { name: 'app.load', prepare: () => byLoad(all, Account), target: 0.95, floor: 0.2 },
      { name: 'app.load, snapshot 5 events behind', prepare: () => byLoad(all, AccountWithSnapshots), floor: 1 },
    ];
  },
};

/** The balance of an account, from its rows. */
export function balanceOf(raw: RawLog, account: number): number {
  const state = { owner: '', balance: 0 };
  for (const row of raw.stream(account)) {
    const data = JSON.parse(row[7]) as { owner: string; amount: number };
    if (raw.isDeposit(row)) state.balance += data.amount;
    else state.owner = data.owner;
  }
  return state.balance;
}

function byHand({ bench, file, accounts }: Accounts): Promise<Work> {
  const raw = new RawLog(file, { durability: 'full', mmapBytes: bench.mmapBytes });
  return work(
    accounts,
    async (account) => balanceOf(raw, account),
    () => raw.close(),
  );
}

async function byLoad({ bench, file, accounts }: Accounts, aggregate: typeof Account): Promise<Work> {
  const app = await createApplication({ store: sqlite(file, { mmapBytes: bench.mmapBytes }), aggregates: [aggregate] });
  const balance = async (account: number) => (await app.load(aggregate, accountId(account))).balance;
  return work(accounts, balance, () => app.stop());
}

/** Twice over all accounts: the first time warms up. */
export async function work(
  accounts: number,
  balance: (account: number) => Promise<number>,
  close: () => void | Promise<void>,
): Promise<Work> {
  let sum = 0;
  const run = async () => {
    sum = 0;
    // A step that has no common factor with the count, so that neighbours on the disk are not neighbours in time.
    for (let index = 0; index < accounts; index += 1) sum += await balance((index * 7_919) % accounts);
    return accounts;
  };
  await run();
  return { run, check: () => assertDone('sum of the balances', sum, accounts * (eventsEach - 1)), close };
}
