/** What the process that leads a projection does: fills builds, serves them, and keeps the served one at the log's end. */
import { CheckpointMismatchError, StaleReadModelError } from '../application-errors.ts';
import { BuildGoneError, CheckpointFencedError, LeaseLostError } from '../errors.ts';
import { aborted, linkedAbort } from '../shared/linked-abort.ts';
import type { EventFilter } from '../store/event-filter.ts';
import type { Fence } from '../store/lease-store.ts';
import type { BuildStateChange, ModelBuild, ModelShape, ReadModelStore } from '../store/read-model-store.ts';
import type { ResolvedFilter } from '../subscription/consumer-filter.ts';
import { isTransient, type SubscriptionParts } from '../subscription/subscription.ts';
import type { BuildRunner } from './build-runner.ts';
import { buildsOf } from './builds-of.ts';
import { assertCheckpoint } from './checkpoint-check.ts';
import type { LogPasses } from './log-passes.ts';
import type { ProjectionDefinition } from './projection.ts';
import { assertFresh } from './stale-check.ts';

export interface ProjectionWorkParts {
  readonly definition: ProjectionDefinition;
  readonly shape: ModelShape;
  readonly source: SubscriptionParts;
  readonly readModels: ReadModelStore;
  readonly filter: ResolvedFilter;
  readonly passes: LogPasses;
  runner(build: ModelBuild, fence: Fence, signal: AbortSignal): BuildRunner;
  readonly onState: (state: 'building' | 'catching-up' | 'live' | 'standby') => void;
  /** A build beside the served one failed or is of another log, and the served one goes on; or the other way round. */
  readonly onOneFailed: (error: unknown) => void;
}

interface Filling {
  readonly fence: Fence;
  readonly signal: AbortSignal;
  readonly served: ModelBuild | undefined;
  /** Ends the work on the served build, and commits it. */
  endServing(): Promise<void>;
}

/** Says only how far the log is, and reads none of it: no category has a dash in it. */
const noEvents: EventFilter = { categories: ['-'] };

/** This process was not the only one: look again how things stand, nothing is lost. */
export function isOvertaken(error: unknown): boolean {
  return error instanceof CheckpointFencedError || error instanceof LeaseLostError || error instanceof BuildGoneError;
}

export class ProjectionWork {
  /** Builds that failed beside the served one are not tried again by this process. */
  readonly failures = new Map<number, Error>();

  constructor(private readonly parts: ProjectionWorkParts) {}

