import { ClosedError, UnsupportedError } from '../errors.ts';
import type { Position } from '../event/revision.ts';
import type { DeadLetter } from '../store/dead-letters.ts';
import type {
  Checkpoint,
  DocumentWrite,
  ModelSession,
  StoredDocument,
  TableStatement,
} from '../store/read-model-store.ts';
import type { MemoryBuild } from './memory-builds.ts';

/** What a transaction does to one build: held back until the transaction is committed, so that nothing has to be undone. */
export class MemorySession implements ModelSession {
  readonly #documents = new Map<string, StoredDocument | null>();
  readonly #letters = new Map<Position, DeadLetter | null>();
  #closed = false;

  constructor(private readonly build: MemoryBuild) {}

  read(key: string): StoredDocument | undefined {
    this.#assertOpen();
    const written = this.#documents.get(key);
    if (written === null) return undefined;
    const document = written ?? this.build.documents.get(key);
    return document && { ...document };
  }

  write(key: string, document: StoredDocument | null): void {
    this.#assertOpen();
    this.#documents.set(key, document && { json: document.json, types: document.types });
  }

  writeAll(documents: readonly DocumentWrite[]): void {
    for (const { key, document } of documents) this.write(key, document);
  }

  tableName(_table: string): string {
    this.#assertOpen();
    throw noTables();
  }

  statement(_sql: string): TableStatement {
    this.#assertOpen();
    throw noTables();
  }

  guarded<T>(act: () => T): T {
    this.#assertOpen();
    return act();
  }

  park(letter: DeadLetter): void {
    this.#assertOpen();
    this.#letters.set(letter.position, { ...letter });
  }

  unpark(position: Position): void {
    this.#assertOpen();
    this.#letters.set(position, null);
  }

  parkedIn(streamName: string): readonly DeadLetter[] {
    this.#assertOpen();
    const letters = new Map(this.build.letters);
    apply(this.#letters, letters);
    return inOrder(letters).filter((letter) => letter.streamName === streamName);
  }

  /** Whoever kept it cannot write outside of the transaction. */
  close(): void {
    this.#closed = true;
  }

  /** Makes all of it so, with the checkpoint behind it, if that moves. Cannot fail. */
  commit(checkpoint: Checkpoint | undefined): void {
    const { build } = this;
    if (this.#documents.size > 0) build.keys = undefined;
    apply(this.#documents, build.documents);
    apply(this.#letters, build.letters);
    if (checkpoint !== undefined) build.checkpoint = { ...checkpoint };
  }

  #assertOpen(): void {
    if (this.#closed) throw new ClosedError(`the session of build ${this.build.id}`);
  }
}

export function noTables(): UnsupportedError {
  return new UnsupportedError('tables', 'keep the read model in documents, or use sqlite(file) of @tidemark/sqlite');
}

/** Fresh copies. */
export function inOrder(letters: ReadonlyMap<Position, DeadLetter>): readonly DeadLetter[] {
  return [...letters.values()].sort((a, b) => a.position - b.position).map((letter) => ({ ...letter }));
}

/** `null` removes. */
function apply<K, V>(changes: ReadonlyMap<K, V | null>, to: Map<K, V>): void {
  for (const [key, value] of changes) {
    if (value === null) to.delete(key);
    else to.set(key, value);
  }
}
