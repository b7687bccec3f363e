/** The builds of read models that all openings of a memory store share, each with everything it holds. */
import { ArgumentError, BuildGoneError } from '../errors.ts';
import type { Position } from '../event/revision.ts';
import { Signal } from '../shared/signal.ts';
import type { DeadLetter } from '../store/dead-letters.ts';
import type {
  BuildState,
  BuildStateChange,
  Checkpoint,
  ModelBuild,
  ModelKey,
  ModelShape,
  StoredDocument,
} from '../store/read-model-store.ts';

export interface MemoryBuild extends ModelKey {
  readonly id: number;
  shape: ModelShape;
  state: BuildState;
  checkpoint: Checkpoint | undefined;
  readonly documents: Map<string, StoredDocument>;
  readonly letters: Map<Position, DeadLetter>;
  /** Keys in order, made when first asked for after a change. */
  keys: readonly string[] | undefined;
}

/** Everything here is one synchronous step; callers see to it that no transaction is open. */
export class MemoryBuilds {
  readonly changed = new Signal();
  readonly #builds = new Map<number, MemoryBuild>();
  #lastId = 0;

  /** Oldest first. */
  all(): readonly ModelBuild[] {
    return [...this.#builds.values()].map(describeBuild);
  }

  /** Throws `BuildGoneError`. */
  at(id: number): MemoryBuild {
    const build = this.#builds.get(id);
    if (build === undefined) throw new BuildGoneError(id, 'none', 'a build that was begun and not dropped');
    return build;
  }

  served({ name, version }: ModelKey): number | undefined {
    let found: MemoryBuild | undefined;
    for (const build of this.#builds.values()) {
      if (build.name !== name || build.state !== 'served' || build.version > version) continue;
      if (found === undefined || build.version >= found.version) found = build;
    }
    return found?.id;
  }

  begin({ name, version }: ModelKey, shape: ModelShape): ModelBuild {
    for (const build of this.#builds.values()) {
      if (build.name !== name || build.version !== version || build.state !== 'building') continue;
      if (textOf(build.shape) === textOf(shape)) return describeBuild(build);
      this.#builds.delete(build.id);
    }
    this.#lastId += 1;
    const build: MemoryBuild = {
      id: this.#lastId,
      name,
      version,
      shape: structuredClone(shape),
      state: 'building',
      checkpoint: undefined,
      documents: new Map(),
      letters: new Map(),
      keys: undefined,
    };
    this.#builds.set(build.id, build);
    this.changed.notify();
    return describeBuild(build);
  }

  /** Throws `BuildGoneError`, `ArgumentError` where two builds would be served in one place; changes nothing then. */
  changeStates(changes: readonly BuildStateChange[]): void {
    const states = new Map<number, BuildState>();
    for (const { id, from, to } of changes) {
      const found = states.get(id) ?? this.at(id).state;
      if (found !== from) throw new BuildGoneError(id, `'${found}'`, `'${from}'`);
      states.set(id, to);
    }
    this.#assertOneOfEach(states);
    for (const [id, state] of states) this.at(id).state = state;
    this.changed.notify();
  }

  /** Throws `BuildGoneError`. */
  changeTypes(id: number, types: readonly string[]): void {
    const build = this.at(id);
    build.shape = { ...build.shape, types: [...types] };
    this.changed.notify();
  }

  drop(id: number): void {
    if (this.#builds.delete(id)) this.changed.notify();
  }

  #assertOneOfEach(states: ReadonlyMap<number, BuildState>): void {
    const taken = new Set<string>();
    for (const { id, name, version, state: before } of this.#builds.values()) {
      const state = states.get(id) ?? before;
      const place = JSON.stringify([name, version, state]);
      if (state !== 'kept' && taken.has(place)) {
        throw new ArgumentError('changes', `a second ${state} build of '${name}' (version ${version})`, 'at most one');
      }
      taken.add(place);
    }
  }
}

function describeBuild({ id, name, version, state, checkpoint }: MemoryBuild): ModelBuild {
  return { id, name, version, state, checkpoint: checkpoint && { ...checkpoint } };
}

function textOf({ indexes, tables, types }: ModelShape): string {
  return JSON.stringify([indexes, tables.map((table) => [table.name, table.columns, table.indexes]), types]);
}
