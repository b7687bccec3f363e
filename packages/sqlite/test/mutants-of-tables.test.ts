/** Proof that the rules about tables can fail: stores that are broken in one way each. The memory store has none to break. */
import type { ReadModelStore } from '@tidemark/core';
import { suite } from 'uvu';
import { assertNoticed, type Break, inSession, inStatement, readModels } from './broken-store.ts';

const test = suite('the conformance suite notices a store that');

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

noticed(
  'forgets what columns demand',
  'tables: a build begins with its tables, empty, as its shape says',
  readModels((store) => ({
    begin: (model, { indexes, tables }) =>
      store.begin(model, {
        indexes,
        tables: tables.map((table) => ({
          ...table,
          columns: table.columns.replaceAll(/ (TEXT|INTEGER) PRIMARY KEY| NOT NULL/g, ''),
        })),
      }),
  })),
);

noticed(
  'keeps the rows of a transaction that failed',
  'tables: a failed transaction leaves no row, and what it threw is thrown',
  readModels((store) => ({
    transact: async (id, transaction) => {
      let thrown: { readonly error: unknown } | undefined;
      await store.transact(id, {
        ...transaction,
        run: (session) => {
          try {
            return transaction.run(session);
          } catch (error) {
            thrown = { error };
            return undefined;
          }
        },
      });
      if (thrown !== undefined) throw thrown.error;
    },
  })),
);

noticed(
  'undoes nothing of what fails inside of `guarded`',
  'tables: `guarded` undoes the rows of what fails inside, and only these',
  inSession(() => ({ guarded: (act) => act() })),
);

noticed(
  'gives the tables of all builds one name',
  'tables: builds have tables of their own under names of their own',
  readModels((store) => ({ tableName: (_, table) => store.tableName(1, table) })),
);

noticed(
  'leaves the tables of a dropped build',
  'tables: tables go with their build, and with the shape they were begun for',
  readModels(() => ({ drop: async () => {} })),
);

noticed(
  'makes up names of tables',
  'tables: a table that the shape does not have is refused by name',
  readModels(() => ({ tableName: (id, table) => `"${table}__${id}"` })),
);

noticed(
  'gives values as text',
  'tables: values come back as they were given',
  readModels((store) => ({
    select: (sql, values) =>
      store.select(sql, values).map((row) => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, `${v}`]))),
  })),
);

noticed(
  'gives out its own rows',
  'tables: rows that were got can be changed',
  readModels((store) => {
    const given = new Map<string, ReturnType<ReadModelStore['select']>>();
    return {
      select: (sql, values) => {
        const rows = given.get(sql) ?? store.select(sql, values);
        given.set(sql, rows);
        return rows;
      },
    };
  }),
);

noticed(
  'counts one changed row for each statement',
  'statements on tables: a statement writes to its build’s tables in every way that SQL has for it',
  inStatement((statement) => ({ run: (...values) => Math.min(1, statement.run(...values)) })),
);

noticed(
  'gives the first row only',
  'statements on tables: a statement reads one row, all of them, or none, and what was written just before',
  inStatement((statement) => ({ all: (...values) => statement.all(...values).slice(0, 1) })),
);

noticed(
  'gives back what was there before',
  'statements on tables: a statement that writes may give rows back',
  inStatement((statement, sql) => ({
    get: (...values) => (sql.includes('RETURNING') ? {} : statement.get(...values)),
  })),
);

noticed(
  'reads its own tables only',
  'statements on tables: a statement may read tables of other builds',
  inSession((session) => ({
    statement: (sql) => session.statement(sql.replace(/FROM "accounts__\d+"/, `FROM ${session.tableName('accounts')}`)),
  })),
);

const lenient = inSession((session) => ({
  statement: (sql) => {
    try {
      return session.statement(sql);
    } catch {
      return session.statement('SELECT 1');
    }
  },
}));
for (const rule of [
  'SQL that begins or ends transactions is refused, and the transaction goes on',
  'SQL that changes the schema or the database is refused',
  'SQL that writes elsewhere is refused',
  'text that is not one statement is refused',
])
  noticed(`passes over what it should refuse: ${rule}`, `statements on tables: ${rule}`, lenient);

noticed(
  'passes over what readers may not do',
  'statements on tables: a reader’s query reads with values, and nothing else',
  readModels((store) => ({
    select: (sql, values) => {
      try {
        return store.select(sql, values);
      } catch {
        return [];
      }
    },
  })),
);

test.run();
