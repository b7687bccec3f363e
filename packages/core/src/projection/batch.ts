/** The changes of some events, before they are committed: an overlay over the stored documents. */
import { DocumentNotFoundError } from '../application-errors.ts';
import { decodeValue, encodeValue } from '../event/codec.ts';
import type { ValueClasses } from '../event/value.ts';
import type { ModelKey, ReadModelStore, StoredDocument } from '../store/read-model-store.ts';
import type { DocumentSession } from './documents.ts';

export class Batch implements DocumentSession {
  /** What is to be committed; `null` removes. */
  readonly changes = new Map<string, StoredDocument | null>();
  /** What the event under way has changed: dropped as a whole when its handler fails. */
  readonly #event = new Map<string, StoredDocument | null>();

  constructor(
    private readonly model: ModelKey,
    private readonly store: ReadModelStore,
    private readonly values: ValueClasses,
  ) {}

  /** Runs one event's handler: all of its changes count, or none. */
  apply(handle: () => void): void {
    this.#event.clear();
    handle();
    for (const [key, document] of this.#event) this.changes.set(key, document);
  }

  get(key: string): unknown {
    const document = this.#find(key);
    return document === undefined ? undefined : decodeDocument(document, this.model, key, this.values);
  }

  put(key: string, value: unknown): void {
    this.#event.set(key, encodeDocument(value, this.model, key, this.values));
  }

  update(key: string, change: (value: unknown) => unknown, initial: unknown): void {
    const value = this.get(key) ?? initial;
    if (value === undefined) throw new DocumentNotFoundError(this.model.name, key);
    this.put(key, change(value));
  }

  remove(key: string): void {
    this.#event.set(key, null);
  }

  #find(key: string): StoredDocument | undefined {
    for (const layer of [this.#event, this.changes]) {
      const document = layer.get(key);
      if (document !== undefined) return document ?? undefined;
    }
    return this.store.read(this.model, key);
  }
}

export function decodeDocument(
  { json, types }: StoredDocument,
  model: ModelKey,
  key: string,
  values: ValueClasses,
): unknown {
  const notes = types === null ? undefined : (JSON.parse(types) as Record<string, string>);
  return decodeValue(json, notes, `document '${key}' of '${model.name}'`, values);
}

function encodeDocument(value: unknown, model: ModelKey, key: string, values: ValueClasses): StoredDocument {
  const { json, types } = encodeValue(value, `document '${key}' of '${model.name}'`, values);
  return { json, types: types === undefined ? null : JSON.stringify(types) };
}
