/** Records where a projection begins and what it commits, at the store below it. */
import {
  ArgumentError,
  assertFunction,
  assertObject,
  assertPlace,
  type Checkpoint,
  type InlineProjections,
  type InlineTransaction,
  type ModelBuild,
  type ModelKey,
  type ModelSession,
  type ReadModelStore,
  type StoreProvider,
} from '@tidemark/core';
import { replacing } from '../replacing.ts';
import { ConsumerTrace } from './consumer-trace.ts';

/**
 * The store, with one projection's checkpoints recorded: `restarted` at the beginning of each transaction on its read
 * model, `committed` when the transaction is durable, `reset` when that build is dropped. What the projection sees is
 * recorded by its handlers, with `trace.seen(event)`. For an inline projection the transactions are those of appends,
 * too: check its traces with `transactional`, as its handlers see what is refused afterwards.
 *
 * One application at a time, and the first build it works on: give each its own trace. Throws `ArgumentError`.
 *
 * @example
 * const app = await createApplication({ store: tracedStore(sqlite('bank.db'), { name: 'balances', version: 1 }, trace), … });
 */
export function tracedStore(store: StoreProvider, model: ModelKey, trace: ConsumerTrace): StoreProvider {
  assertFunction('store.open', store?.open);
  assertObject('model', model);
  assertPlace('model.version', model.version);
  if (!(trace instanceof ConsumerTrace)) throw new ArgumentError('trace', String(trace), 'a ConsumerTrace');
  return {
    description: store.description,
    async open() {
      const stores = await store.open();
      const traced = new TracedBuild(stores.readModels, model, trace);
      const useInline = stores.useInline && ((inline: InlineProjections) => stores.useInline?.(traced.inline(inline)));
      const opened = { ...stores, readModels: traced.readModels(), close: () => stores.close() };
      return useInline === undefined ? opened : { ...opened, useInline };
    },
  };
}

/** The first build of the model that is worked on. */
class TracedBuild {
  #id: number | undefined;

  constructor(
    private readonly store: ReadModelStore,
    private readonly model: ModelKey,
    private readonly trace: ConsumerTrace,
  ) {}

  readModels(): ReadModelStore {
    const { store, trace } = this;
    const recorded: Partial<ReadModelStore> = {
      transact: async (id, transaction) => {
        // What was parked is handled apart from the order of the log.
        if (transaction.expected === 'any') return store.transact(id, transaction);
        let reached: Checkpoint | undefined;
        let isTraced = false;
        const run = (session: ModelSession) => {
          isTraced = this.#begins(id, store.builds());
          reached = transaction.run(session);
          return reached;
        };
        await store.transact(id, { ...transaction, run });
        if (isTraced && reached !== undefined) trace.committed(reached);
      },
      drop: async (id) => {
        const isTraced = this.#find(id, store.builds()) !== undefined;
        await store.drop(id);
        if (isTraced) trace.reset();
      },
    };
    return replacing(store, recorded);
  }

  /** Whatever an application's projections do with the build inside of an append is recorded, too. */
  inline(projections: InlineProjections): InlineProjections {
    const { trace } = this;
    let open: number | undefined;
    let reached: Checkpoint | undefined;
    const recorded = (transaction: InlineTransaction): Partial<InlineTransaction> => ({
      session: (id) => {
        if (open === undefined && this.#begins(id, transaction.builds())) open = id;
        return transaction.session(id);
      },
      moveCheckpoint: (id, checkpoint) => {
        transaction.moveCheckpoint(id, checkpoint);
        if (id === open) reached = checkpoint;
      },
    });
    return replacing(projections, {
      begin: (transaction) => {
        open = reached = undefined;
        projections.begin(replacing(transaction, recorded(transaction)));
      },
      committed: () => {
        if (reached !== undefined) trace.committed(reached);
        projections.committed();
      },
    });
  }

  /** Records that a transaction on it begins, if it is the build. */
  #begins(id: number, builds: readonly ModelBuild[]): boolean {
    const build = this.#find(id, builds);
    if (build !== undefined) this.trace.restarted(build.checkpoint);
    return build !== undefined;
  }

  #find(id: number, builds: readonly ModelBuild[]): ModelBuild | undefined {
    const { name, version } = this.model;
    const build = builds.find((each) => each.id === id && each.name === name && each.version === version);
    this.#id ??= build?.id;
    return this.#id === id ? build : undefined;
  }
}
