/** Read models that change in the append's own transaction. */
import { createApplication } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { assertDone } from '../assert.ts';
import { Account, accountId } from '../bank.ts';
import { rowsByHand } from '../by-hand.ts';
import { callers } from '../callers.ts';
import { RawLog } from '../raw-log.ts';
import { balanceOf, InlineBalanceRows, InlineBalances, type Kind } from '../read-models.ts';
import type { RateScenario, Way, Work } from '../scenario.ts';
import { seeded } from '../seed.ts';
import { accountOf, appendDeposit, type Deposits, depositSeed, revisionOf, warmUpOf, work } from './deposits.ts';

const about =
  'Each append changes the balance of its account in the same transaction; durability full. By hand: BEGIN, the event’s INSERT with JSON.stringify and a random UUID, the change of the row (of a document: its JSON read, parsed, changed and written), COMMIT: one fsync for both. Tidemark does the same through the projection’s handler, and keeps a checkpoint beside it. The last column compares with the same append in an application without a projection: what the projection adds. 5 rounds.';

export const inline1: RateScenario = {
  name: 'inline-1',
  title: 'An inline projection, one caller',
  about: `One caller who waits for each append. ${about}`,
  unit: 'appends',
  mostRounds: 5,
  async open(bench) {
    const template = await seeded(bench, depositSeed);
    const count = bench.amount(4_000, 50);
    return ways({ bench, template, durability: 'full', callers: 1, count }, count, { floor: 0.1 });
  },
};

export const inline64: RateScenario = {
  name: 'inline-64',
  title: 'An inline projection, 64 callers',
  about: `64 callers, each waiting for its own append. ${about} By hand, each call is a transaction of its own; Tidemark commits those that wait together.`,
  unit: 'appends',
  mostRounds: 5,
  async open(bench) {
    const template = await seeded(bench, depositSeed);
    const count = bench.amount(4_000, 50);
    return ways({ bench, template, durability: 'full', callers: 64, count: 4 * count }, count, { floor: 0.2 });
  },
};

function ways(deposits: Deposits, byHandCount: number, { floor }: { readonly floor: number }): readonly Way[] {
  const plain = 'append, no projection';
  const hand = { ...deposits, count: byHandCount };
  const table = { against: 'by hand, event and row of a table', alsoAgainst: plain };
  return [
    { name: 'by hand, event and document', prepare: () => byHand(hand, 'documents') },
    { name: table.against, prepare: () => byHand(hand, 'table'), against: table.against },
    { name: plain, prepare: () => byApplication(deposits, undefined), against: plain },
    {
      name: 'append, inline Documents',
      prepare: () => byApplication(deposits, 'documents'),
      alsoAgainst: plain,
      floor,
    },
    { name: 'append, inline Tables', prepare: () => byApplication(deposits, 'table'), ...table, floor },
  ];
}

async function byHand(deposits: Deposits, kind: Kind): Promise<Work> {
  const { bench, template, durability, count } = deposits;
  const warmUp = warmUpOf(bench);
  const file = bench.copyOf(template);
  const raw = new RawLog(file, { durability, mmapBytes: bench.mmapBytes });
  const rows = rowsByHand(raw.db, kind);
  raw.begin();
  for (let account = 0; account < depositSeed.accounts; account += 1) {
    rows.opened(accountId(account), `owner ${account}`);
    rows.deposited(accountId(account), 1);
  }
  raw.commit();
  const append = (from: number, total: number) => {
    for (let index = from; index < from + total; index += 1) {
      raw.begin();
      raw.append(accountOf(index), revisionOf(index));
      rows.deposited(accountId(accountOf(index)), 1);
      raw.commit();
    }
  };
  append(0, warmUp);
  const last = warmUp + count - 1;
  return work(deposits, file, {
    run: () => append(warmUp, count),
    check: () => assertDone('balance', rows.balance(accountOf(last)), revisionOf(last)),
    close: () => raw.close(),
  });
}

async function byApplication(deposits: Deposits, kind: Kind | undefined): Promise<Work> {
  const { bench, template, durability, count } = deposits;
  const warmUp = warmUpOf(bench);
  const file = bench.copyOf(template);
  const store = sqlite(file, { durability, mmapBytes: bench.mmapBytes });
  const projection = kind === 'documents' ? InlineBalances : InlineBalanceRows;
  const projections = kind === undefined ? [] : [projection];
  const app = await createApplication({ store, aggregates: [Account], projections });
  if (kind !== undefined) await app.ready(projection);
  const append = (index: number) => appendDeposit(app.eventStore, index);
  await callers(deposits.callers, { from: 0, total: warmUp }, append);
  const last = warmUp + count - 1;
  return work(deposits, file, {
    run: () => callers(deposits.callers, { from: warmUp, total: count }, append),
    check: async () => {
      if (kind === undefined) return;
      // Without waiting: it changed with the append.
      assertDone('balance', await balanceOf(app, kind, accountOf(last), true), revisionOf(last));
    },
    close: () => app.stop(),
  });
}
