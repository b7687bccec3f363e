/** What a query to documents means, as a plain model that a store's answers are compared with. */
import type { DocumentQuery, FieldCondition, FoundDocuments, IndexedValue, QueryPlace } from '@tidemark/core';

/** A document's key and its JSON text. */
export type ModelDocuments = ReadonlyMap<string, string>;

export function foundIn(documents: ModelDocuments, query: DocumentQuery): FoundDocuments {
  const { orderBy, after } = query;
  const turned = query.direction === 'descending' ? -1 : 1;
  const order = (a: QueryPlace, b: QueryPlace) =>
    turned * (compared(a.value, b.value) || Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const page = matchingIn(documents, query.where)
    .map(({ key, json }) => ({ key, json, value: orderBy === undefined ? null : fieldOf(json, orderBy) }))
    .toSorted(order)
    .filter((place) => after === undefined || order(place, after) > 0)
    .slice(0, query.limit);
  const last = page.at(-1);
  return {
    documents: page.map(({ key, json }) => ({ key, json, types: null })),
    end: last === undefined ? undefined : { value: last.value, key: last.key },
  };
}

export function matchingIn(
  documents: ModelDocuments,
  where: readonly FieldCondition[],
): readonly { readonly key: string; readonly json: string }[] {
  return [...documents]
    .map(([key, json]) => ({ key, json }))
    .filter(({ json }) => where.every((condition) => holds(fieldOf(json, condition.field), condition)));
}

function fieldOf(json: string, field: string): IndexedValue {
  const document: unknown = JSON.parse(json);
  if (document === null || typeof document !== 'object' || Array.isArray(document)) return null;
  const value: unknown = Object.getOwnPropertyDescriptor(document, field)?.value;
  if (value === true || value === false) return Number(value);
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

function holds(value: IndexedValue, { comparison, value: wanted }: FieldCondition): boolean {
  if (comparison === '=') return value === wanted;
  if (value === null || wanted === null || typeof value !== typeof wanted) return false;
  const order = compared(value, wanted);
  return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[comparison];
}

/** Null, then numbers, then text by its bytes. */
function compared(a: IndexedValue, b: IndexedValue): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  if (typeof a === 'number') return typeof b === 'number' ? Math.sign(a - b) : -1;
  return typeof b === 'number' ? 1 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
