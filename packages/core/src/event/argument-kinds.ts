/** What kind of thing an argument has to be: all others are refused with `ArgumentError`. What is in it is not looked at. */
import { ArgumentError } from '../errors.ts';
import type { AnyClass } from '../shared/class-metadata.ts';
import type { Clock } from '../shared/clock.ts';
import { describe } from '../shared/describe.ts';

export function assertObject(argument: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ArgumentError(argument, describe(value), 'an object');
}

/** An object of these keys alone, so that a misspelt one is not passed over. A record, as the compiler then wants them all. */
export function assertKeys<K extends string>(
  argument: string,
  value: unknown,
  known: Readonly<Record<K, true>>,
): asserts value is object {
  assertObject(argument, value);
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(known, key));
  if (unknown !== undefined) throw new ArgumentError(argument, `the key ${unknown}`, Object.keys(known).join(', '));
}

export function assertArray(argument: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw new ArgumentError(argument, describe(value), 'an array');
}

export function assertFunction(argument: string, value: unknown): void {
  if (typeof value !== 'function') throw new ArgumentError(argument, describe(value), 'a function');
}

export function assertClass(argument: string, value: unknown): asserts value is AnyClass {
  if (typeof value === 'function') return;
  const late = ' that is there already: one is undefined where its file imports this one, or it stands further down';
  throw new ArgumentError(argument, describe(value), value === undefined ? `a class${late}` : 'a class');
}

export function assertClock(value: unknown): asserts value is Clock {
  if (typeof (value as Partial<Clock> | null | undefined)?.now === 'function') return;
  throw new ArgumentError('clock', describe(value), 'an object with now()');
}
