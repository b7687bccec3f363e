/**
 * Read models in the file of the events. A commit does not wait for the disk: a power cut may take the last ones, each
 * whole with its checkpoint, and the events behind the checkpoint are applied again.
 */
import {
  BuildGoneError,
  type BuildStateChange,
  type DeadLetter,
  type DocumentQuery,
  type Fence,
  type FoundDocuments,
  type KeyedDocument,
  type ModelBuild,
  type ModelKey,
  type ModelShape,
  type ModelTransaction,
  type ReadModelCapabilities,
  type ReadModelStore,
  type StoredDocument,
} from '@tidemark/core';
import type { OpenedFile } from '../opened-file.ts';
import { onBuild } from './build-gone.ts';
import type { OpenBuild } from './open-builds.ts';
import { Selections } from './selections.ts';

export class SqliteReadModelStore implements ReadModelStore {
  readonly capabilities: ReadModelCapabilities = { tables: true };

  readonly #selections: Selections;

  constructor(private readonly file: OpenedFile) {
    this.#selections = new Selections(file.connection.db);
  }

  builds(): readonly ModelBuild[] {
    return this.file.lookNow(() => this.file.builds.all());
  }

  served(model: ModelKey): number | undefined {
    return this.file.lookNow(() => this.file.builds.served(model));
  }

  shapeOf(id: number): ModelShape {
    const shape = this.file.lookNow(() => this.file.builds.shapeOf(id));
    if (shape === undefined) throw new BuildGoneError(id, 'none', 'a build');
    return shape;
  }

  async changeTypes(id: number, types: readonly string[], fence?: Fence): Promise<void> {
    return this.file.writer.submit(this.file.buildChanges.typeChange(id, types, fence));
  }

  async begin(model: ModelKey, shape: ModelShape): Promise<ModelBuild> {
    const build = await this.file.writer.submit(this.file.buildChanges.beginning(model, shape));
    await this.#clearDropped();
    return build;
  }

  async changeStates(changes: readonly BuildStateChange[], fence?: Fence): Promise<void> {
    return this.file.writer.submit(this.file.buildChanges.stateChanges(changes, fence));
  }

  async drop(id: number): Promise<void> {
    await this.file.writer.submit(this.file.buildChanges.dropping(id));
    await this.#clearDropped();
  }

  transact(id: number, transaction: ModelTransaction): Promise<void> {
    return this.file.writer.submit(this.file.buildChanges.transaction(id, transaction));
  }

  read(id: number, key: string): StoredDocument | undefined {
    return this.#on(id, ({ documents }) => documents.read(key));
  }

  scan(id: number, options: { after?: string | undefined; limit: number }): readonly KeyedDocument[] {
    return this.#on(id, ({ documents }) => documents.scan(options));
  }

  count(id: number, where?: DocumentQuery['where']): number {
    return this.#on(id, ({ queries }) => queries.count(where));
  }

  find(id: number, query: DocumentQuery): FoundDocuments {
    return this.#on(id, ({ queries }) => queries.find(query));
  }

  parked(id: number): readonly DeadLetter[] {
    return this.#on(id, () => {
      const letters = this.file.deadLetters.all(id);
      if (letters.length === 0) this.#assertThere(id);
      return letters;
    });
  }

  countParked(id: number): number {
    return this.#on(id, () => {
      const count = this.file.deadLetters.count(id);
      if (count === 0) this.#assertThere(id);
      return count;
    });
  }

  tableName(id: number, table: string): string {
    return this.#on(id, ({ tables }) => {
      this.#assertThere(id);
      return tables.nameOf(table);
    });
  }

  select(sql: string, values: readonly unknown[]): readonly Readonly<Record<string, unknown>>[] {
    return this.file.readNow(() => this.#selections.run(sql, values));
  }

  seen(): number {
    this.file.assertOpen();
    return this.file.connection.modelsChanged.count;
  }

  async wait(seen: number, signal: AbortSignal): Promise<void> {
    this.file.assertOpen();
    await this.file.waitForModels(seen, signal);
  }

  #clearDropped(): Promise<void> {
    return this.file.droppedTables.clear(this.file.writer);
  }

  #assertThere(id: number): void {
    if (this.file.builds.find(id) === undefined) throw new BuildGoneError(id, 'none', 'a build');
  }

  #on<T>(id: number, act: (build: OpenBuild) => T): T {
    return this.file.readNow(() => onBuild(id, () => act(this.file.openBuilds.get(id))));
  }
}
