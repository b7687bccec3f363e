import { ArgumentError } from '../errors.ts';
import { assertKeys, assertObject } from '../event/argument-kinds.ts';
import { assertPlace } from '../event/revision.ts';
import { describe } from '../shared/describe.ts';
import { assertFilter } from './event-filter.ts';
import type { ReadAllOptions, ReadStreamOptions, SubscribeToAllOptions } from './event-store.ts';

/** Refuses options that cannot be meant, with `ArgumentError`; an adapter calls it before it reads. */
export function assertReadOptions(options: ReadStreamOptions & ReadAllOptions): void {
  assertOptions(options);
  const { direction = 'forwards', from, before, limit, filter } = options;
  if (direction !== 'forwards' && direction !== 'backwards') {
    throw new ArgumentError('direction', describe(direction), "'forwards' or 'backwards'");
  }
  if (from !== undefined) assertPlace('from', from);
  if (before !== undefined) assertPlace('before', before);
  if (limit !== undefined) assertPlace('limit', limit);
  assertFilter(filter);
}

/** Refuses options of a subscription that cannot be meant, with `ArgumentError`. */
export function assertSubscribeOptions(options: SubscribeToAllOptions): void {
  assertOptions(options);
  const { after, filter } = options;
  if (after !== undefined) assertPlace('after', after);
  assertFilter(filter);
}

/** Refuses what is no object of options, a key that is none of `known` where they are given, and what is no signal in it. */
export function assertOptions(options: unknown, known?: Readonly<Record<string, true>>): void {
  if (known === undefined) assertObject('options', options);
  else assertKeys('options', options, known);
  const { signal } = options as { signal?: unknown };
  if (signal !== undefined) assertSignal(signal);
}

/** Throws `ArgumentError` for what is no Date, or an invalid one. */
export function assertDate(argument: string, value: unknown): void {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return;
  throw new ArgumentError(argument, describe(value), 'a valid Date');
}

/** By what it can do: another realm's is no instance of ours. */
export function assertSignal(value: unknown): void {
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return;
  throw new ArgumentError('signal', describe(value), 'an AbortSignal');
}

/** As `assertReadOptions`, for the log, where each direction has its own beginning. */
export function assertReadAllOptions(options: ReadAllOptions): void {
  assertReadOptions(options);
  const wrong = options.direction === 'backwards' ? 'from' : 'before';
  if (options[wrong] !== undefined) {
    throw new ArgumentError(
      wrong,
      describe(options[wrong]),
      '`from` when reading forwards, `before` when reading backwards',
    );
  }
}