  /** Works on what there is, until `signal` fires: when this process ends, the lease is lost, or builds come and go. Where there is nothing, begins a build, and returns. */
  async run(fence: Fence, signal: AbortSignal): Promise<void> {
    const { readModels, definition, shape } = this.parts;
    const { model } = definition;
    const own = buildsOf(readModels.builds(), model);
    const served = own.find(({ state }) => state === 'served');
    const building = own.find(({ state, id }) => state === 'building' && !this.failures.has(id));
    if (own.length === 0) {
      // It comes as builds come: with the next look.
      await readModels.begin(model, shape);
      return;
    }
    const mismatch = served && (await this.#refusalOf(served, fence));
    if (mismatch !== undefined && building === undefined) throw mismatch;
    if (building !== undefined && (await refusal(this.#assertHere(building))) !== undefined) {
      // A half-filled build of another log is of no use to anybody.
      await readModels.drop(building.id);
      return;
    }
    if (building === undefined) {
      if (served !== undefined) return this.#keep(served, fence, signal);
      // Rolled back to an older version, whose code is elsewhere.
      this.parts.onState('standby');
      return aborted(signal);
    }
    if (mismatch !== undefined) this.parts.onOneFailed(mismatch);
    await this.#both({ served, building, mismatch }, fence, signal);
  }

  async #both(
    { served, building, mismatch }: { served: ModelBuild | undefined; building: ModelBuild; mismatch: unknown },
    fence: Fence,
    signal: AbortSignal,
  ): Promise<void> {
    const serving = linkedAbort(signal);
    const filling = linkedAbort(signal);
    let failure = mismatch;
    const keep = async () => {
      if (served === undefined || mismatch !== undefined) return;
      try {
        await this.#keep(served, fence, serving.signal);
      } catch (error) {
        failure = error;
        if (isTransient(error) || isOvertaken(error)) filling.abort();
        else this.parts.onOneFailed(error);
      }
    };
    const keeping = keep();
    const endServing = () => {
      serving.abort();
      return keeping;
    };
    try {
      const filled = await this.#fill(building, { fence, signal: filling.signal, served, endServing });
      if (filled || signal.aborted) return;
      await keeping;
      if (failure !== undefined) throw failure;
    } finally {
      await endServing();
      serving.release();
      filling.release();
    }
  }

  async #keep(served: ModelBuild, fence: Fence, signal: AbortSignal): Promise<void> {
    const { source, onState, definition } = this.parts;
    onState('catching-up');
    if (!definition.inline) {
      await this.parts.runner(served, fence, signal).follow(source, signal, () => onState('live'));
      return;
    }
    // Appends keep it; what a process appends that does not know it is taken in here.
    const after = served.checkpoint?.position ?? 0;
    for await (const message of source.events.subscribeToAll({ after, filter: noEvents, signal })) {
      if (message.kind === 'progress') {
        const { checkpoint } = this.#buildOf(served.id);
        if (message.position > (checkpoint?.position ?? 0)) await this.#catchUp(served, 'together', fence, signal);
      }
      onState('live');
    }
  }

  /** Brings a build to the log's end as of now. Appends may keep an inline one in step meanwhile, so that there is nothing left to do. */
  async #catchUp({ id }: ModelBuild, how: 'together' | 'alone', fence: Fence, signal: AbortSignal): Promise<void> {
    const { passes, runner, definition, source } = this.parts;
    while (!signal.aborted) {
      const head = await source.events.head();
      const build = this.#buildOf(id);
      if (definition.inline && (build.checkpoint?.position ?? 0) >= head) return;
      try {
        return await passes[how](runner(build, fence, signal), signal);
      } catch (error) {
        if (!definition.inline || !(error instanceof CheckpointFencedError)) throw error;
      }
    }
  }

  #buildOf(id: number): ModelBuild {
    const build = this.parts.readModels.builds().find((each) => each.id === id);
    if (build === undefined) throw new BuildGoneError(id, 'none', 'the build under way');
    return build;
  }

  async #fill(building: ModelBuild, { fence, signal, served, endServing }: Filling): Promise<boolean> {
    const { readModels, onState, onOneFailed } = this.parts;
    if (served === undefined) onState('building');
    try {
      await this.#catchUp(building, 'together', fence, signal);
    } catch (error) {
      if (isTransient(error) || isOvertaken(error) || signal.aborted) throw error;
      this.failures.set(building.id, error as Error);
      if (served === undefined) throw error;
      onOneFailed(error);
      return false;
    }
    if (signal.aborted) return false;
    // Readers never go back: the old one stands still while the new one passes it.
    await endServing();
    await this.#catchUp(building, 'alone', fence, signal);
    if (signal.aborted) return false;
    const changes: BuildStateChange[] = [{ id: building.id, from: 'building', to: 'served' }];
    if (served !== undefined) changes.unshift({ id: served.id, from: 'served', to: 'kept' });
    await readModels.changeStates(changes, fence);
    return true;
  }

  /** Why a served build must not be gone on with: it is of another log, or of other declarations. */
  async #refusalOf(served: ModelBuild, fence: Fence): Promise<Error | undefined> {
    const { readModels, source, shape } = this.parts;
    const check = async () => {
      await this.#assertHere(served);
      await assertFresh(served, shape, { events: source.events, readModels, fence });
    };
    return refusal(check());
  }

  async #assertHere({ checkpoint, name }: ModelBuild): Promise<void> {
    if (checkpoint !== undefined) await assertCheckpoint(name, checkpoint, this.parts.source.events);
  }
}

/** What a check refuses; whatever else goes wrong is thrown. */
async function refusal(check: Promise<void>): Promise<Error | undefined> {
  try {
    await check;
    return undefined;
  } catch (error) {
    if (error instanceof CheckpointMismatchError || error instanceof StaleReadModelError) return error;
    throw error;
  }
}
