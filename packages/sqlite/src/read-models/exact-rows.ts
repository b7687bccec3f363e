/**
 * Rows whose integers are what the table holds. The driver gives integers as numbers, and rounds those beyond 2^53 without a
 * word; asked for bigints it gives them for small ones too. So: numbers, and a bigint where a number would not be exact.
 */
import type { CheckedStatement } from './statement-check.ts';

export type Row = Readonly<Record<string, unknown>>;
type Statement = CheckedStatement['statement'];

export function exactRows(statement: Statement, values: readonly unknown[]): readonly Row[] {
  if (statement.readonly) {
    const rows = statement.all(...values) as readonly Row[];
    if (!rows.some(mayBeRounded)) return rows;
  }
  // One that writes and returns rows must not be run twice.
  return asBigints(statement, () => (statement.all(...values) as readonly Row[]).map(narrowed));
}

export function exactRow(statement: Statement, values: readonly unknown[]): Row | undefined {
  if (statement.readonly) {
    const row = statement.get(...values) as Row | undefined;
    if (row === undefined || !mayBeRounded(row)) return row;
  }
  return asBigints(statement, () => {
    const row = statement.get(...values) as Row | undefined;
    return row && narrowed(row);
  });
}

function asBigints<T>(statement: Statement, read: () => T): T {
  statement.safeIntegers(true);
  try {
    return read();
  } finally {
    statement.safeIntegers(false);
  }
}

function mayBeRounded(row: Row): boolean {
  for (const name in row) {
    const value = row[name];
    if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) return true;
  }
  return false;
}

function narrowed(row: Row): Row {
  const narrow: Record<string, unknown> = { ...row };
  for (const [name, value] of Object.entries(row))
    if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) narrow[name] = Number(value);
  return narrow;
}
