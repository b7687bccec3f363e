/** A transaction on a build with some tables, for tests of what may be done in it. */
import type { ModelSession, TableStatement } from '@tidemark/core';
import { any, numbered } from '../events.ts';
import { type Opened, opened } from '../opened.ts';
import { temporaryFile } from '../temporary.ts';
import { balances, change, serve, table } from './models.ts';

export const shape = {
  indexes: ['n'],
  tables: [
    table('rows', 'id TEXT PRIMARY KEY, amount INTEGER, note TEXT -- free', ['amount DESC', 'note, id']),
    table('order', 'id INTEGER PRIMARY KEY AUTOINCREMENT, "group" TEXT UNIQUE, bytes BLOB'),
    table('small', 'id TEXT PRIMARY KEY, n'),
  ],
};

/** Does `act` in a transaction of a build that has these tables. */
export async function inSession(act: (session: ModelSession, opened: Opened) => unknown): Promise<Opened> {
  const stores = await opened(temporaryFile());
  await stores.events.append('account-1', numbered(3), any);
  const { id } = await serve(stores.readModels, balances, { shape });
  await serve(stores.readModels, { name: 'others', version: 1 }, { shape: { indexes: [], tables: [table('theirs')] } });
  await change(stores.readModels, id, (session) => act(session, stores));
  return stores;
}

/** `rows` and its like stand for the names of this build's tables. */
export function prepare(session: ModelSession, sql: string): TableStatement {
  return session.statement(sql.replace(/\b(rows|order|small)\b/g, (name) => session.tableName(name)));
}
