/** What a `sql` template says to a store: its text with names of tables, and its values in their order. */
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { sqlOf, TableName } from '../../src/projection/sql-template.ts';

/** One place in the code, run with what it is given. */
const insert = (table: unknown, key: unknown, value: unknown) =>
  sqlOf(...parted`INSERT INTO ${table} VALUES (${key}, 0, ${value})`);

function parted(parts: TemplateStringsArray, ...given: readonly unknown[]): [TemplateStringsArray, readonly unknown[]] {
  return [parts, given];
}

const rows = new TableName('"rows 1"');

test('names of tables are in the text, and all else is a value', () => {
  const sql = 'INSERT INTO "rows 1" VALUES (?, 0, ?)';
  assert.deepEqual(insert(rows, 'a', 1), { sql, values: ['a', 1] });
  // What looks like a name, or like SQL, is a value all the same; `undefined` is left to be refused as one.
  assert.deepEqual(insert(rows, '"rows 1"', "'); DROP TABLE events; --").values, [
    '"rows 1"',
    "'); DROP TABLE events; --",
  ]);
  assert.deepEqual(insert(rows, undefined, null), { sql, values: [undefined, null] });
});

test('one place in the code may speak of another table, or have one elsewhere', () => {
  const other = new TableName('"rows 2"');
  assert.equal(insert(rows, 'a', 1).sql, 'INSERT INTO "rows 1" VALUES (?, 0, ?)');
  assert.equal(insert(other, 'a', 1).sql, 'INSERT INTO "rows 2" VALUES (?, 0, ?)');
  assert.deepEqual(insert('a', rows, 1), { sql: 'INSERT INTO ? VALUES ("rows 1", 0, ?)', values: ['a', 1] });
  assert.equal(insert(rows, 'a', 1).sql, 'INSERT INTO "rows 1" VALUES (?, 0, ?)');
});

test('the same text is the same string, and a name reads as text', () => {
  assert.equal(insert(rows, 'a', 1).sql, insert(new TableName('"rows 1"'), 'b', 2).sql);
  assert.equal(`SELECT * FROM ${rows}`, 'SELECT * FROM "rows 1"');
  assert.deepEqual(sqlOf(...parted`SELECT 1`), { sql: 'SELECT 1', values: [] });
});

test.run();
