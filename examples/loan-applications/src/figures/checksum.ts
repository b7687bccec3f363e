import { createHash, type Hash } from 'node:crypto';
import { type Application, type Documents, Tables } from '@tidemark/core';
import { type ReadModelClass, readModelsFor } from '../read-models/index.ts';

/**
 * One SHA-256 over all documents of a read model, in the order of their keys, or over all rows of its tables. Equal read
 * models have equal ones, however they came about.
 */
async function checksum(app: Application, model: ReadModelClass): Promise<string> {
  const hash = createHash('sha256');
  if (isTables(model)) await addTables(hash, app, model);
  else await addDocuments(hash, app, model as new () => Documents<unknown>);
  return hash.digest('hex');
}

/** The read models' names and checksums. */
export async function checksums(
  app: Application,
  models: readonly ReadModelClass[] = readModelsFor(app.eventStore.capabilities),
): Promise<ReadonlyMap<string, string>> {
  const sums = new Map<string, string>();
  for (const model of models) sums.set(model.name, await checksum(app, model));
  return sums;
}

async function addDocuments(hash: Hash, app: Application, model: new () => Documents<unknown>): Promise<void> {
  for await (const { key, value } of app.documents(model).all())
    hash.update(`${JSON.stringify(key)}:${canonical(value)}\n`);
}

async function addTables(hash: Hash, app: Application, model: new () => Tables): Promise<void> {
  const names: string[] = [];
  new model().schema((name) => names.push(name));
  for (const name of names) {
    const rows = await app.tables(model).all(`SELECT * FROM ${app.tables(model).table(name)}`);
    hash.update(`${name}:\n`);
    // Rows of a table have no order of their own.
    for (const row of rows.map(canonical).sort()) hash.update(`${row}\n`);
  }
}

function isTables(model: ReadModelClass): model is ReadModelClass & (new () => Tables) {
  return model.prototype instanceof Tables;
}

/** JSON with every object's keys in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
