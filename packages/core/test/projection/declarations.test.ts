/** What a projection's decorators, `schema` and store contradict is refused before anything is opened. */
import assert from 'node:assert/strict';
import {
  createApplication,
  type DeclareTable,
  Documents,
  memory,
  On,
  Projection,
  type ProjectionClass,
  type RecordedEvent,
  Tables,
} from '@tidemark/core';
import { test } from 'uvu';
import { Account, AccountOpened } from '../fixtures/bank.ts';

const start = (...projections: readonly ProjectionClass[]) =>
  createApplication({ store: memory(), aggregates: [Account], projections });

/** A projection onto what `schema` declares. */
function onto(schema: (table: DeclareTable) => void): ProjectionClass {
  @Projection('rows')
  class Rows extends Tables {
    override schema(table: DeclareTable): void {
      schema(table);
    }
    @On(AccountOpened)
    opened(_: RecordedEvent<AccountOpened>): void {}
  }
  return Rows;
}

test('options that cannot be meant are refused where the class is declared', () => {
  const wrong: readonly object[] = [
    ...['', 'ignore', null, 5].map((onError) => ({ onError })),
    ...[-1, 1.5, 101, '3', null].map((retries) => ({ retries })),
    ...['yes', null, 1].map((inline) => ({ inline })),
    { inline: true, onError: 'park' },
  ];
  for (const options of wrong)
    assert.throws(() => Projection('p', options), { code: 'INVALID_ARGUMENT' }, JSON.stringify(options));
  Projection('p', { inline: true, onError: 'stop', retries: 100 });
});

test('two methods for one event are refused, and both are named', async () => {
  @Projection('twice')
  class Twice extends Documents<number> {
    @On(AccountOpened)
    one(_: RecordedEvent<AccountOpened>): void {}
    @On(AccountOpened)
    other(_: RecordedEvent<AccountOpened>): void {}
  }
  await assert.rejects(start(Twice), { code: 'CONFIGURATION', places: ['Twice.one', 'Twice.other'] });
});

test('indexes of documents are refused on tables, which declare their own', async () => {
  @Projection('indexed', { indexes: ['owner'] })
  class Indexed extends Tables {
    schema(table: DeclareTable): void {
      table('rows', 'owner TEXT');
    }
    @On(AccountOpened)
    opened(_: RecordedEvent<AccountOpened>): void {}
  }
  await assert.rejects(start(Indexed), { code: 'CONFIGURATION', places: ['Indexed'] });
});

test('a schema that declares a table twice, none, or what is no table is refused', async () => {
  const wrong: readonly (readonly [code: string, schema: (table: DeclareTable) => void])[] = [
    ['CONFIGURATION', () => {}],
    ['CONFIGURATION', (table) => ['rows', 'ROWS'].forEach((name) => void table(name, 'a'))],
    ...['', 'a b', 5, null].map(
      (name) => ['INVALID_ARGUMENT', (table: DeclareTable) => table(name as string, 'a')] as const,
    ),
    ...['', ' ', 5, null].map(
      (sql) => ['INVALID_ARGUMENT', (table: DeclareTable) => table('a', sql as string)] as const,
    ),
    ...[null, 5, [], { indexes: null }, { indexes: [''] }].map(
      (options) => ['INVALID_ARGUMENT', (table: DeclareTable) => table('a', 'a', options as object)] as const,
    ),
  ];
  for (const [code, schema] of wrong) await assert.rejects(start(onto(schema)), { code }, String(schema));
});

test('two projections that declare one table are refused, whatever the case of its letters, and both are named', async () => {
  @Projection('first')
  class First extends onto((table) => table('rows', 'a')) {}
  @Projection('second')
  class Second extends onto((table) => table('ROWS', 'a')) {}
  @Projection('first', { version: 2 })
  class Newer extends onto((table) => table('rows', 'a')) {}
  await assert.rejects(start(First, Second), {
    code: 'CONFIGURATION',
    message: "two projections declare the table 'ROWS': First and Second",
    places: ['First', 'Second'],
  });
  await assert.rejects(start(First, Newer), { code: 'UNSUPPORTED' });
});

test('a store without tables says so, and what to do instead', async () => {
  await assert.rejects(start(onto((table) => table('rows', 'a'))), {
    code: 'UNSUPPORTED',
    message: /extend Documents/,
  });
});

test.run();
