/** All projections of a running application: started and stopped together, and what its users ask of them. */
import type { Observable } from 'rxjs';
import { ArgumentError, ConfigurationError, UnsupportedError } from '../errors.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import type { Position } from '../event/revision.ts';
import { buildsOf } from '../projection/builds-of.ts';
import type { DocumentChange } from '../projection/document-change.ts';
import { DocumentReader } from '../projection/document-reader.ts';
import type { Documents } from '../projection/documents.ts';
import { InlineRunner } from '../projection/inline-runner.ts';
import { Leadership } from '../projection/leadership.ts';
import type { LiveProjection, LiveValue } from '../projection/live/live.ts';
import { LiveRunner } from '../projection/live/live-runner.ts';
import { LogPasses } from '../projection/log-passes.ts';
import { ModelWatch } from '../projection/model-watch.ts';
import type { ProjectionClass, ProjectionDefinition } from '../projection/projection.ts';
import { Projector } from '../projection/projector.ts';
import { Rebuild } from '../projection/rebuild.ts';
import type { ServedModel } from '../projection/served-build.ts';
import { TableReader } from '../projection/table-reader.ts';
import type { Tables } from '../projection/tables.ts';
import type { Clock } from '../shared/clock.ts';
import { describe } from '../shared/describe.ts';
import { randomIds } from '../shared/ids.ts';
import type { BuildStateChange } from '../store/read-model-store.ts';
import type { Stores } from '../store/stores.ts';
import { guardedObservable } from '../subscription/guarded-observable.ts';

export interface ProjectionsParts {
  readonly stores: Stores;
  readonly definitions: ReadonlyMap<unknown, ProjectionDefinition>;
  readonly live: readonly LiveProjection[];
  readonly registry: EventRegistry;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

export class Projections {
  readonly #projectors: ReadonlyMap<unknown, Projector>;
  readonly #live: ReadonlyMap<unknown, LiveRunner>;
  readonly #stopping = new AbortController();
  readonly #rebuilds = new Set<Promise<void>>();
  #watching: Promise<void> | undefined;

