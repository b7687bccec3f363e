import { CheckpointFencedError } from '../errors.ts';
import type {
  Checkpoint,
  KeyedDocument,
  ModelCommit,
  ModelKey,
  ReadModelStore,
  StoredDocument,
} from '../store/read-model-store.ts';

export interface MemoryModel {
  checkpoint: Checkpoint | undefined;
  readonly documents: Map<string, StoredDocument>;
  /** Keys in order, made when first asked for after a change. */
  keys: readonly string[] | undefined;
}

/** The reference read-model store: one synchronous step is its transaction. */
export class MemoryReadModelStore implements ReadModelStore {
  constructor(
    private readonly models: Map<string, MemoryModel>,
    private readonly assertOpen: () => void,
  ) {}

  async checkpoint(model: ModelKey): Promise<Checkpoint | undefined> {
    return this.#model(model).checkpoint;
  }

  read(model: ModelKey, key: string): StoredDocument | undefined {
    return this.#model(model).documents.get(key);
  }

  scan(key: ModelKey, { after, limit }: { after?: string | undefined; limit: number }): readonly KeyedDocument[] {
    const model = this.#model(key);
    model.keys ??= [...model.documents.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const { keys, documents } = model;
    const start = after === undefined ? 0 : firstAfter(keys, after);
    return keys
      .slice(start, start + limit)
      .map((document) => ({ key: document, ...(documents.get(document) as StoredDocument) }));
  }

  count(model: ModelKey): number {
    return this.#model(model).documents.size;
  }

  async commit(key: ModelKey, { expected, checkpoint, changes }: ModelCommit): Promise<void> {
    const model = this.#model(key);
    const actual = model.checkpoint?.position;
    if (actual !== expected) throw new CheckpointFencedError(key.name, expected, actual);
    for (const [document, value] of changes) {
      if (value === null) model.documents.delete(document);
      else model.documents.set(document, { json: value.json, types: value.types });
    }
    model.checkpoint = { ...checkpoint };
    if (changes.size > 0) model.keys = undefined;
  }

  async remove({ name, version }: ModelKey): Promise<void> {
    this.assertOpen();
    this.models.delete(`${name}@${version}`);
  }

  #model({ name, version }: ModelKey): MemoryModel {
    this.assertOpen();
    const id = `${name}@${version}`;
    let model = this.models.get(id);
    if (model === undefined) {
      model = { checkpoint: undefined, documents: new Map(), keys: undefined };
      this.models.set(id, model);
    }
    return model;
  }
}

/** The index of the first key behind `after`, by halving. */
function firstAfter(keys: readonly string[], after: string): number {
  const wanted = Buffer.from(after);
  let low = 0;
  for (let high = keys.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(Buffer.from(keys[middle] as string), wanted) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
