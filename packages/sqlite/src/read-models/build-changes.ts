/** Changes of builds as work for the writer. All of it can be made again from the log: none of it waits for the disk. */
import {
  ArgumentError,
  BuildGoneError,
  type BuildStateChange,
  CheckpointFencedError,
  type Fence,
  type ModelBuild,
  type ModelKey,
  type ModelShape,
  type ModelTransaction,
} from '@tidemark/core';
import type { Connection } from '../connection.ts';
import { Thrown } from '../failures.ts';
import type { Leases } from '../leases.ts';
import type { Work } from '../writer.ts';
import { BuildSession, type SessionParts } from './build-session.ts';
import { createBuildTables } from './build-tables.ts';
import type { Builds } from './builds.ts';
import type { DroppedTables } from './dropped-tables.ts';
import type { OpenBuilds } from './open-builds.ts';
import { OpenTransaction } from './open-transaction.ts';
import { PlainNames } from './plain-names.ts';

export interface BuildChangeParts extends SessionParts {
  readonly connection: Connection;
  readonly builds: Builds;
  readonly openBuilds: OpenBuilds;
  readonly droppedTables: DroppedTables;
  readonly leases: Leases;
}

export class BuildChanges {
  readonly #names: PlainNames;

  constructor(private readonly parts: BuildChangeParts) {
    this.#names = new PlainNames(parts.connection.db, parts.builds);
  }

  beginning({ name, version }: ModelKey, wanted: ModelShape): Work<ModelBuild> {
    const model = { name, version };
    const shape = copied(wanted);
    return work(() => {
      const unfinished = this.parts.builds
        .all()
        .find((build) => build.name === name && build.version === version && build.state === 'building');
      const found = unfinished && this.parts.builds.shapeOf(unfinished.id);
      if (unfinished !== undefined && JSON.stringify(found) === JSON.stringify(shape)) return () => unfinished;
      this.#names.assertFree(model, shape);
      return () => {
        if (unfinished !== undefined) this.#remove(unfinished.id);
        const build = this.parts.builds.insert(model, shape);
        createBuildTables(this.parts.connection.db, build, shape);
        return build;
      };
    });
  }

  stateChanges(changes: readonly BuildStateChange[], fence: Fence | undefined): Work<void> {
    const wanted = changes.map(({ id, from, to }) => ({ id, from, to }));
    return work(() => {
      if (fence !== undefined) this.parts.leases.assertHeld(fence);
      const builds = new Map(this.parts.builds.shaped().map((build) => [build.id, build]));
      for (const { id, from, to } of wanted) {
        const build = builds.get(id);
        if (build?.state !== from) throw new BuildGoneError(id, build?.state ?? 'none', from);
        if (to === 'served' && from !== to) this.#names.assertFree(build, build.shape);
        builds.set(id, { ...build, state: to });
      }
      assertOneOfEach([...builds.values()]);
      return () => {
        const before = this.#names.targets();
        // All are `kept` for a moment: of two that swap places, no order would do.
        for (const { id } of wanted) this.parts.builds.setState(id, 'kept');
        for (const { id } of wanted) this.parts.builds.setState(id, builds.get(id)?.state ?? 'kept');
        this.#names.follow(before);
      };
    });
  }

  typeChange(id: number, types: readonly string[], fence: Fence | undefined): Work<void> {
    const wanted = [...types];
    return work(() => {
      if (fence !== undefined) this.parts.leases.assertHeld(fence);
      const shape = this.parts.builds.shapeOf(id);
      if (shape === undefined) throw new BuildGoneError(id, 'none', 'a build');
      return () => this.parts.builds.setShape(id, { ...shape, types: wanted });
    });
  }

  dropping(id: number): Work<void> {
    return work(() => () => this.#remove(id));
  }

  /** What runs in it is run once at most: it may have changed more than the file. */
  transaction(id: number, transaction: ModelTransaction): Work<void> {
    const { expected, fence } = transaction;
    const plan = () => {
      if (fence !== undefined) this.parts.leases.assertHeld(fence);
      const build = this.parts.builds.find(id);
      if (build === undefined) throw new BuildGoneError(id, 'none', 'a build');
      const actual = build.checkpoint?.position;
      if (expected !== 'any' && actual !== expected) throw new CheckpointFencedError(build.name, expected, actual);
      return () => this.#run(id, transaction);
    };
    return { ...work(plan), isLast: true };
  }

  #run(id: number, transaction: ModelTransaction): void {
    const open = new OpenTransaction(this.parts.connection);
    const session = new BuildSession(this.parts.openBuilds.get(id), open, this.parts);
    this.parts.builds.touch();
    const checkpoint = runOf(transaction, session, open);
    open.assertNotLost();
    if (checkpoint !== undefined) this.parts.builds.moveCheckpoint(id, checkpoint);
  }

  #remove(id: number): void {
    const shape = this.parts.builds.shapeOf(id);
    if (shape === undefined) return;
    const before = this.#names.targets();
    this.parts.builds.remove(id);
    this.parts.deadLetters.removeAll(id);
    this.#names.follow(before);
    this.parts.droppedTables.add(id, shape);
    this.parts.openBuilds.forget(id);
  }
}

function work<T>(plan: () => () => T): Work<T> {
  return { lane: 'relaxed', weight: 0, plan };
}

function runOf(transaction: ModelTransaction, session: BuildSession, open: OpenTransaction) {
  try {
    return transaction.run(session);
  } catch (error) {
    throw new Thrown(error);
  } finally {
    open.end();
  }
}

/** The caller may go on changing its arrays; and what is compared has to have its keys in one order. */
function copied({ indexes, tables, types }: ModelShape): ModelShape {
  return {
    indexes: [...indexes],
    tables: tables.map(({ name, columns, indexes }) => ({ name, columns, indexes: [...indexes] })),
    ...(types === undefined ? {} : { types: [...types] }),
  };
}

function assertOneOfEach(builds: readonly ModelBuild[]): void {
  const seen = new Set<string>();
  for (const { name, version, state } of builds) {
    const key = `${state} ${version} ${name}`;
    if (state !== 'kept' && seen.has(key)) {
      throw new ArgumentError('changes of builds', `two of '${name}' (version ${version}) that are ${state}`, 'one');
    }
    seen.add(key);
  }
}
