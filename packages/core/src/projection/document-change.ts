import type { Position } from '../event/revision.ts';
import type { ValueClasses } from '../event/value.ts';
import type { ModelKey, StoredDocument } from '../store/read-model-store.ts';
import { type ChangedDocument, decodeDocument } from './document-batch.ts';

/** A document that this process changed, told after the change was committed; several events at once count as one. */
export interface ChangeOfDocument<T> {
  readonly kind: 'change';
  readonly key: string;
  /** `undefined` where there was none. */
  readonly before: T | undefined;
  /** `undefined` where it was removed. */
  readonly after: T | undefined;
  /** The checkpoint it was committed with. */
  readonly position: Position;
}

/** Documents changed that are told of nowhere: another process changed them, or another build is served now. Read anew. */
export interface ResetOfDocuments {
  readonly kind: 'reset';
  readonly key?: undefined;
  readonly before?: undefined;
  readonly after?: undefined;
  /** Where the read model stands now. */
  readonly position: Position;
}

export type DocumentChange<T> = ChangeOfDocument<T> | ResetOfDocuments;

/** A committed change as an application sees it. */
export function describedChange(
  { key, before, after }: ChangedDocument,
  { model, values, position }: { model: ModelKey; values: ValueClasses; position: Position },
): ChangeOfDocument<unknown> {
  const decode = (document: StoredDocument | null) =>
    document === null ? undefined : decodeDocument(document, model, key, values);
  return { kind: 'change', key, before: decode(before), after: decode(after), position };
}
