/** What a query to documents means, in the fewest lines: look at every document, sort what matches, cut a page out. */
import { ArgumentError } from '../errors.ts';
import type {
  DocumentQuery,
  FieldCondition,
  FoundDocuments,
  IndexedValue,
  QueryPlace,
} from '../store/document-query.ts';
import type { StoredDocument } from '../store/read-model-store.ts';
import type { MemoryBuild } from './memory-builds.ts';

interface Candidate extends QueryPlace, StoredDocument {}

export function find({ documents, shape }: MemoryBuild, query: DocumentQuery): FoundDocuments {
  const { where, orderBy, direction, after, limit } = query;
  assertIndexed(shape.indexes, 'where', ...where.map(({ field }) => field));
  if (orderBy !== undefined) assertIndexed(shape.indexes, 'orderBy', orderBy);
  const sign = direction === 'ascending' ? 1 : -1;
  const matching: Candidate[] = [];
  for (const [key, { json, types }] of documents) {
    const fields = fieldsOf(json);
    if (!where.every((condition) => matches(fields, condition))) continue;
    matching.push({ key, json, types, value: orderBy === undefined ? null : indexedValue(fields, orderBy) });
  }
  const page = matching
    .filter((candidate) => after === undefined || sign * comparePlaces(candidate, after) > 0)
    .sort((a, b) => sign * comparePlaces(a, b))
    .slice(0, limit);
  const last = page.at(-1);
  return {
    documents: page.map(({ key, json, types }) => ({ key, json, types })),
    end: last && { value: last.value, key: last.key },
  };
}

export function count({ documents, shape }: MemoryBuild, where: DocumentQuery['where']): number {
  assertIndexed(shape.indexes, 'where', ...where.map(({ field }) => field));
  let matching = 0;
  for (const { json } of documents.values()) {
    const fields = fieldsOf(json);
    if (where.every((condition) => matches(fields, condition))) matching += 1;
  }
  return matching;
}

export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function assertIndexed(indexes: readonly string[], argument: string, ...fields: readonly string[]): void {
  const unknown = fields.find((field) => !indexes.includes(field));
  if (unknown === undefined) return;
  const declared = indexes.length === 0 ? 'there is none' : indexes.map((field) => `'${field}'`).join(', ');
  throw new ArgumentError(argument, `field '${unknown}'`, `a field that is declared as an index: ${declared}`);
}

/** A document that is no object has no fields. */
function fieldsOf(json: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function indexedValue(fields: Readonly<Record<string, unknown>>, field: string): IndexedValue {
  const value = Object.hasOwn(fields, field) ? fields[field] : null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

function matches(fields: Readonly<Record<string, unknown>>, { field, comparison, value }: FieldCondition): boolean {
  const found = indexedValue(fields, field);
  const order = compareValues(found, value);
  if (comparison === '=') return order === 0;
  if (found === null || rank(found) !== rank(value)) return false;
  if (comparison === '<') return order < 0;
  if (comparison === '<=') return order <= 0;
  return comparison === '>' ? order > 0 : order >= 0;
}

function comparePlaces(a: QueryPlace, b: QueryPlace): number {
  return compareValues(a.value, b.value) || compareText(a.key, b.key);
}

function compareValues(a: IndexedValue, b: IndexedValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return rank(a) - rank(b);
}

function rank(value: IndexedValue): number {
  if (value === null) return 0;
  return typeof value === 'number' ? 1 : 2;
}
