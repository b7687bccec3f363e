/** Changes of documents by some events, before they are written: an overlay over what is stored. */
import { DocumentNotFoundError } from '../application-errors.ts';
import { decodeValue, encodeValue, type TypeNotes } from '../event/codec.ts';
import type { ValueClasses } from '../event/value.ts';
import type { DocumentWrite, ModelKey, ModelSession, StoredDocument } from '../store/read-model-store.ts';
import type { DocumentSession } from './documents.ts';

type Found = StoredDocument | null;

/** A changed document as it was stored and as it will be; `null`: none. */
export interface ChangedDocument {
  readonly key: string;
  readonly before: Found;
  readonly after: Found;
}

/** One document in a batch. `undefined`: not known (`before`), not changed (the others). */
class Entry {
  before: Found | undefined;
  after: Found | undefined;
  /** What the events under way have made of it. */
  pending: Found | undefined;

  constructor(readonly key: string) {}
}

export class DocumentBatch implements DocumentSession {
  readonly #entries = new Map<string, Entry>();
  /** Changed by the events under way: dropped as a whole when a handler fails. */
  readonly #touched: Entry[] = [];
  /** Documents are asked for and changed in a row. */
  #last: Entry | undefined;
  /** What was changed since `mark`, as it was then. */
  #marked: Map<Entry, Found | undefined> | undefined;

  constructor(
    private readonly model: ModelKey,
    private readonly stored: Pick<ModelSession, 'read' | 'writeAll'>,
    private readonly values: ValueClasses,
  ) {}

  /** What handlers changed since they were last kept or dropped counts from now on. */
  keep(): void {
    for (let entry = this.#touched.pop(); entry !== undefined; entry = this.#touched.pop()) {
      if (this.#marked?.has(entry) === false) this.#marked.set(entry, entry.after);
      entry.after = entry.pending;
      entry.pending = undefined;
    }
  }

  /** It never was. */
  drop(): void {
    for (let entry = this.#touched.pop(); entry !== undefined; entry = this.#touched.pop()) entry.pending = undefined;
  }

  /** From here on, changes can be undone. */
  mark(): void {
    this.#marked = new Map();
  }

  undo(): void {
    for (const [entry, after] of this.#marked ?? []) entry.after = after;
    this.#marked = new Map();
  }

  get(key: string): unknown {
    const document = this.#now(this.#entry(key));
    return document === null ? undefined : decodeDocument(document, this.model, key, this.values);
  }

  put(key: string, value: unknown): void {
    this.#change(this.#entry(key), encodeDocument(value, this.model, key, this.values));
  }

  update(key: string, change: (value: unknown) => unknown, initial: unknown): void {
    const value = this.get(key) ?? initial;
    if (value === undefined) throw new DocumentNotFoundError(this.model.name, key);
    this.put(key, change(value));
  }

  remove(key: string): void {
    this.#change(this.#entry(key), null);
  }

  /** Writes the changes, each document once. */
  flush(): void {
    const changed: DocumentWrite[] = [];
    for (const { key, after } of this.#entries.values())
      if (after !== undefined) changed.push({ key, document: after });
    if (changed.length > 0) this.stored.writeAll(changed);
  }

  /** What was changed, for those who watch; call it before `flush`. */
  changes(): readonly ChangedDocument[] {
    const changed: ChangedDocument[] = [];
    for (const entry of this.#entries.values()) {
      const { key, after } = entry;
      if (after !== undefined) changed.push({ key, before: this.#stored(entry), after });
    }
    return changed;
  }

  #change(entry: Entry, document: Found): void {
    if (entry.pending === undefined) this.#touched.push(entry);
    entry.pending = document;
  }

  #entry(key: string): Entry {
    if (this.#last?.key === key) return this.#last;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = new Entry(key);
      this.#entries.set(key, entry);
    }
    this.#last = entry;
    return entry;
  }

  #now(entry: Entry): Found {
    if (entry.pending !== undefined) return entry.pending;
    return entry.after === undefined ? this.#stored(entry) : entry.after;
  }

  #stored(entry: Entry): Found {
    if (entry.before === undefined) entry.before = this.stored.read(entry.key) ?? null;
    return entry.before;
  }
}

export function decodeDocument(
  { json, types }: StoredDocument,
  model: ModelKey,
  key: string,
  values: ValueClasses,
): unknown {
  const notes = types === null ? undefined : (JSON.parse(types) as TypeNotes);
  return decodeValue(json, notes, `document '${key}' of '${model.name}'`, values);
}

function encodeDocument(value: unknown, model: ModelKey, key: string, values: ValueClasses): StoredDocument {
  const { json, types } = encodeValue(value, `document '${key}' of '${model.name}'`, values);
  return { json, types: types === undefined ? null : JSON.stringify(types) };
}
