/** Questions to the documents of a read model, over the fields that were declared as indexes. */

/** A value that can be compared: `Date`s come as ISO 8601 text, booleans as 0 and 1. Ordered: null, numbers, text by its UTF-8 bytes. */
export type IndexedValue = string | number | null;

/** One condition on one field; several are joined by AND. `null` matches where the field is missing, too. */
export interface FieldCondition {
  readonly field: string;
  readonly comparison: '=' | '<' | '<=' | '>' | '>=';
  readonly value: IndexedValue;
}

export interface DocumentQuery {
  readonly where: readonly FieldCondition[];
  /** The field to order by, and then by key; `undefined`: by key alone. */
  readonly orderBy: string | undefined;
  readonly direction: 'ascending' | 'descending';
  /** Continue behind this place. */
  readonly after: QueryPlace | undefined;
  readonly limit: number;
}

/** Where a page ended: the value of the field that orders (`null` when ordered by key), and the key. */
export interface QueryPlace {
  readonly value: IndexedValue;
  readonly key: string;
}

export interface FoundDocuments {
  readonly documents: readonly { readonly key: string; readonly json: string; readonly types: string | null }[];
  /** The last one's place; `undefined` when there was none. */
  readonly end: QueryPlace | undefined;
}
