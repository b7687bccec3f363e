import { AsyncLocalStorage } from 'node:async_hooks';
import type { Credentials } from './client-type.ts';

const current = new AsyncLocalStorage<Credentials>();

/**
 * Makes all calls of stores on EventStoreDB that `act` begins, whatever they are wrapped in, as this user instead of the
 * store's. A reading belongs to whoever begins to iterate it.
 *
 * @example
 * await withCredentials({ username: 'ada', password }, () => app.execute(Deposit, { accountId, amount }));
 */
export function withCredentials<T>(credentials: Credentials, act: () => T): T {
  return current.run(credentials, act);
}

export function currentCredentials(): Credentials | undefined {
  return current.getStore();
}
