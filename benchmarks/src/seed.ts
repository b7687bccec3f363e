/** Databases to measure on: accounts whose events lie in turn, as they would in a real log. */
import { randomUUID } from 'node:crypto';
import { createApplication, EventRegistry, type Stores } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import {
  AccountOpened,
  AccountWithSnapshots,
  accountId,
  accountStream,
  Deposit,
  depositOf,
  MoneyDeposited,
  metadata,
} from './bank.ts';
import type { Bench } from './bench.ts';

export interface Seed {
  readonly accounts: number;
  /** Of each account, the one that opened it included. */
  readonly eventsEach: number;
  /** After which event of each account a snapshot is to be there. */
  readonly snapshotAt?: number;
}

/** Every deposit is of 1, so that a balance is the number of deposits. */
export async function seeded(bench: Bench, { accounts, eventsEach, snapshotAt }: Seed): Promise<string> {
  const file = bench.file();
  const store = sqlite(file, { durability: 'normal' });
  const before = snapshotAt === undefined ? eventsEach : snapshotAt - 1;
  await using(store.open(), (stores) => appendRounds(stores, accounts, 0, before));
  if (snapshotAt === undefined) return file;
  const app = await createApplication({ store, aggregates: [AccountWithSnapshots] });
  for (let account = 0; account < accounts; account += 1) {
    await app.execute(Deposit, { accountId: accountId(account), amount: 1, currency: 'EUR' });
  }
  await app.stop();
  await using(store.open(), (stores) => appendRounds(stores, accounts, snapshotAt, eventsEach));
  return file;
}

/** One event for each account, then the next for each. */
async function appendRounds({ events }: Stores, accounts: number, from: number, to: number): Promise<void> {
  const registry = new EventRegistry({ events: [AccountOpened, MoneyDeposited] });
  for (let revision = from; revision < to; revision += 1) {
    const expectedRevision = revision === 0 ? 'no_stream' : revision - 1;
    await inGroups(accounts, 512, (account) => {
      const event = revision === 0 ? new AccountOpened(`owner ${account}`, 'London') : depositOf(1);
      const data = registry.encode(event, randomUUID(), metadata);
      return events.append(accountStream(account), [data], { expectedRevision });
    });
  }
}

async function inGroups(count: number, size: number, act: (index: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += size) {
    await Promise.all(Array.from({ length: Math.min(size, count - from) }, (_, index) => act(from + index)));
  }
}

async function using(opening: Promise<Stores>, act: (stores: Stores) => Promise<void>): Promise<void> {
  const stores = await opening;
  await act(stores);
  await stores.close();
}
