/**
 * What holds for a whole process, whichever copies of this package are loaded in it.
 *
 * A client keeps the appends that are under way on batch streams in a map of its module. When the node of one client dies,
 * that map is emptied, and whatever another one has under way is rejected with it, whose process would end at the next answer
 * if its stream were not guarded. So at most one client uses such a stream at any time; all others append by a call each.
 *
 * The two clients there are register their messages under one global name, and break each other: whichever was loaded first
 * can no longer append. So only one of them may be loaded.
 */
import { createRequire } from 'node:module';
import { ConfigurationError } from '@tidemark/core';

interface ProcessWide {
  /** Whose client appends over a batch stream now. */
  batchOwner: object | undefined;
}

const key = Symbol.for('@tidemark/eventstoredb');
const held = globalThis as { [key]?: ProcessWide };
held[key] ??= { batchOwner: undefined };
const shared = held[key];

/** Whether `owner` may use a batch stream: nobody else does. */
export function claimBatch(owner: object): boolean {
  shared.batchOwner ??= owner;
  return shared.batchOwner === owner;
}

/** To be called when the owner's streams have ended, not before. */
export function releaseBatch(owner: object): void {
  if (shared.batchOwner === owner) shared.batchOwner = undefined;
}

const clients = ['@eventstore/db-client', '@kurrent/kurrentdb-client'];

/** Throws `ConfigurationError` where both clients are loaded. */
export function assertOneClient(loaded: readonly string[] = Object.keys(createRequire(import.meta.url).cache)): void {
  const found = clients.filter((name) =>
    loaded.some((file) => file.replaceAll('\\', '/').includes(`/node_modules/${name}/`)),
  );
  if (found.length < 2) return;
  throw new ConfigurationError(
    `found both ${found.join(' and ')} in one process, wanted one of them: they register the same messages, and whichever ` +
      'was loaded first can no longer append',
    found,
  );
}
