/** Changes of documents by some events, before they are written: an overlay over what is stored. */
import { DocumentNotFoundError } from '../application-errors.ts';
import { decodeValue, encodeValue } from '../event/codec.ts';
import type { ValueClasses } from '../event/value.ts';
import type { ModelKey, ModelSession, StoredDocument } from '../store/read-model-store.ts';
import type { DocumentSession } from './documents.ts';

type Found = StoredDocument | null;

/** A changed document as it was stored and as it will be; `null`: none. */
export interface ChangedDocument {
  readonly key: string;
  readonly before: Found;
  readonly after: Found;
}

export class DocumentBatch implements DocumentSession {
  /** As stored before: filled when first read. */
  readonly #before = new Map<string, Found>();
  readonly #changed = new Map<string, Found>();
  /** What the events under way have changed: dropped as a whole when a handler fails. */
  readonly #pending = new Map<string, Found>();
  /** What was changed since `mark`, as it was then; `undefined`: not at all. */
  #marked: Map<string, Found | undefined> | undefined;

  constructor(
    private readonly model: ModelKey,
    private readonly stored: Pick<ModelSession, 'read' | 'write'>,
    private readonly values: ValueClasses,
  ) {}

  /** Runs handlers: all of their changes count, or none. */
  together(handle: () => void): void {
    this.#pending.clear();
    handle();
    for (const [key, document] of this.#pending) {
      if (this.#marked?.has(key) === false) this.#marked.set(key, this.#changed.get(key));
      this.#changed.set(key, document);
    }
    this.#pending.clear();
  }

  /** From here on, changes can be undone. */
  mark(): void {
    this.#marked = new Map();
  }

  undo(): void {
    for (const [key, document] of this.#marked ?? []) {
      if (document === undefined) this.#changed.delete(key);
      else this.#changed.set(key, document);
    }
    this.#marked = new Map();
  }

  get(key: string): unknown {
    const document = this.#find(key);
    return document === null ? undefined : decodeDocument(document, this.model, key, this.values);
  }

  put(key: string, value: unknown): void {
    this.#pending.set(key, encodeDocument(value, this.model, key, this.values));
  }

  update(key: string, change: (value: unknown) => unknown, initial: unknown): void {
    const value = this.get(key) ?? initial;
    if (value === undefined) throw new DocumentNotFoundError(this.model.name, key);
    this.put(key, change(value));
  }

  remove(key: string): void {
    this.#pending.set(key, null);
  }

  /** Writes the changes, each document once. */
  flush(): void {
    for (const [key, document] of this.#changed) this.stored.write(key, document);
  }

  /** What was changed, for those who watch; call it before `flush`. */
  changes(): readonly ChangedDocument[] {
    return [...this.#changed].map(([key, after]) => ({ key, before: this.#read(key), after }));
  }

  #find(key: string): Found {
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const changed = this.#changed.get(key);
    return changed === undefined ? this.#read(key) : changed;
  }

  #read(key: string): Found {
    let document = this.#before.get(key);
    if (document === undefined) {
      document = this.stored.read(key) ?? null;
      this.#before.set(key, document);
    }
    return document;
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
