/** Wires an application: checks, opens, starts, and at the end stops in the opposite order. */
import type { ServicesFor } from '../aggregate/services.ts';
import type { AggregateClass } from '../aggregate/to-aggregate-type.ts';
import { createValidate } from '../aggregate/validation.ts';
import { AggregateCache, type CacheOptions } from '../decider/aggregate-cache.ts';
import type { Causation } from '../decider/context.ts';
import type { DeciderDefinition } from '../decider/decider.ts';
import { CommandHandler } from '../decider/handle-command.ts';
import { AggregateLoader } from '../decider/load.ts';
import { Receipts } from '../decider/receipts.ts';
import { SnapshotTaker } from '../decider/snapshot-taker.ts';
import { ArgumentError } from '../errors.ts';
import { assertClock, assertFunction, assertKeys } from '../event/argument-kinds.ts';
import { Activities } from '../shared/activities.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import { describe } from '../shared/describe.ts';
import { type Ids, randomIds } from '../shared/ids.ts';
import type { StoreProvider } from '../store/stores.ts';
import { EventStreams } from '../subscription/event-streams.ts';
import type { Application } from './application.ts';
import { guarded } from './error-hook.ts';
import { limit } from './limit.ts';
import { Projections } from './projections.ts';
import { RunningApplication } from './running-application.ts';
import { type Declarations, Wiring } from './wiring.ts';
import { withReadModels } from './with-read-models.ts';

export interface ApplicationOptions extends Declarations {
  /** Where everything is kept: `memory()`, `sqlite(file)`. */
  readonly store: StoreProvider;
  /**
   * Where read models are kept, with their checkpoints, when not in `store`. Each process that projects into it, and only
   * such, opens it too; inline projections need both in one store.
   */
  readonly readModels?: StoreProvider | undefined;
  /** Given to command handlers as `context.services`: all that those declare which take a `CommandContext<Services>`. */
  readonly services?: unknown;
  readonly cache?: CacheOptions | undefined;
  readonly clock?: Clock | undefined;
  readonly ids?: Ids | undefined;
  /** How often a command is decided again after another writer was first. Default 20. */
  readonly conflictRetries?: number | undefined;
  /** How long a command handler may take, and a command's validation, in milliseconds. Default 30,000. */
  readonly handlerTimeout?: number | undefined;
  /**
   * How long `stop()` waits for commands and handlers under way, in milliseconds, and then once more for what projections
   * commit. Default 30,000. Shorter than `handlerTimeout`, it may end commands with `ClosedError`.
   */
  readonly stopTimeout?: number | undefined;
  /**
   * Told of everything that goes wrong outside a caller's promise. Default: a warning of the process, with the stacks of
   * the error's causes. What it throws, or rejects with, becomes such a warning.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Opens the store and starts the projections. Stop it with `stop()` or `await using`.
 * Throws `ConfigurationError` and `ArgumentError` before anything is opened, and what opening the store throws.
 */
export async function createApplication<const A extends AggregateClass | DeciderDefinition = never>(
  options: ApplicationOptions & { readonly aggregates?: readonly A[] | undefined } & ServicesFor<A>,
): Promise<Application> {
  assertKeys('options', options, knownOptions);
  const { services, clock = systemClock, ids = randomIds, onError: hook } = options;
  const { conflictRetries = 20, handlerTimeout = 30_000, stopTimeout = 30_000 } = options;
  const store = providerOf(options);
  assertClock(clock);
  if (typeof ids?.next !== 'function') throw new ArgumentError('ids', describe(ids), 'an object with next()');
  if (hook !== undefined) assertFunction('onError', hook);
  limit('conflictRetries', conflictRetries, 0);
  limit('handlerTimeout', handlerTimeout, 1);
  limit('stopTimeout', stopTimeout, 1);
  const cache = new AggregateCache(options.cache);
  const wiring = new Wiring(options);
  const { registry } = wiring;
  const validate = await createValidate();
  const onError = guarded(hook);
  const activities = new Activities<Causation>();
  const { causation } = activities;
  const stores = await store.open();
  const { events, commandLog, readModelsWarning } = stores;
  if (readModelsWarning !== undefined && wiring.projections.size > 0)
    process.emitWarning(readModelsWarning, 'TidemarkWarning');
  const loader = new AggregateLoader({ events, snapshots: stores.snapshots, registry, cache, onError });
  const snapshots = new SnapshotTaker(loader, stores.snapshots, onError);
  const receipts = new Receipts(commandLog, events, registry);
  const commands = new CommandHandler({
    ...{ events, registry, loader, cache, receipts, snapshots, validate, services, clock, ids, causation },
    ...{ random: Math.random, conflictRetries, handlerTimeout },
  });
  const stopping = new AbortController();
  const streams = new EventStreams({ events, registry, onRetry: onError, onError }, stopping.signal);
  const projections = await Projections.start({
    stores,
    definitions: wiring.projections,
    live: wiring.live,
    registry,
    clock,
    onError,
  }).catch(async (error: unknown) => {
    await stores.close();
    throw error;
  });
  const description = store.description;
  return new RunningApplication({
    ...{
      description,
      stores,
      wiring,
      loader,
      commands,
      snapshots,
      streams,
      projections,
      stopping,
      causation,
      activities,
      stopTimeout,
      clock,
      onError,
    },
  });
}

const knownOptions: Readonly<Record<keyof ApplicationOptions, true>> = {
  ...{ store: true, readModels: true, services: true, cache: true, clock: true, ids: true },
  ...{ conflictRetries: true, handlerTimeout: true, stopTimeout: true, onError: true },
  ...{ aggregates: true, projections: true, events: true, values: true, upcasters: true },
};

function providerOf({ store, readModels }: ApplicationOptions): StoreProvider {
  assertProvider('store', store);
  if (readModels === undefined) return store;
  assertProvider('readModels', readModels);
  return withReadModels(store, readModels);
}

function assertProvider(name: string, provider: unknown): void {
  if (typeof (provider as Partial<StoreProvider> | null | undefined)?.open === 'function') return;
  throw new ArgumentError(name, describe(provider), 'memory(), sqlite(file) or another provider');
}
