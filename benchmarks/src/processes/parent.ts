/** The other end of `Child`. */
import { once } from 'node:events';

/** What the parent gave along. */
export function optionsOfChild<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** Says that everything is open, and resolves when the parent says go, or lets go. */
export async function readyToGo(): Promise<void> {
  const told = Promise.race([once(process, 'message'), once(process, 'disconnect')]);
  process.send?.('ready');
  await told;
}

/** Sends the one result, and resolves when the parent wants nothing more. */
export async function handOver(result: object): Promise<void> {
  const over = process.connected ? once(process, 'disconnect') : undefined;
  process.send?.(result);
  await over;
}
