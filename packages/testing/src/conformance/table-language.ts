/** The words that the rules about tables are written in. */
import assert from 'node:assert/strict';
import type { Checkpoint, ModelKey, ModelSession, ModelShape, ReadModelStore, TableShape } from '@tidemark/core';
import { balances, begun } from './read-model-language.ts';

export const accounts: TableShape = {
  name: 'accounts',
  columns: 'id TEXT PRIMARY KEY, balance INTEGER NOT NULL DEFAULT 0, note',
  indexes: ['balance', 'note, balance DESC', 'lower(id)'],
};
export const entries: TableShape = { name: 'entries', columns: 'position INTEGER PRIMARY KEY, account', indexes: [] };
export const ledger: ModelShape = { indexes: [], tables: [accounts, entries] };

export type Row = Readonly<Record<string, unknown>>;

export function tabled(store: ReadModelStore, model: ModelKey = balances): Promise<number> {
  return begun(store, model, ledger);
}

/** One transaction that does not look at the checkpoint, nor moves it. */
export async function act(store: ReadModelStore, id: number, run: (session: ModelSession) => unknown): Promise<void> {
  await store.transact(id, {
    expected: 'any',
    run(session): Checkpoint | undefined {
      run(session);
      return undefined;
    },
  });
}

/** Puts accounts, each with its balance. */
export function put(store: ReadModelStore, id: number, balancesOf: Readonly<Record<string, number>>): Promise<void> {
  return act(store, id, (session) => putIn(session, balancesOf));
}

export function putIn(session: ModelSession, balancesOf: Readonly<Record<string, number>>): void {
  const insert = session.statement(`INSERT INTO ${session.tableName('accounts')} (id, balance) VALUES (?, ?)`);
  for (const [account, balance] of Object.entries(balancesOf)) insert.run(account, balance);
}

/** The accounts of a build and their balances. */
export function rowsOf(store: ReadModelStore, id: number): Readonly<Record<string, unknown>> {
  return byId(store.select(`SELECT id, balance FROM ${store.tableName(id, 'accounts')} ORDER BY id`, []));
}

/** The accounts that readers find under the plain name. */
export function plainRows(store: ReadModelStore): Readonly<Record<string, unknown>> {
  return byId(store.select('SELECT id, balance FROM accounts ORDER BY id', []));
}

/** A driver may give its rows no prototype, or a class. */
export function plain(rows: readonly Row[]): readonly Row[] {
  return rows.map((row) => ({ ...row }));
}

function byId(rows: readonly Row[]): Readonly<Record<string, unknown>> {
  const ids = rows.map((row) => String(row['id']));
  assert.equal(new Set(ids).size, ids.length);
  return Object.fromEntries(rows.map((row) => [String(row['id']), row['balance']]));
}
