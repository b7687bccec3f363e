/** Records where a projection begins and what it commits, at the store below it. */
import type {
  Checkpoint,
  ModelKey,
  ModelSession,
  ModelTransaction,
  ReadModelStore,
  StoreProvider,
} from '@tidemark/core';
import type { ConsumerTrace } from './consumer-trace.ts';

/**
 * The store, with one projection's checkpoints recorded: `restarted` at the beginning of each transaction on its read
 * model, `committed` when the transaction is durable, `reset` when that build is dropped. What the projection sees is
 * recorded by its handlers, with `trace.seen(event)`.
 *
 * One application at a time, and the first build it works on: give each its own trace. Inline projections see events
 * inside of appends, which are not recorded here.
 *
 * @example
 * const app = await createApplication({ store: tracedStore(sqlite('bank.db'), { name: 'balances', version: 1 }, trace), … });
 */
export function tracedStore(store: StoreProvider, model: ModelKey, trace: ConsumerTrace): StoreProvider {
  return {
    description: store.description,
    async open() {
      const stores = await store.open();
      return { ...stores, readModels: traced(stores.readModels, model, trace), close: () => stores.close() };
    },
  };
}

function traced(readModels: ReadModelStore, { name, version }: ModelKey, trace: ConsumerTrace): ReadModelStore {
  let first: number | undefined;
  const tracedBuild = (id: number) => {
    const build = readModels.builds().find((each) => each.id === id && each.name === name && each.version === version);
    first ??= build?.id;
    return first === id ? build : undefined;
  };
  const recorded: Partial<ReadModelStore> = {
    async transact(id: number, transaction: ModelTransaction): Promise<void> {
      // What was parked is handled apart from the order of the log.
      if (transaction.expected === 'any') return readModels.transact(id, transaction);
      let reached: Checkpoint | undefined;
      let isTraced = false;
      const run = (session: ModelSession) => {
        const build = tracedBuild(id);
        isTraced = build !== undefined;
        if (isTraced) trace.restarted(build?.checkpoint);
        reached = transaction.run(session);
        return reached;
      };
      await readModels.transact(id, { ...transaction, run });
      if (isTraced && reached !== undefined) trace.committed(reached);
    },
    async drop(id: number): Promise<void> {
      const isTraced = tracedBuild(id) !== undefined;
      await readModels.drop(id);
      if (isTraced) trace.reset();
    },
  };
  // A Proxy and not an object of its own: whatever else a store offers stays within reach.
  return new Proxy(readModels, {
    get(target, key) {
      const own = recorded[key as keyof ReadModelStore];
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
