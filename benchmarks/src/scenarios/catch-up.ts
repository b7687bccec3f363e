/** A projection that begins at the start of the log and takes in all of it. */
import { type Application, createApplication } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { assertDone } from '../assert.ts';
import { Account } from '../bank.ts';
import type { Bench } from '../bench.ts';
import { rowsByHand, takeIn } from '../by-hand.ts';
import { RawLog } from '../raw-log.ts';
import { BalanceRows, Balances, balanceOf, type Kind } from '../read-models.ts';
import type { RateScenario, Work } from '../scenario.ts';
import { seeded } from '../seed.ts';

const eventsEach = 10;

interface Log {
  readonly bench: Bench;
  readonly template: string;
  readonly accounts: number;
}

export const catchUp: RateScenario = {
  name: 'catch-up',
  title: 'A projection catches up',
  about:
    'A log of 100,000 events of 10,000 accounts in turn (with --large ten times both), from its beginning: one change by key for each event. By hand: a loop that reads pages of 256 whole rows, parses the data, changes the row (of documents: reads, parses, changes and writes its JSON), and moves a checkpoint’s row in the same transaction. Tidemark: from createApplication until caughtUp, which is opening the file, making the read model, restoring each event to an instance with all of its envelope, the handler, and a checkpoint fenced by a lease. Transactions end by the same rule on both sides, after 2,048 events or 10 ms; how many events that made is shown. Read models can be made again, so their transactions are not waited for on the disk, on neither side (durability normal).',
  unit: 'events',
  async open(bench) {
    const accounts = bench.size === 'large' ? 100_000 : bench.amount(10_000, 1_000);
    const template = await seeded(bench, { accounts, eventsEach });
    const log = { bench, template, accounts };
    const target = 0.9;
    return [
      { name: 'by hand, documents', prepare: async () => byHand(log, 'documents') },
      { name: 'Documents', prepare: () => byProjection(log, 'documents'), target, floor: 0.12 },
      { name: 'by hand, table', prepare: async () => byHand(log, 'table') },
      {
        name: 'Tables',
        prepare: () => byProjection(log, 'table'),
        against: 'by hand, table',
        target,
        floor: 0.08,
      },
    ];
  },
};

function byHand({ bench, template, accounts }: Log, kind: Kind): Work {
  const file = bench.copyOf(template);
  const raw = new RawLog(file, { durability: 'normal', mmapBytes: bench.mmapBytes });
  const rows = rowsByHand(raw.db, kind);
  let transactions = 0;
  return {
    run: () => {
      let events = 0;
      for (const taken of takeIn(raw, rows)) {
        events += taken;
        transactions += 1;
      }
      return events;
    },
    check: () => {
      for (const account of [0, accounts - 1]) assertDone('balance', rows.balance(account), eventsEach - 1);
    },
    figures: () => ({ 'events to a transaction': (accounts * eventsEach) / transactions }),
    close: () => {
      raw.close();
      bench.remove(file);
    },
  };
}

async function byProjection({ bench, template, accounts }: Log, kind: Kind): Promise<Work> {
  const file = bench.copyOf(template);
  const projection = kind === 'documents' ? Balances : BalanceRows;
  let transactions = 0;
  const count = (point: string, { lane }: { lane: string }) => {
    if (point === 'after-commit' && lane === 'relaxed') transactions += 1;
  };
  const store = sqlite(file, { mmapBytes: bench.mmapBytes, faults: { at: count } });
  const events = accounts * eventsEach;
  // The clock starts before the projection does; opening the file is the smallest part of it.
  let app: Application | undefined;
  return {
    run: async () => {
      app = await createApplication({ store, aggregates: [Account], projections: [projection] });
      await app.caughtUp(projection, events, { timeout: 600_000 });
      return events;
    },
    check: async () => {
      const running = app as Application;
      for (const account of [0, accounts - 1]) {
        assertDone('balance', await balanceOf(running, kind, account), eventsEach - 1);
      }
    },
    figures: () => ({ 'events to a transaction': events / transactions }),
    close: async () => {
      await app?.stop();
      bench.remove(file);
    },
  };
}
