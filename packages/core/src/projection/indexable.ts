/** What can be an index of documents: values whose order in JSON is their own. */
import { ArgumentError } from '../errors.ts';
import { describe } from '../shared/describe.ts';
import type { IndexedValue } from '../store/document-query.ts';

/** A `bigint` is digits in JSON, whose order as text is not its own. */
export type Indexable = string | number | boolean | Date | null | undefined;

/** The names of the fields of a document that can be indexed. */
export type IndexableField<T> = {
  [K in keyof T & string]-?: [T[K]] extends [Indexable] ? K : never;
}[keyof T & string];

/** As it stands in the document's JSON. Throws `ArgumentError`. */
export function indexedValue(field: string, value: unknown): IndexedValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  throw new ArgumentError(field, describe(value), 'text, a finite number, a boolean, a valid Date or null');
}
