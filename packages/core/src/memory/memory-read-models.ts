import { CheckpointFencedError } from '../errors.ts';
import type { DeadLetter } from '../store/dead-letters.ts';
import type { DocumentQuery, FoundDocuments } from '../store/document-query.ts';
import type { Fence } from '../store/lease-store.ts';
import type {
  BuildStateChange,
  KeyedDocument,
  ModelBuild,
  ModelKey,
  ModelShape,
  ModelTransaction,
  ReadModelStore,
  StoredDocument,
} from '../store/read-model-store.ts';
import type { MemoryBuilds } from './memory-builds.ts';
import type { MemoryLeaseStore } from './memory-leases.ts';
import { compareText, count, find } from './memory-query.ts';
import { inOrder, MemorySession, noTables } from './memory-session.ts';
import type { MemoryTransactions } from './memory-transactions.ts';

/** What an opening needs of its store. */
export interface MemoryReadModelParts {
  readonly models: MemoryBuilds;
  readonly transactions: MemoryTransactions;
  readonly leases: MemoryLeaseStore;
  /** Throws `ClosedError`. */
  assertOpen(): void;
}

/** The reference read-model store: one synchronous step is its transaction. It keeps documents, and no tables. */
export class MemoryReadModelStore implements ReadModelStore {
  readonly capabilities = { tables: false };

  constructor(private readonly parts: MemoryReadModelParts) {}

  builds(): readonly ModelBuild[] {
    return this.#models().all();
  }

  served(model: ModelKey): number | undefined {
    return this.#models().served(model);
  }

  async begin(model: ModelKey, shape: ModelShape): Promise<ModelBuild> {
    const models = this.#models();
    if (shape.tables.length > 0) throw noTables();
    return this.parts.transactions.run(() => models.begin(model, shape));
  }

  async changeStates(changes: readonly BuildStateChange[], fence?: Fence): Promise<void> {
    const models = this.#models();
    await this.parts.transactions.run(() => {
      if (fence !== undefined) this.parts.leases.assertHeld(fence);
      models.changeStates(changes);
    });
  }

  shapeOf(id: number): ModelShape {
    return structuredClone(this.#models().at(id).shape);
  }

  async changeTypes(id: number, types: readonly string[], fence?: Fence): Promise<void> {
    const models = this.#models();
    await this.parts.transactions.run(() => {
      if (fence !== undefined) this.parts.leases.assertHeld(fence);
      models.changeTypes(id, types);
    });
  }

  async drop(id: number): Promise<void> {
    const models = this.#models();
    await this.parts.transactions.run(() => models.drop(id));
  }

  async transact(id: number, transaction: ModelTransaction): Promise<void> {
    const models = this.#models();
    await this.parts.transactions.run(() => {
      const { expected, fence } = transaction;
      if (fence !== undefined) this.parts.leases.assertHeld(fence);
      const build = models.at(id);
      const actual = build.checkpoint?.position;
      if (expected !== 'any' && actual !== expected) throw new CheckpointFencedError(build.name, expected, actual);
      const session = new MemorySession(build);
      try {
        session.commit(transaction.run(session));
      } finally {
        session.close();
      }
      models.changed.notify();
    });
  }

  read(id: number, key: string): StoredDocument | undefined {
    const document = this.#models().at(id).documents.get(key);
    return document && { ...document };
  }

  scan(id: number, { after, limit }: { after?: string | undefined; limit: number }): readonly KeyedDocument[] {
    const build = this.#models().at(id);
    build.keys ??= [...build.documents.keys()].sort(compareText);
    const { keys, documents } = build;
    const start = after === undefined ? 0 : firstAfter(keys, after);
    return keys.slice(start, start + limit).map((key) => ({ key, ...(documents.get(key) as StoredDocument) }));
  }

  count(id: number, where: DocumentQuery['where'] = []): number {
    const build = this.#models().at(id);
    return where.length === 0 ? build.documents.size : count(build, where);
  }

  find(id: number, query: DocumentQuery): FoundDocuments {
    return find(this.#models().at(id), query);
  }

  parked(id: number): readonly DeadLetter[] {
    return inOrder(this.#models().at(id).letters);
  }

  countParked(id: number): number {
    return this.#models().at(id).letters.size;
  }

  select(_sql: string, _values: readonly unknown[]): readonly Readonly<Record<string, unknown>>[] {
    this.parts.assertOpen();
    throw noTables();
  }

  tableName(_id: number, _table: string): string {
    this.parts.assertOpen();
    throw noTables();
  }

  seen(): number {
    return this.#models().changed.count;
  }

  async wait(seen: number, signal: AbortSignal): Promise<void> {
    await this.#models().changed.wait(seen, signal);
  }

  #models(): MemoryBuilds {
    this.parts.assertOpen();
    return this.parts.models;
  }
}

/** The index of the first key behind `after`, by halving. */
function firstAfter(keys: readonly string[], after: string): number {
  let low = 0;
  for (let high = keys.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (compareText(keys[middle] as string, after) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
