/** Values on their way into SQL. The driver would refuse some with a bare TypeError, and store NaN as NULL. */
import { ArgumentError } from '@tidemark/core';

const wanted =
  'null, a number, a bigint of 64 bits, text or a Uint8Array (a boolean as 0 or 1, a Date as text or a number)';

/** Throws `ArgumentError`. */
export function assertValues(values: readonly unknown[], parameters: number): void {
  if (values.length !== parameters) {
    throw new ArgumentError('values of a statement', `${values.length}`, `${parameters}, one for each ? in it`);
  }
  for (let index = 0; index < values.length; index += 1) {
    const found = refusedKind(values[index]);
    if (found !== undefined) throw new ArgumentError(`value ${index + 1} of a statement`, found, wanted);
  }
}

/** What is wrong with a value, in a few words. */
function refusedKind(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return undefined;
    case 'number':
      return Number.isNaN(value) ? 'NaN' : undefined;
    case 'bigint':
      return BigInt.asIntN(64, value) === value ? undefined : `${value}n`;
    case 'object':
      if (value === null || value instanceof Uint8Array) return undefined;
      return value instanceof Date ? 'a Date' : Array.isArray(value) ? 'an array' : 'an object';
    case 'boolean':
      return `the boolean ${value}`;
    default:
      return typeof value;
  }
}
