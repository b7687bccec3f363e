/** A projection that begins at the start of the log and takes in all of it. */
import { type Application, createApplication } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { assertDone } from '../assert.ts';
import { Account, accountId, Balances } from '../bank.ts';
import type { Bench } from '../bench.ts';
import { RawLog } from '../raw-log.ts';
import type { RateScenario, Work } from '../scenario.ts';
import { seeded } from '../seed.ts';

const eventsEach = 10;
const transactionSize = 1_000;

interface Log {
  readonly bench: Bench;
  readonly template: string;
  readonly accounts: number;
}

interface Balance {
  readonly owner: string;
  readonly balance: number;
}

export const catchUp: RateScenario = {
  name: 'catch-up',
  title: 'A projection to documents catches up',
  about:
    'From the log’s beginning until caughtUp, documents by key, one update an event, keys in turn. By hand: pages of 1,000 rows, JSON.parse, read and write of the document’s JSON, and the checkpoint, in one transaction (durability normal).',
  unit: 'events',
  async open(bench) {
    const accounts = bench.amount(10_000, 1_000);
    const template = await seeded(bench, { accounts, eventsEach });
    const log = { bench, template, accounts };
    return [
      { name: 'by hand, documents', prepare: async () => byHand(log, documentTable) },
      { name: 'by hand, columns of a table', prepare: async () => byHand(log, columnTable) },
      { name: 'Documents', prepare: () => byProjection(log), floor: 0.12 },
    ];
  },
};

type Table = (db: RawLog['db']) => {
  opened(key: string, owner: string): void;
  deposited(key: string, amount: number): void;
  balance(key: string): number | undefined;
};

const documentTable: Table = (db) => {
  db.exec('CREATE TABLE by_hand (key TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT, WITHOUT ROWID');
  const find = db.prepare<[string], string>('SELECT json FROM by_hand WHERE key = ?').pluck();
  const put = db.prepare<[string, string]>(
    'INSERT INTO by_hand (key, json) VALUES (?, ?) ON CONFLICT DO UPDATE SET json = excluded.json',
  );
  const get = (key: string) => JSON.parse(find.get(key) ?? '{}') as Balance;
  return {
    opened: (key, owner) => void put.run(key, JSON.stringify({ owner, balance: 0 })),
    deposited(key, amount) {
      const document = get(key);
      put.run(key, JSON.stringify({ ...document, balance: document.balance + amount }));
    },
    balance: (key) => get(key).balance,
  };
};

const columnTable: Table = (db) => {
  db.exec('CREATE TABLE by_hand (key TEXT PRIMARY KEY, owner TEXT, balance INTEGER NOT NULL) STRICT, WITHOUT ROWID');
  const open = db.prepare<[string, string]>('INSERT INTO by_hand (key, owner, balance) VALUES (?, ?, 0)');
  const add = db.prepare<[number, string]>('UPDATE by_hand SET balance = balance + ? WHERE key = ?');
  const balance = db.prepare<[string], number>('SELECT balance FROM by_hand WHERE key = ?').pluck();
  return {
    opened: (key, owner) => void open.run(key, owner),
    deposited: (key, amount) => void add.run(amount, key),
    balance: (key) => balance.get(key),
  };
};

function byHand(log: Log, table: Table): Work {
  const { bench, template, accounts } = log;
  const file = bench.copyOf(template);
  const raw = new RawLog(file, { durability: 'normal', mmapBytes: bench.mmapBytes });
  raw.db.exec('CREATE TABLE by_hand_checkpoint (id INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT');
  raw.db.exec('INSERT INTO by_hand_checkpoint VALUES (1, 0)');
  const move = raw.db.prepare<[number]>('UPDATE by_hand_checkpoint SET position = ? WHERE id = 1');
  const rows = table(raw.db);
  const run = () => {
    for (let after = 0; ; ) {
      raw.begin();
      const page = raw.page(after, transactionSize);
      for (const row of page) {
        const key = raw.accountIdOf(row);
        const data = JSON.parse(row[7]) as { owner: string; amount: number };
        if (raw.isDeposit(row)) rows.deposited(key, data.amount);
        else rows.opened(key, data.owner);
      }
      after = page[page.length - 1]?.[0] ?? after;
      move.run(after);
      raw.commit();
      if (page.length < transactionSize) return accounts * eventsEach;
    }
  };
  const check = () => {
    for (const account of [0, accounts - 1]) assertDone('balance', rows.balance(accountId(account)), eventsEach - 1);
  };
  const close = () => {
    raw.close();
    bench.remove(file);
  };
  return { run, check, close };
}

async function byProjection({ bench, template, accounts }: Log): Promise<Work> {
  const file = bench.copyOf(template);
  const store = sqlite(file, { mmapBytes: bench.mmapBytes });
  const events = accounts * eventsEach;
  // The clock starts before the projection does; opening the file is the smallest part of it.
  let app: Application | undefined;
  return {
    run: async () => {
      app = await createApplication({ store, aggregates: [Account], projections: [Balances] });
      await app.caughtUp(Balances, events, { timeout: 600_000 });
      return events;
    },
    check: async () => {
      const documents = app?.documents(Balances);
      assertDone('documents', await documents?.count(), accounts);
      for (const account of [0, accounts - 1]) {
        assertDone('balance', (await documents?.get(accountId(account)))?.balance, eventsEach - 1);
      }
    },
    close: async () => {
      await app?.stop();
      bench.remove(file);
    },
  };
}
