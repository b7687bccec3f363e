/**
 * What somebody finds who opens the file with SQL: a view under the name of each projection, and of each of its tables,
 * onto the served build of the highest version. Views follow in the transaction that changes which build that is, so no
 * reader ever sees a build that is not complete, or nothing between two. Before the first is served there is no view.
 */
import { ConfigurationError, type ModelKey, type ModelShape } from '@tidemark/core';
import type Database from 'better-sqlite3';
import type { Builds, ShapedBuild } from './builds.ts';

type SchemaRow = [type: string, name: string, sql: string | null];

/** A build as far as names go. */
type Named = Pick<ShapedBuild, 'id' | 'name' | 'shape'>;

/** What SQLite keeps for itself, what tables of builds are called, and their indexes. */
const reserved = /^(sqlite_|documents_|tidemark_)|__\d+(_\d+)?$/i;

/** What tables of builds are called that were dropped, until they are empty. */
export const droppedPrefix = 'tidemark_dropped_';

/** A name as SQL: quoted, as names of projections may be any text. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function documentsTable(id: number): string {
  return `documents_${id}`;
}

export function projectionTable(table: string, id: number): string {
  return `${table}__${id}`;
}

export class PlainNames {
  readonly #taken: Database.Statement<[string], SchemaRow>;
  readonly #isView: Database.Statement<[string, string], number>;

  constructor(
    private readonly db: Database.Database,
    private readonly builds: Builds,
  ) {
    this.#taken = db
      .prepare<[string], SchemaRow>('SELECT type, name, sql FROM sqlite_schema WHERE name = ? COLLATE NOCASE')
      .raw();
    this.#isView = db
      .prepare<[string, string], number>(`SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = ? AND sql = ?`)
      .pluck();
  }

  /**
   * Refuses a projection one of whose names means something else in this file already, or would for another projection
   * as soon as both are served. Throws `ConfigurationError`.
   */
  assertFree(model: ModelKey, shape: ModelShape): void {
    const names = namesOf(model.name, shape);
    for (const [index, name] of names.entries()) {
      if (name === '' || name.includes('\0')) throw clash(model, name, 'no name that SQL can have');
      if (reserved.test(name)) throw clash(model, name, 'a name that the store keeps for itself');
      if (names.slice(0, index).some((other) => folded(other) === folded(name)))
        throw clash(model, name, 'two tables of that name');
    }
    const builds = this.builds.shaped();
    for (const name of names) this.#assertFree(model, name, builds);
  }

  /** Which build each projection's plain names stand for. */
  targets(): ReadonlyMap<string, Named> {
    const targets = new Map<string, ShapedBuild>();
    for (const build of this.builds.shaped()) {
      const best = targets.get(build.name);
      if (build.state === 'served' && (best === undefined || best.version < build.version))
        targets.set(build.name, build);
    }
    return targets;
  }

  /** Points each plain name to where it has to point now, in the transaction that changed that. */
  follow(before: ReadonlyMap<string, Named>): void {
    const after = this.targets();
    const moved = [...new Set([...before.keys(), ...after.keys()])].filter(
      (name) => before.get(name)?.id !== after.get(name)?.id,
    );
    for (const name of moved) this.#hide(before.get(name));
    for (const name of moved) this.#show(after.get(name));
  }

  #assertFree(model: ModelKey, name: string, builds: readonly ShapedBuild[]): void {
    const other = builds.find(
      (build) =>
        build.name !== model.name && namesOf(build.name, build.shape).some((each) => folded(each) === folded(name)),
    );
    if (other !== undefined) throw clash(model, name, `that name in use by the projection '${other.name}'`, other.name);
    const taken = this.#taken.get(name);
    if (taken === undefined) return;
    const [type, as, sql] = taken;
    const isOwn = builds.some((build) => build.name === model.name && viewsOf(build).some(([, view]) => view === sql));
    if (!isOwn) throw clash(model, name, `${type === 'index' ? 'an' : 'a'} ${type} '${as}' in the file`);
  }

  /** Only what it showed itself: a view that somebody has put in its place stays. */
  #hide(build: Named | undefined): void {
    if (build === undefined) return;
    for (const [name, sql] of viewsOf(build)) {
      if (this.#isView.get(name, sql) !== undefined) this.db.exec(`DROP VIEW ${quoted(name)}`);
    }
  }

  #show(build: Named | undefined): void {
    if (build === undefined) return;
    for (const [name, sql] of viewsOf(build)) {
      // Taken since it was begun, or before names were looked at: the build is served, only not under this name.
      if (!reserved.test(name) && this.#taken.get(name) === undefined) this.db.exec(sql);
    }
  }
}

/** A table that is called as its projection goes before the projection's documents. */
function namesOf(projection: string, { tables }: ModelShape): readonly string[] {
  const names = tables.map(({ name }) => name);
  return names.some((name) => folded(name) === folded(projection)) ? names : [projection, ...names];
}

/** The statements that make a build's views, by the name of each. */
function viewsOf({ id, name, shape }: Named): readonly (readonly [name: string, sql: string])[] {
  const tables = new Set(shape.tables.map((table) => table.name));
  return namesOf(name, shape).map((plain) => {
    const source = tables.has(plain)
      ? `* FROM ${quoted(projectionTable(plain, id))}`
      : `key, json, types FROM ${documentsTable(id)}`;
    return [plain, `CREATE VIEW ${quoted(plain)} AS SELECT ${source}`];
  });
}

/** SQLite holds names for the same that differ in the case of ASCII letters. */
function folded(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function clash({ name, version }: ModelKey, taken: string, found: string, other?: string): ConfigurationError {
  return new ConfigurationError(
    `projection '${name}' (version ${version}): the name '${taken}': found ${found}, wanted a name of its own in the file`,
    [`projection '${name}'`, ...(other === undefined ? [] : [`projection '${other}'`])],
  );
}
