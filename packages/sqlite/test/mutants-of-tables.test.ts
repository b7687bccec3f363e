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

/** All that are called at the same moment fail with the one that does. */
function together<Given extends readonly unknown[], T>(call: (...given: Given) => Promise<T>) {
  let group: Promise<unknown>[] = [];
  return async (...given: Given): Promise<T> => {
    if (group.length === 0)
      setImmediate(() => {
        group = [];
      });
    const own = group;
    const calling = call(...given);
    own.push(calling);
    await Promise.resolve();
    await Promise.all(own);
    return calling;
  };
}

for (const rule of [
  'a transaction that fails on its rows takes none of its neighbours with it',
  'SQL that ends its transaction itself harms nobody else',
])
  noticed(
    `fails the neighbours of a transaction that fails: ${rule}`,
    `tables: ${rule}`,
    readModels((store) => ({ transact: together((id, transaction) => store.transact(id, transaction)) })),
  );

noticed(
  'acknowledges a transaction that its own SQL has ended',
  'tables: SQL that ends its transaction itself harms nobody else',
  readModels((store) => ({ transact: (id, transaction) => store.transact(id, transaction).catch(() => {}) })),
);

noticed(
  'goes on outside of a transaction that its own SQL has ended',
  'tables: SQL that ends its transaction itself harms nobody else',
  readModels((store) => ({
    transact: async (id, transaction) => {
      const failed = await store.transact(id, transaction).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      if (failed === undefined) return;
      // What stood behind the conflict is there all the same.
      const table = store.tableName(id, 'accounts');
      const run: typeof transaction.run = (session) => {
        session.statement(`INSERT INTO ${table} (id, balance) VALUES ('eve', 3)`).run();
        return undefined;
      };
      await store.transact(id, { expected: 'any', run });
      throw failed.error;
    },
  })),
);

noticed(
  'fails the neighbours of an append whose projection ends the transaction',
  'tables of inline projections: SQL of a projection that ends the transaction refuses its own append alone',
  ({ events }) => ({ events: { append: together((...given) => events.append(...given)) } }),
);

noticed(
  'acknowledges an append whose projection ends the transaction',
  'tables of inline projections: SQL of a projection that ends the transaction refuses its own append alone',
  ({ events }) => ({
    events: {
      append: (name, batch, options) =>
        events.append(name, batch, options).catch(() => ({ streamName: name, revision: 0, position: 1 }) as never),
    },
  }),
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
