/** The read models that somebody would write by hand, with better-sqlite3 alone, and the loop that fills them. */
import { accountId } from './bank.ts';
import type { RawLog, RawRow } from './raw-log.ts';
import type { Kind } from './read-models.ts';

export interface RowsByHand {
  opened(key: string, owner: string): void;
  deposited(key: string, amount: number): void;
  balance(account: number): number | undefined;
}

interface Balance {
  readonly owner: string;
  readonly balance: number;
}

/** Makes an empty read model. Documents are JSON by key; their balance is changed as an object, read and written whole. */
export function rowsByHand(db: RawLog['db'], kind: Kind): RowsByHand {
  return kind === 'documents' ? documents(db) : table(db);
}

function documents(db: RawLog['db']): RowsByHand {
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
    balance: (account) => get(accountId(account)).balance,
  };
}

function table(db: RawLog['db']): RowsByHand {
  db.exec('CREATE TABLE by_hand (account TEXT PRIMARY KEY, owner TEXT, balance INTEGER NOT NULL)');
  const open = db.prepare<[string, string]>('INSERT INTO by_hand VALUES (?, ?, 0)');
  const add = db.prepare<[string, number]>(
    `INSERT INTO by_hand VALUES (?, '', ?) ON CONFLICT DO UPDATE SET balance = balance + excluded.balance`,
  );
  const balance = db.prepare<[string], number>('SELECT balance FROM by_hand WHERE account = ?').pluck();
  return {
    opened: (key, owner) => void open.run(key, owner),
    deposited: (key, amount) => void add.run(key, amount),
    balance: (account) => balance.get(accountId(account)),
  };
}

/** As Tidemark does: a query reads so many rows, and so many events are taken in at once … */
const pageSize = 256;
const batchSize = 2_048;
/** … in transactions that end after so many ms. */
const slice = 10;

/**
 * Reads the log to its end: pages of rows, JSON.parse of the data, the change by key, and the checkpoint's row in the
 * same transaction. Yields after each transaction how many events it took in, so that others may write in between.
 */
export function* takeIn(raw: RawLog, rows: RowsByHand): Generator<number, void, undefined> {
  raw.db.exec('CREATE TABLE by_hand_checkpoint (id INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT');
  raw.db.exec('INSERT INTO by_hand_checkpoint VALUES (1, 0)');
  const move = raw.db.prepare<[number]>('UPDATE by_hand_checkpoint SET position = ? WHERE id = 1');
  for (let batch = batchAfter(raw, 0); batch.length > 0; batch = batchAfter(raw, lastOf(batch))) {
    for (let done = 0; done < batch.length; ) {
      const first = done;
      raw.begin();
      const began = performance.now();
      do {
        take(raw, rows, batch[done] as RawRow);
        done += 1;
        // The clock is not looked at for each event.
      } while (done < batch.length && !(done % 32 === 0 && performance.now() - began > slice));
      move.run((batch[done - 1] as RawRow)[0]);
      raw.commit();
      yield done - first;
    }
  }
}

function batchAfter(raw: RawLog, after: number): readonly RawRow[] {
  const batch: RawRow[] = [];
  while (batch.length < batchSize) {
    const page = raw.page(batch.length === 0 ? after : lastOf(batch), pageSize);
    for (const row of page) batch.push(row);
    if (page.length < pageSize) break;
  }
  return batch;
}

function take(raw: RawLog, rows: RowsByHand, row: RawRow): void {
  const key = raw.accountIdOf(row);
  const data = JSON.parse(row[7]) as { owner: string; amount: number };
  if (raw.isDeposit(row)) rows.deposited(key, data.amount);
  else rows.opened(key, data.owner);
}

function lastOf(rows: readonly RawRow[]): number {
  return (rows[rows.length - 1] as RawRow)[0];
}
