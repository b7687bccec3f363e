/** The tables of builds, made when one begins. Each statement is prepared alone, so that none holds two. */
import { ConfigurationError, type ModelBuild, type ModelShape } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { isOfStatement } from '../failures.ts';
import { fieldValue } from './field-value.ts';
import { documentsTable, projectionTable, quoted } from './plain-names.ts';

/** Throws `ConfigurationError` where SQLite does not understand a table's columns or indexes. */
export function createBuildTables(
  db: Database.Database,
  { id, name }: ModelBuild,
  { indexes, tables }: ModelShape,
): void {
  const documents = documentsTable(id);
  db.exec(`CREATE TABLE ${documents} (key TEXT PRIMARY KEY, json TEXT NOT NULL, types TEXT) STRICT, WITHOUT ROWID`);
  for (const [index, field] of indexes.entries()) {
    db.exec(`CREATE INDEX ${documents}_${index} ON ${documents} (${fieldValue(field)}, key)`);
  }
  for (const table of tables) {
    const real = projectionTable(table.name, id);
    const declare = (what: string, sql: string) =>
      declared(db, `projection '${name}', table '${table.name}': ${what}`, sql);
    declare('its columns', `CREATE TABLE ${quoted(real)} (${table.columns}\n)`);
    for (const [index, columns] of table.indexes.entries()) {
      declare(`its index (${columns})`, `CREATE INDEX ${quoted(`${real}_${index}`)} ON ${quoted(real)} (${columns}\n)`);
    }
  }
}

function declared(db: Database.Database, what: string, sql: string): void {
  try {
    db.prepare(sql).run();
  } catch (error) {
    if (!(error instanceof RangeError || isOfStatement(error))) throw error;
    throw new ConfigurationError(
      `${what}: found what SQLite refuses (${error.message}), wanted what stands between the parentheses`,
    );
  }
}
