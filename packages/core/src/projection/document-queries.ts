/** What applications ask documents, typed, and how it is asked of a store. */
import { ArgumentError } from '../errors.ts';
import { assertObject } from '../event/argument-kinds.ts';
import { describe } from '../shared/describe.ts';
import type { DocumentQuery, FieldCondition, QueryPlace } from '../store/document-query.ts';
import { type Indexable, type IndexableField, indexedValue } from './indexable.ts';

/** Bounds of a field's value; several are joined by AND. */
export interface Range<V> {
  readonly above?: V;
  readonly atLeast?: V;
  readonly below?: V;
  readonly atMost?: V;
}

/** Conditions on indexed fields, joined by AND. `null` and `undefined` match documents without the field, too. */
export type Where<T> = { readonly [K in IndexableField<T>]?: T[K] | Range<NonNullable<T[K]>> | null };

export interface FindOptions<T> {
  readonly where?: Where<T> | undefined;
  /** An indexed field; documents of equal value come in the order of their keys. Default: the keys. */
  readonly orderBy?: IndexableField<T> | undefined;
  /** Default `ascending`. */
  readonly direction?: 'ascending' | 'descending' | undefined;
  /** At most so many, 1 to 10,000; default 100. */
  readonly limit?: number | undefined;
  /** The `next` of the page before: goes on right behind it, whatever changed meanwhile. */
  readonly after?: string | undefined;
}

const comparisons = { above: '>', atLeast: '>=', below: '<', atMost: '<=' } as const;
const mostDocuments = 10_000;

/** Throws `ArgumentError` for what cannot be asked, a field that is not indexed among it. */
export function documentQuery<T>(options: FindOptions<T>, indexes: readonly string[]): DocumentQuery {
  assertObject('options', options);
  const { orderBy, direction = 'ascending', limit = 100, after } = options;
  if (direction !== 'ascending' && direction !== 'descending')
    throw new ArgumentError('direction', describe(direction), "'ascending' or 'descending'");
  if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 1 || limit > mostDocuments)
    throw new ArgumentError('limit', describe(limit), `a whole number from 1 to ${mostDocuments}`);
  if (orderBy !== undefined) assertIndexed(orderBy, indexes);
  const place = after === undefined ? undefined : placeOf(after, orderBy);
  return { where: conditions(options.where, indexes), orderBy, direction, after: place, limit };
}

export function conditions<T>(where: Where<T> = {}, indexes: readonly string[]): readonly FieldCondition[] {
  assertObject('where', where);
  return Object.entries(where).flatMap(([field, wanted]) => {
    assertIndexed(field, indexes);
    return conditionsOn(field, wanted);
  });
}

function conditionsOn(field: string, wanted: unknown): readonly FieldCondition[] {
  const isRange = typeof wanted === 'object' && wanted !== null && !(wanted instanceof Date);
  if (!isRange) return [{ field, comparison: '=', value: indexedValue(field, wanted) }];
  return Object.entries(wanted).map(([bound, value]) => {
    const comparison = comparisons[bound as keyof typeof comparisons];
    if (comparison === undefined)
      throw new ArgumentError(`where.${field}`, `the key ${bound}`, Object.keys(comparisons).join(', '));
    if (value === null || value === undefined)
      throw new ArgumentError(`where.${field}.${bound}`, describe(value), 'a value to compare with');
    return { field, comparison, value: indexedValue(`where.${field}.${bound}`, value as Indexable) };
  });
}

function assertIndexed(field: string, indexes: readonly string[]): void {
  if (indexes.includes(field)) return;
  const wanted =
    indexes.length === 0 ? 'a field named in `indexes` of @Projection, which names none' : indexes.join(', ');
  throw new ArgumentError('indexed field', describe(field), wanted);
}

/** A place as text that can be put into a link. It says by which field it was ordered, so that another order is refused. */
export function cursorOf({ value, key }: QueryPlace, orderBy: string | undefined): string {
  return Buffer.from(JSON.stringify([orderBy ?? null, value, key])).toString('base64url');
}

function placeOf(cursor: unknown, orderBy: string | undefined): QueryPlace {
  const wanted = 'the `next` of a page in the same order';
  try {
    const [field, value, key] = JSON.parse(Buffer.from(String(cursor), 'base64url').toString()) as unknown[];
    const isValue = value === null || typeof value === 'string' || typeof value === 'number';
    if (isValue && typeof key === 'string' && field === (orderBy ?? null)) return { value, key };
  } catch {
    // Said below.
  }
  throw new ArgumentError('after', describe(cursor), wanted);
}
