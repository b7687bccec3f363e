/** What is prepared for each build, kept for those that were used last. */
import { BuildGoneError, type ModelShape } from '@tidemark/core';
import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { BuildDocuments } from './build-documents.ts';
import { onBuild } from './build-gone.ts';
import type { Builds } from './builds.ts';
import { DocumentQueries } from './document-queries.ts';
import { TableStatements } from './table-statements.ts';

/** Everything here reads and writes the tables of one build. What a build is made of never changes, and no id comes twice. */
export class OpenBuild {
  readonly documents: BuildDocuments;
  readonly queries: DocumentQueries;
  readonly tables: TableStatements;

  constructor(
    db: Database.Database,
    readonly id: number,
    readonly shape: ModelShape,
  ) {
    this.documents = new BuildDocuments(db, id);
    this.queries = new DocumentQueries(db, id, shape.indexes);
    this.tables = new TableStatements(db, id, shape);
  }
}

const mostBuilds = 64;

export class OpenBuilds {
  readonly #open = new LRUCache<number, OpenBuild>({ max: mostBuilds });

  constructor(
    private readonly db: Database.Database,
    private readonly builds: Builds,
  ) {}

  /** Throws `BuildGoneError`. One that was got before may have been dropped by another process since: see `onBuild`. */
  get(id: number): OpenBuild {
    const open = this.#open.get(id);
    if (open !== undefined) return open;
    const shape = this.builds.shapeOf(id);
    if (shape === undefined) throw new BuildGoneError(id, 'none', 'a build');
    const build = onBuild(id, () => new OpenBuild(this.db, id, shape));
    this.#open.set(id, build);
    return build;
  }

  forget(id: number): void {
    this.#open.delete(id);
  }
}
