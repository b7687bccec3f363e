import { AsyncLocalStorage } from 'node:async_hooks';
import { assertFunction } from '@tidemark/core';
import type { Credentials } from './client-type.ts';
import { credentialsOf } from './options.ts';

const current = new AsyncLocalStorage<Credentials>();

/**
 * Makes all calls of stores on EventStoreDB that `act` begins, whatever they are wrapped in, as this user instead of the
 * store's. A reading belongs to whoever begins to iterate it. Throws `ArgumentError`.
 *
 * @example
 * await withCredentials({ username: 'ada', password }, () => app.execute(Deposit, { accountId, amount }));
 */
export function withCredentials<T>(credentials: Credentials, act: () => T): T {
  const user = credentialsOf(credentials);
  assertFunction('act', act);
  return current.run(user, act);
}

export function currentCredentials(): Credentials | undefined {
  return current.getStore();
}