  private constructor(
    private readonly parts: ProjectionsParts,
    place: { readonly logId: string; readonly head: Position },
  ) {
    const { stores, definitions, live, registry, clock, onError } = parts;
    const { events, readModels } = stores;
    const leadership = new Leadership(stores.leases, randomIds.next(), onError);
    const passes = new LogPasses({ events, registry, onRetry: onError }, definitions.size);
    const common = { events, readModels, registry, clock, leadership, passes, onError, ...place };
    this.#projectors = new Map(
      [...definitions].map(([target, definition]) => [target, new Projector(definition, common)]),
    );
    this.#live = new Map(
      live.map((projection) => [projection, new LiveRunner(projection, { events, registry, onError })]),
    );
  }

  /**
   * Starts them; resolves when it is known of each whether it can be read: on an empty log it can. Throws
   * `UnsupportedError` where the store lacks what one of them needs.
   */
  static async start(parts: ProjectionsParts): Promise<Projections> {
    const { stores, definitions, registry, onError } = parts;
    assertSupported(stores, [...definitions.values()]);
    // Whoever may not read the whole log can still be an application that has no read models.
    const place =
      definitions.size === 0
        ? { logId: '', head: 0 }
        : { logId: await stores.events.logId(), head: await stores.events.head() };
    const projections = new Projections(parts, place);
    const projectors = projections.all();
    const inline = projectors.filter(({ definition }) => definition.inline);
    if (inline.length > 0)
      stores.useInline?.(
        new InlineRunner(
          inline.map((projector) => projector.inline),
          registry,
        ),
      );
    for (const runner of projections.liveOnes()) runner.start();
    if (projectors.length === 0) return projections;
    for (const projector of projectors) projector.start();
    const watch = new ModelWatch(stores.readModels, () => projectors, onError);
    projections.#watching = watch.run(projections.#stopping.signal);
    await Promise.all(projectors.map(({ opened }) => opened));
    return projections;
  }

  all(): readonly Projector[] {
    return [...this.#projectors.values()];
  }

  liveOnes(): readonly LiveRunner[] {
    return [...this.#live.values()];
  }

  /** Live or not. Throws `ArgumentError` for what is none of them. */
  consumer(projection: unknown): Projector | LiveRunner {
    return this.#live.get(projection) ?? this.projector(projection);
  }

  live<T>(projection: LiveProjection<T>): LiveValue<T> {
    const runner = this.#live.get(projection);
    if (runner !== undefined) return runner.output as LiveValue<T>;
    throw new ArgumentError('projection', describe(projection), 'one of the live `projections` of this application');
  }

  /** Throws `ArgumentError` for a class that is none of them. */
  projector(projection: unknown): Projector {
    const projector = this.#projectors.get(projection);
    if (projector !== undefined) return projector;
    throw new ArgumentError('projection', describe(projection), 'one of the `projections` of this application');
  }

  documents<T>(projection: new () => Documents<T>): DocumentReader<T> {
    const projector = this.#ofKind(projection, 'documents');
    const { name } = projector.definition.model;
    const changes$ = projector.changes$ as Observable<DocumentChange<T>>;
    return new DocumentReader<T>({
      ...this.#servedModel(projector),
      indexes: projector.definition.indexes,
      values: this.parts.registry.values,
      changes$: guardedObservable(`changes$ of projection '${name}'`, changes$, this.parts.onError),
    });
  }

  tables(projection: new () => Tables): TableReader {
    return new TableReader(this.#servedModel(this.#ofKind(projection, 'tables')));
  }

  #servedModel(projector: Projector): ServedModel {
    const position = () => projector.status.position;
    return { model: projector.definition.model, store: this.parts.stores.readModels, position };
  }

  async rebuild(projections: readonly ProjectionClass[]): Promise<Rebuild> {
    if (projections.length === 0) throw new ArgumentError('projections', 'none', 'at least one projection');
    const projectors = [...new Set(projections)].map((projection) => this.projector(projection));
    const { readModels, events } = this.parts.stores;
    const builds = await Promise.all(
      projectors.map(({ definition, shape }) => readModels.begin(definition.model, shape)),
    );
    const rebuild = new Rebuild(builds, {
      readModels,
      head: () => events.head(),
      failure: (id) => projectors.map((projector) => projector.failureOf(id)).find((error) => error !== undefined),
      onServed: (served) => {
        for (const projector of projectors) projector.observe(served);
      },
      signal: this.#stopping.signal,
      onError: this.parts.onError,
    });
    const watching = rebuild.done.catch(() => {}).finally(() => this.#rebuilds.delete(watching));
    this.#rebuilds.add(watching);
    return rebuild;
  }

  /** Serves what was served before. Throws `ConfigurationError` where there is nothing to go back to. */
  async rollback(projection: ProjectionClass): Promise<void> {
    const { readModels } = this.parts.stores;
    const { name, version } = this.projector(projection).definition.model;
    const builds = readModels.builds().filter((build) => build.name === name);
    const own = buildsOf(builds, { name, version });
    const served = own.find(({ state }) => state === 'served');
    const before = own.filter(({ state, id }) => state === 'kept' && id !== served?.id).at(-1);
    const older = builds.some((build) => build.version < version && build.state === 'served');
    if (served === undefined || (before === undefined && !older)) {
      throw new ConfigurationError(`projection '${name}' version ${version} has no earlier read model to go back to`, [
        name,
      ]);
    }
    const changes: BuildStateChange[] = [{ id: served.id, from: 'served', to: 'kept' }];
    if (before !== undefined) changes.push({ id: before.id, from: 'kept', to: 'served' });
    await readModels.changeStates(changes);
  }

  /** Forgets what is not served any more; resolves to how many builds. */
  async dropOld(projection: ProjectionClass): Promise<number> {
    const { readModels } = this.parts.stores;
    const { name, version } = this.projector(projection).definition.model;
    const builds = readModels.builds().filter((build) => build.name === name && build.version <= version);
    // While an older version is what readers see, nothing is old.
    if (!builds.some((build) => build.version === version && build.state === 'served')) return 0;
    const old = builds.filter((build) => build.version < version || build.state === 'kept');
    for (const { id } of old) await readModels.drop(id);
    return old.length;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.all(), ...this.liveOnes()].map((runner) => runner.stop()));
    await this.#watching;
    await Promise.all(this.#rebuilds);
  }

  #ofKind(projection: unknown, kind: ProjectionDefinition['kind']): Projector {
    const projector = this.projector(projection);
    if (projector.definition.kind === kind) return projector;
    throw new ArgumentError(
      'projection',
      `${projector.definition.target.name}, onto ${projector.definition.kind}`,
      `one onto ${kind}`,
    );
  }
}

function assertSupported(stores: Stores, definitions: readonly ProjectionDefinition[]): void {
  for (const { inline, kind, target } of definitions) {
    if (inline && (!stores.events.capabilities.inlineProjections || stores.useInline === undefined)) {
      throw new UnsupportedError(
        'inline projections',
        `declare ${target.name} without \`inline\`, and wait with caughtUp`,
      );
    }
    if (kind === 'tables' && !stores.readModels.capabilities.tables) {
      throw new UnsupportedError('SQL tables', `let ${target.name} extend Documents, or use sqlite(file)`);
    }
  }
}
