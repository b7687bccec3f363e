/** One projection's uncommitted changes and its checkpoint: what is taken in here is committed together, or not at all. */
import type { RecordedEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import type { ValueClasses } from '../event/value.ts';
import type { Checkpoint, ModelKey, ReadModelStore } from '../store/read-model-store.ts';
import { Batch, decodeDocument } from './batch.ts';
import type { DocumentChange } from './document-reader.ts';

export interface Place {
  readonly position: Position;
  readonly eventId: string;
}

export class ModelWriter {
  #checkpoint: Checkpoint | undefined;
  #reached: Place | undefined;
  #batch: Batch;
  #size = 0;
  #began = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly model: ModelKey,
    private readonly store: ReadModelStore,
    private readonly values: ValueClasses,
    private readonly logId: string,
    checkpoint: Checkpoint | undefined,
  ) {
    this.#checkpoint = checkpoint;
    this.#reached = checkpoint;
    this.#batch = new Batch(model, store, values);
  }

  /** Durably finished up to here. */
  get committed(): Position {
    return this.#checkpoint?.position ?? 0;
  }

  /** Taken in, or passed by, up to here. */
  get reached(): Position {
    return this.#reached?.position ?? 0;
  }

  get changed(): boolean {
    return this.#batch.changes.size > 0;
  }

  /** Events taken in since the last commit. */
  get size(): number {
    return this.#size;
  }

  /** Milliseconds since the first of them. */
  get age(): number {
    return this.#size === 0 ? 0 : performance.now() - this.#began;
  }

  /** Takes in the parts of one stored event: all their changes, or none when a handler throws. */
  take(parts: readonly RecordedEvent[], handle: (event: RecordedEvent, batch: Batch) => void): void {
    if (this.#size === 0) this.#began = performance.now();
    this.#batch.apply(() => {
      for (const part of parts) handle(part, this.#batch);
    });
    this.#size += 1;
    const last = parts[parts.length - 1];
    if (last !== undefined) this.pass(last);
  }

  /** Everything up to `place` is taken in or concerns nobody here. */
  pass({ position, eventId }: Place): void {
    if (position > this.reached) this.#reached = { position, eventId };
  }

  /**
   * Commits changes and checkpoint; one after the other when called again meanwhile. Throws `CheckpointFencedError`
   * when somebody else moved the checkpoint, and whatever the store throws: the changes then stay uncommitted.
   */
  commit(): Promise<readonly Committed[]> {
    const commit = this.#last.then(() => this.#commit());
    this.#last = commit.catch(() => {});
    return commit;
  }

  async #commit(): Promise<readonly Committed[]> {
    const reached = this.#reached;
    const { changes } = this.#batch;
    if (reached === undefined || (reached.position === this.#checkpoint?.position && changes.size === 0)) return [];
    const checkpoint = { logId: this.logId, position: reached.position, eventId: reached.eventId };
    const before = [...changes].map(([key, after]) => ({ key, before: this.store.read(this.model, key), after }));
    await this.store.commit(this.model, { expected: this.#checkpoint?.position, checkpoint, changes });
    this.#checkpoint = checkpoint;
    if (this.#batch.changes === changes) {
      this.#batch = new Batch(this.model, this.store, this.values);
      this.#size = 0;
    }
    return before.map((change) => ({ ...change, after: change.after ?? undefined, position: reached.position }));
  }

  /** A committed change as an application sees it. */
  describe({ key, before, after, position }: Committed): DocumentChange<unknown> {
    const decode = (document: Committed['before']) =>
      document && decodeDocument(document, this.model, key, this.values);
    return { key, before: decode(before), after: decode(after), position };
  }
}

type StoredDocument = NonNullable<ReturnType<ReadModelStore['read']>>;
export interface Committed {
  readonly key: string;
  readonly before: StoredDocument | undefined;
  readonly after: StoredDocument | undefined;
  readonly position: Position;
}
