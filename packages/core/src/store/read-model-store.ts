/** Documents of projections. What a batch of events changes and the checkpoint after it are committed as one. */
import type { Position } from '../event/revision.ts';

/** A projection's name and version: old and new code keep their documents side by side. */
export interface ModelKey {
  readonly name: string;
  readonly version: number;
}

/** Where a consumer has durably finished. The log's id and the event's tell a moved or restored log. */
export interface Checkpoint {
  readonly logId: string;
  readonly position: Position;
  readonly eventId: string;
}

/** A document's value as the codec wrote it; `types` is JSON text of its side note. */
export interface StoredDocument {
  readonly json: string;
  readonly types: string | null;
}

export interface KeyedDocument extends StoredDocument {
  readonly key: string;
}

export interface ModelCommit {
  /** Where the checkpoint has to stand, as proof that nobody else moved it: `undefined` for none yet. */
  readonly expected: Position | undefined;
  readonly checkpoint: Checkpoint;
  /** `null` removes. */
  readonly changes: ReadonlyMap<string, StoredDocument | null>;
}

export interface ReadModelStore {
  checkpoint(model: ModelKey): Promise<Checkpoint | undefined>;

  /** Synchronous, as projection handlers are. */
  read(model: ModelKey, key: string): StoredDocument | undefined;

  /** Documents in the order of their keys (UTF-8 bytes), after `after`, at most `limit`. */
  scan(model: ModelKey, options: { after?: string | undefined; limit: number }): readonly KeyedDocument[];

  count(model: ModelKey): number;

  /** All or nothing. Throws `CheckpointFencedError` where the checkpoint is not at `expected`. */
  commit(model: ModelKey, commit: ModelCommit): Promise<void>;

  /** Forgets the model's documents and its checkpoint. */
  remove(model: ModelKey): Promise<void>;
}
