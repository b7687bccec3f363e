import { ArgumentError } from '../errors.ts';
import { assertPlace } from '../event/revision.ts';
import { describe } from '../shared/describe.ts';
import { assertFilter } from './event-filter.ts';
import type { ReadAllOptions, ReadStreamOptions } from './event-store.ts';

/** Refuses options that cannot be meant, with `ArgumentError`; an adapter calls it before it reads. */
export function assertReadOptions(options: ReadStreamOptions & ReadAllOptions): void {
  const { direction = 'forwards', from, before, limit, filter } = options;
  if (direction !== 'forwards' && direction !== 'backwards') {
    throw new ArgumentError('direction', describe(direction), "'forwards' or 'backwards'");
  }
  if (from !== undefined) assertPlace('from', from);
  if (before !== undefined) assertPlace('before', before);
  if (limit !== undefined) assertPlace('limit', limit);
  assertFilter(filter);
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
