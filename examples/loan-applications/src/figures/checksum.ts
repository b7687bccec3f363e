import { createHash } from 'node:crypto';
import type { Application, Documents } from '@tidemark/core';
import { type ReadModelClass, readModels } from '../read-models/index.ts';

/**
 * One SHA-256 over all documents of a read model, in the order of their keys. Equal read models have equal ones, however
 * they came about.
 */
async function checksum(app: Application, model: ReadModelClass): Promise<string> {
  const hash = createHash('sha256');
  for await (const { key, value } of app.documents(model as new () => Documents<unknown>).all())
    hash.update(`${JSON.stringify(key)}:${canonical(value)}\n`);
  return hash.digest('hex');
}

/** The read models' names and checksums. */
export async function checksums(
  app: Application,
  models: readonly ReadModelClass[] = readModels,
): Promise<ReadonlyMap<string, string>> {
  const sums = new Map<string, string>();
  for (const model of models) sums.set(model.name, await checksum(app, model));
  return sums;
}

/** JSON with every object's keys in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
