/** What the state costs a command: from the cache, from a snapshot, or from all events. */
import { createApplication } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { assertDone } from '../assert.ts';
import { Account, AccountWithSnapshots, accountId, accountStream, Deposit } from '../bank.ts';
import type { Bench } from '../bench.ts';
import { assertLog, RawLog } from '../raw-log.ts';
import type { RateScenario, Work } from '../scenario.ts';
import { seeded } from '../seed.ts';
import { balanceOf, snapshotAt } from './load.ts';

const eventsEach = 100;

interface Accounts {
  readonly bench: Bench;
  readonly template: string;
  readonly accounts: number;
}

export const decide: RateScenario = {
  name: 'decide',
  title: 'A command to an aggregate of 100 events',
  about:
    'One caller, one command after another, each to another account; durability normal, so that the disk does not hide the rest. By hand: the 100 rows read, parsed and folded, then one INSERT.',
  unit: 'commands',
  async open(bench) {
    const accounts = bench.amount(1_000, 100);
    const template = await seeded(bench, { accounts, eventsEach, snapshotAt });
    const all = { bench, template, accounts };
    return [
      { name: 'by hand', prepare: async () => byHand(all) },
      { name: 'app.execute', prepare: () => byExecute(all, Account, 0), floor: 0.15 },
      {
        name: 'app.execute, snapshot 5 events behind',
        prepare: () => byExecute(all, AccountWithSnapshots, 0),
        floor: 0.3,
      },
      { name: 'app.execute, state in the cache', prepare: () => byExecute(all, Account, accounts), floor: 0.5 },
    ];
  },
};

function byHand(all: Accounts): Promise<Work> {
  const file = all.bench.copyOf(all.template);
  const raw = new RawLog(file, { durability: 'normal', mmapBytes: all.bench.mmapBytes });
  const deposit = async (account: number, revision: number) => {
    assertDone('balance', balanceOf(raw, account), revision - 1);
    raw.append(account, revision);
  };
  return work(all, file, deposit, () => raw.close());
}

async function byExecute(all: Accounts, aggregate: typeof Account, cached: number): Promise<Work> {
  const file = all.bench.copyOf(all.template);
  const store = sqlite(file, { durability: 'normal', mmapBytes: all.bench.mmapBytes });
  const app = await createApplication({ store, aggregates: [aggregate], cache: { max: cached } });
  const deposit = async (account: number, revision: number) => {
    const receipt = await app.execute(Deposit, { accountId: accountId(account), amount: 1, currency: 'EUR' });
    assertDone('revision', receipt.revision, revision);
  };
  return work(all, file, deposit, () => app.stop());
}

/** Each account twice, of which the second time counts. */
async function work(
  { bench, accounts }: Accounts,
  file: string,
  deposit: (account: number, revision: number) => Promise<void>,
  close: () => void | Promise<void>,
): Promise<Work> {
  const deposits = async (revision: number) => {
    for (let index = 0; index < accounts; index += 1) await deposit((index * 7_919) % accounts, revision);
    return accounts;
  };
  await deposits(eventsEach);
  return {
    run: () => deposits(eventsEach + 1),
    check: () =>
      assertLog(file, accounts * (eventsEach + 2), {
        streamName: accountStream(accounts - 1),
        revision: eventsEach + 1,
      }),
    close: async () => {
      await close();
      bench.remove(file);
    },
  };
}
