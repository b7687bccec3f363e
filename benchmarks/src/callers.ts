import { setTimeout as sleep } from 'node:timers/promises';

/** `count` callers who each wait for their own answer before they ask again, until `total` was asked in all. */
export async function callers(
  count: number,
  { from, total }: { readonly from: number; readonly total: number },
  ask: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = from;
  const end = from + total;
  const call = async () => {
    while (next < end) {
      next += 1;
      await ask(next - 1);
    }
  };
  await Promise.all(Array.from({ length: count }, call));
}

/** How a stretch of time went. */
export interface Answers {
  /** By the caller's number. */
  readonly given: readonly number[];
  readonly refused: number;
}

/**
 * `count` callers who each wait for their own answer before they ask again, for so many ms. Who is refused waits a
 * millisecond, as all would ask in vain while nobody else gets on. `ask` is given the caller's number and its answers so far.
 */
export async function callersFor(
  ms: number,
  count: number,
  ask: (caller: number, answered: number) => Promise<unknown>,
): Promise<Answers> {
  const end = performance.now() + ms;
  const given = Array.from({ length: count }, () => 0);
  let refused = 0;
  const call = async (caller: number) => {
    for (let answered = 0; performance.now() < end; ) {
      try {
        await ask(caller, answered);
        answered += 1;
      } catch {
        refused += 1;
        await sleep(1);
      }
      given[caller] = answered;
    }
  };
  await Promise.all(given.map((_, caller) => call(caller)));
  return { given, refused };
}
