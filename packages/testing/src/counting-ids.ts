import { assertPlace, type Ids } from '@tidemark/core';

/** Ids that can be foretold: `countedId(1)`, `countedId(2)`, and so on. Throws `ArgumentError`. */
export function countingIds(first = 1): Ids {
  assertPlace('first', first);
  let count = first - 1;
  return {
    next: () => {
      count += 1;
      return countedId(count);
    },
  };
}

/** The UUID with this number at its end. Throws `ArgumentError`. */
export function countedId(count: number): string {
  assertPlace('count', count);
  return `00000000-0000-4000-8000-${count.toString(16).padStart(12, '0')}`;
}
