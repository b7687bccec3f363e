import assert from 'node:assert/strict';
import type { ModelSession, ReadModelStore } from '@tidemark/core';
import { any, numbered, refused } from './language.ts';
import { balances, document, serve } from './read-model-language.ts';
import { needing, type Rules } from './rule.ts';
import { act, plain, plainRows, put, putIn, rowsOf, tabled } from './table-language.ts';

export const tableStatements: Rules = needing('tables', {
  'a statement writes to its build’s tables in every way that SQL has for it': async ({ readModels: store }) => {
    const id = await tabled(store);
    const changed: number[] = [];
    await act(store, id, (session) => {
      const table = session.tableName('accounts');
      const run = (sql: string, ...values: unknown[]) => changed.push(session.statement(sql).run(...values));
      run(`INSERT INTO ${table} (id, balance) VALUES (?, ?), (?, ?), ('tom', 3)`, 'ada', 1, 'bob', 2);
      run(
        `INSERT INTO ${table} (id, balance) VALUES ('ada', 5) ON CONFLICT (id) DO UPDATE SET balance = balance + excluded.balance`,
      );
      run(`REPLACE INTO ${table} (id, balance) VALUES ('bob', 20)`);
      run(`INSERT OR IGNORE INTO ${table} (id) VALUES ('ada')`);
      run(
        `WITH rich AS (SELECT id FROM ${table} WHERE balance > ?) UPDATE ${table} SET balance = 0 WHERE id IN rich`,
        10,
      );
      run(`INSERT INTO ${session.tableName('entries')} (account) SELECT id FROM ${table} WHERE balance < 4`);
      run(`DELETE FROM ${table} WHERE id = ?`, 'tom');
      run(`DELETE FROM ${table} WHERE id = ?`, 'nobody');
      run(`UPDATE ${table} SET balance = balance + 1`);
    });
    assert.deepEqual(changed, [3, 1, 1, 0, 1, 2, 1, 0, 2]);
    assert.deepEqual(rowsOf(store, id), { ada: 7, bob: 1 });
  },

  'a statement reads one row, all of them, or none, and what was written just before': async ({
    readModels: store,
  }) => {
    const id = await tabled(store);
    const seen: unknown[] = [];
    await act(store, id, (session) => {
      const one = session.statement(`SELECT balance FROM ${session.tableName('accounts')} WHERE id = ?`);
      const all = session.statement(
        `SELECT id, balance FROM ${session.tableName('accounts')} WHERE balance < ? ORDER BY id`,
      );
      seen.push(one.get('ada'), all.all(10));
      putIn(session, { eve: 3, ada: 1, tom: 30 });
      seen.push({ ...one.get('ada') }, plain(all.all(10)));
    });
    const rows = [
      { id: 'ada', balance: 1 },
      { id: 'eve', balance: 3 },
    ];
    assert.deepEqual(seen, [undefined, [], { balance: 1 }, rows]);
  },

  'a statement that writes may give rows back': async ({ readModels: store }) => {
    const id = await tabled(store);
    let row: unknown;
    await act(store, id, (session) => {
      const table = session.tableName('accounts');
      row = {
        ...session.statement(`INSERT INTO ${table} (id, balance) VALUES (?, ?) RETURNING balance`).get('ada', 7),
      };
    });
    assert.deepEqual([row, rowsOf(store, id)], [{ balance: 7 }, { ada: 7 }]);
  },

  'a statement may read tables of other builds': async ({ readModels: store }) => {
    const [id, other] = [await tabled(store), await tabled(store, { ...balances, version: 2 })];
    await put(store, other, { ada: 5 });
    await act(store, id, (session) =>
      session
        .statement(
          `INSERT INTO ${session.tableName('accounts')} (id, balance) SELECT id, balance FROM ${store.tableName(other, 'accounts')}`,
        )
        .run(),
    );
    assert.deepEqual(rowsOf(store, id), { ada: 5 });
  },

  'SQL that begins or ends transactions is refused, and the transaction goes on': async ({ readModels: store }) => {
    await assertAllRefused(store, () => [
      'BEGIN',
      'BEGIN IMMEDIATE',
      'COMMIT',
      'END',
      'ROLLBACK',
      'SAVEPOINT mine',
      'RELEASE mine',
      'ROLLBACK TO mine',
      ' /* a remark */ commit',
      '-- a remark\nCOMMIT',
    ]);
  },

  'SQL that changes the schema or the database is refused': async ({ readModels: store }) => {
    await assertAllRefused(store, (own) => [
      'CREATE TABLE mine (id)',
      'CREATE TEMP TABLE mine (id)',
      `CREATE TABLE mine AS SELECT * FROM ${own}`,
      `CREATE INDEX mine ON ${own} (note)`,
      `CREATE VIEW mine AS SELECT * FROM ${own}`,
      `CREATE TRIGGER mine AFTER INSERT ON ${own} BEGIN SELECT 1; END`,
      `DROP TABLE ${own}`,
      `DROP TABLE IF EXISTS ${own}`,
      `ALTER TABLE ${own} ADD COLUMN more`,
      `ALTER TABLE ${own} RENAME TO mine`,
      'PRAGMA journal_mode = DELETE',
      'PRAGMA synchronous = OFF',
      "ATTACH ':memory:' AS mine",
      'DETACH main',
      'VACUUM',
      'REINDEX',
      'ANALYZE',
    ]);
  },

  'SQL that writes elsewhere is refused': async ({ readModels: store, events }) => {
    await events.append('account-1', numbered(1), any);
    const other = await tabled(store, { ...balances, version: 2 });
    await put(store, other, { eve: 1 });
    await serve(store, other);
    const foreign = store.tableName(other, 'accounts');
    await assertAllRefused(store, (own) => [
      `INSERT INTO ${foreign} (id) VALUES ('ada')`,
      `UPDATE ${foreign} SET balance = 9`,
      `DELETE FROM ${foreign}`,
      `REPLACE INTO ${foreign} (id) VALUES ('eve')`,
      `WITH one AS (SELECT 1) DELETE FROM ${foreign}`,
      `INSERT INTO ${foreign} (id) SELECT id FROM ${own}`,
      "INSERT INTO accounts (id) VALUES ('ada')",
      'DELETE FROM accounts',
      "INSERT INTO sqlite_master (name) VALUES ('x')",
      'DELETE FROM sqlite_sequence',
    ]);
    assert.deepEqual([rowsOf(store, other), plainRows(store)], [{ eve: 1 }, { eve: 1 }]);
  },

  'text that is not one statement is refused': async ({ readModels: store }) => {
    await assertAllRefused(store, (own) => [
      '',
      ';',
      '-- a remark',
      'SELEC 1',
      'SELECT',
      'SELECT * FROM nowhere',
      `SELECT nothing FROM ${own}`,
      `SELECT 1; DELETE FROM ${own}`,
      `DELETE FROM ${own}; DELETE FROM ${own}`,
      `INSERT INTO ${own} (id) VALUES ('a'); COMMIT`,
    ]);
  },

  'a reader’s query reads with values, and nothing else': async ({ readModels: store }) => {
    const id = await tabled(store);
    await put(store, id, { ada: 1, bob: 2, eve: 3 });
    const table = store.tableName(id, 'accounts');
    const richer = `SELECT id FROM ${table} WHERE balance > ? AND id < ? ORDER BY id`;
    assert.deepEqual(plain(store.select(richer, [1, 'c'])), [{ id: 'bob' }]);
    assert.deepEqual(store.select(richer, [9, 'c']), []);
    assert.deepEqual(plain(store.select(`WITH a AS (SELECT count(*) AS n FROM ${table}) SELECT n FROM a`, [])), [
      { n: 3 },
    ]);
    for (const sql of [
      `INSERT INTO ${table} (id) VALUES ('tom')`,
      `UPDATE ${table} SET balance = 9`,
      `DELETE FROM ${table}`,
      `DELETE FROM ${table} RETURNING id`,
      `WITH a AS (SELECT 1) DELETE FROM ${table}`,
      `DROP TABLE ${table}`,
      'CREATE TABLE mine (id)',
      'BEGIN',
      'COMMIT',
      'PRAGMA synchronous = OFF',
      "ATTACH ':memory:' AS mine",
      'VACUUM',
      'SELECT * FROM nowhere',
      `SELECT 1; DELETE FROM ${table}`,
      '',
    ])
      await refused('INVALID_ARGUMENT', () => store.select(sql, []));
    assert.deepEqual(rowsOf(store, id), { ada: 1, bob: 2, eve: 3 });
    await put(store, id, { tom: 4 });
  },
});

/** In a transaction that goes on, and commits what was written before and after. */
async function assertAllRefused(store: ReadModelStore, texts: (own: string) => readonly string[]): Promise<void> {
  const id = await tabled(store, { ...balances, version: 9 });
  const accepted: string[] = [];
  await act(store, id, (session) => {
    putIn(session, { before: 1 });
    session.write('before', document(1));
    for (const sql of texts(session.tableName('accounts'))) {
      const code = codeOfUse(session, sql);
      if (code !== 'INVALID_ARGUMENT') accepted.push(`${sql}: ${String(code)}`);
    }
    putIn(session, { after: 2 });
  });
  assert.deepEqual(accepted, []);
  assert.deepEqual([rowsOf(store, id), store.read(id, 'before')], [{ after: 2, before: 1 }, document(1)]);
}

function codeOfUse(session: ModelSession, sql: string): unknown {
  try {
    session.statement(sql);
    return 'was accepted';
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
}
