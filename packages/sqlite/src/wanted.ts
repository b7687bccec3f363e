/** A filter with the numbers of its names, as the file knows them by now. */
import { categoryOf, type EventFilter } from '@tidemark/core';
import type { Names } from './names.ts';

/** Absent is everything; a list that is empty is nothing. */
export interface Wanted {
  readonly categories?: readonly number[] | undefined;
  readonly types?: readonly number[] | undefined;
  readonly prefixes?: readonly string[] | undefined;
}

/** Take the log's end before: what is at it or before has its names stored, so that no event is missed because its type was not known a moment ago. */
export function wantedOf(filter: EventFilter | undefined, types: Names, categories: Names): Wanted {
  if (filter === undefined) return {};
  return {
    categories: knownOf(categoriesOf(filter), categories),
    types: knownOf(filter.types, types),
    prefixes: filter.prefixes,
  };
}

/** A prefix that has a `-` in it names its category. */
function categoriesOf({ categories, prefixes }: EventFilter): readonly string[] | undefined {
  if (categories !== undefined) return [...new Set(categories)];
  if (prefixes === undefined || !prefixes.every((prefix) => prefix.includes('-'))) return undefined;
  return [...new Set(prefixes.map(categoryOf))];
}

function knownOf(wanted: readonly string[] | undefined, names: Names): readonly number[] | undefined {
  return wanted?.map((name) => names.find(name)).filter((id) => id !== undefined);
}
