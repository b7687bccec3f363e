import { ArgumentError } from '../errors.ts';
import { describe } from '../shared/describe.ts';

/** What a timer of Node can wait, in milliseconds, and any other number of that kind. Throws `ArgumentError`. */
export function limit(name: string, value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value < 2 ** 31) return value;
  throw new ArgumentError(name, describe(value), `a whole number from ${least} to 2^31 - 1`);
}
