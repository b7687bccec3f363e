/** Which events of the log a reader wants: AND between the kinds, OR within one. */
import { ArgumentError } from '../errors.ts';
import { assertObject } from '../event/argument-kinds.ts';
import { describe } from '../shared/describe.ts';

/** Names are matched exactly, case counts. A store knows types as they are stored; upcasting comes after. */
export interface EventFilter {
  readonly categories?: readonly string[] | undefined;
  readonly types?: readonly string[] | undefined;
  /** Beginnings of stream names. */
  readonly prefixes?: readonly string[] | undefined;
}

export interface Filterable {
  readonly type: string;
  readonly category: string;
  readonly streamName: string;
}

const kinds = ['categories', 'types', 'prefixes'] as const;

/** Refuses a filter that is none, has an unknown kind, or has a kind without names: it could match nothing. */
export function assertFilter(filter: unknown): asserts filter is EventFilter | undefined {
  if (filter === undefined) return;
  assertObject('filter', filter);
  for (const [kind, names] of Object.entries(filter)) {
    if (!kinds.some((known) => known === kind)) throw new ArgumentError('filter', `the key ${kind}`, kinds.join(', '));
    if (names === undefined) continue;
    if (Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string')) continue;
    throw new ArgumentError(`filter.${kind}`, describe(names), 'an array of at least one text');
  }
}

/** A test for events. Throws `ArgumentError` for what is no filter. */
export function filterTest(filter: EventFilter = {}): (event: Filterable) => boolean {
  assertFilter(filter);
  const categories = filter.categories && new Set(filter.categories);
  const types = filter.types && new Set(filter.types);
  const { prefixes } = filter;
  return ({ category, type, streamName }) =>
    (categories === undefined || categories.has(category)) &&
    (types === undefined || types.has(type)) &&
    (prefixes === undefined || prefixes.some((prefix) => streamName.startsWith(prefix)));
}
