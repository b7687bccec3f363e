/**
 * The table of builds. It is asked at each read of an application, so what it says is remembered until something here
 * changes it, or somebody else writes to the file.
 */
import {
  type BuildState,
  type Checkpoint,
  type ModelBuild,
  type ModelKey,
  type ModelShape,
  UnreadableEventError,
} from '@tidemark/core';
import type Database from 'better-sqlite3';
import type { Connection } from '../connection.ts';

type Row = [
  id: number,
  name: string,
  version: number,
  state: BuildState,
  logId: string | null,
  position: number | null,
  eventId: string | null,
];

/** A build with what it is made of. */
export interface ShapedBuild extends ModelBuild {
  readonly shape: ModelShape;
}

export class Builds {
  readonly #all: Database.Statement<[], Row>;
  readonly #find: Database.Statement<[number], Row>;
  readonly #shape: Database.Statement<[number], string>;
  readonly #served: Database.Statement<[string, number], number>;
  readonly #insert: Database.Statement<[string, number, string]>;
  readonly #setShape: Database.Statement<[string, number]>;
  readonly #setState: Database.Statement<[BuildState, number]>;
  readonly #move: Database.Statement<[string, number, string, number]>;
  readonly #remove: Database.Statement<[number]>;
  #known: readonly Row[] | undefined;
  readonly #knownServed = new Map<string, number | undefined>();
  /** What was changed in the open transaction. */
  #changed: 'nothing' | 'checkpoints' | 'builds' = 'nothing';

  constructor(private readonly connection: Connection) {
    const { db } = connection;
    const select = 'SELECT id, name, version, state, log_id, position, event_id FROM builds';
    this.#all = db.prepare<[], Row>(`${select} ORDER BY id`).raw();
    this.#find = db.prepare<[number], Row>(`${select} WHERE id = ?`).raw();
    this.#shape = db.prepare<[number], string>('SELECT shape FROM builds WHERE id = ?').pluck();
    this.#served = db
      .prepare<[string, number], number>(
        `SELECT id FROM builds WHERE name = ? AND version <= ? AND state = 'served' ORDER BY version DESC LIMIT 1`,
      )
      .pluck();
    this.#insert = db.prepare(`INSERT INTO builds (name, version, state, shape) VALUES (?, ?, 'building', ?)`);
    this.#setShape = db.prepare('UPDATE builds SET shape = ? WHERE id = ?');
    this.#setState = db.prepare('UPDATE builds SET state = ? WHERE id = ?');
    this.#move = db.prepare('UPDATE builds SET log_id = ?, position = ?, event_id = ? WHERE id = ?');
    this.#remove = db.prepare('DELETE FROM builds WHERE id = ?');
    connection.onForeignWrite(() => this.#forget());
  }

  /** After `Connection.refresh`, as `served`. Oldest first; fresh copies. */
  all(): readonly ModelBuild[] {
    const rows = this.#known ?? this.#all.all();
    if (this.#changed === 'nothing') this.#known = rows;
    return rows.map(toBuild);
  }

  served({ name, version }: ModelKey): number | undefined {
    const key = `${version} ${name}`;
    const known = this.#knownServed.get(key);
    if (known !== undefined || this.#knownServed.has(key)) return known;
    const id = this.#served.get(name, version);
    if (this.#changed !== 'builds') this.#knownServed.set(key, id);
    return id;
  }

  /** As it stands now. */
  find(id: number): ModelBuild | undefined {
    const row = this.#find.get(id);
    return row && toBuild(row);
  }

  shapeOf(id: number): ModelShape | undefined {
    const text = this.#shape.get(id);
    return text === undefined ? undefined : parseShape(text, id);
  }

  shaped(): readonly ShapedBuild[] {
    return this.#all
      .all()
      .map((row) => ({ ...toBuild(row), shape: parseShape(this.#shape.get(row[0]) ?? '', row[0]) }));
  }

  /** This and all below: only inside a write transaction. */
  insert({ name, version }: ModelKey, shape: ModelShape): ModelBuild {
    this.#change('builds');
    const id = Number(this.#insert.run(name, version, JSON.stringify(shape)).lastInsertRowid);
    return { id, name, version, state: 'building', checkpoint: undefined };
  }

  setState(id: number, state: BuildState): void {
    this.#change('builds');
    this.#setState.run(state, id);
  }

  setShape(id: number, shape: ModelShape): void {
    this.#change('builds');
    this.#setShape.run(JSON.stringify(shape), id);
  }

  remove(id: number): void {
    this.#change('builds');
    this.#remove.run(id);
  }

  moveCheckpoint(id: number, { logId, position, eventId }: Checkpoint): void {
    this.#change('checkpoints');
    this.#move.run(logId, position, eventId, id);
  }

  /** Says that something else of a build was changed. */
  touch(): void {
    this.#change('checkpoints');
  }

  committed(): void {
    if (this.#changed === 'nothing') return;
    this.#changed = 'nothing';
    this.connection.modelsChanged.notify();
  }

  rolledBack(): void {
    this.#changed = 'nothing';
  }

  /** What is changed is read anew from now on; nothing of it is remembered before it is committed. */
  #change(what: 'checkpoints' | 'builds'): void {
    if (this.#changed !== 'builds') this.#changed = what;
    if (what === 'builds') this.#forget();
    else this.#known = undefined;
  }

  #forget(): void {
    this.#known = undefined;
    this.#knownServed.clear();
  }
}

function toBuild([id, name, version, state, logId, position, eventId]: Row): ModelBuild {
  const has = logId !== null && position !== null && eventId !== null;
  return { id, name, version, state, checkpoint: has ? { logId, position, eventId } : undefined };
}

function parseShape(text: string, id: number): ModelShape {
  try {
    return JSON.parse(text) as ModelShape;
  } catch (cause) {
    throw new UnreadableEventError(`the shape of build ${id}`, 'it is no JSON', { cause });
  }
}
