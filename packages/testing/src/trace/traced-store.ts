/** Records where a projection begins and what it commits, at the store below it. */
import type { Checkpoint, ModelCommit, ModelKey, ReadModelStore, StoreProvider } from '@tidemark/core';
import type { ConsumerTrace } from './consumer-trace.ts';

/**
 * The store, with one projection's checkpoints recorded: `restarted` when an application reads the checkpoint to begin
 * behind it, `committed` after a commit is durable, `reset` when the model is removed. What the projection sees is
 * recorded by its handlers, with `trace.seen(event)`.
 *
 * One application at a time: give each its own trace.
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
  const isTraced = (model: ModelKey) => model.name === name && model.version === version;
  const recorded: Partial<ReadModelStore> = {
    async checkpoint(model: ModelKey): Promise<Checkpoint | undefined> {
      const checkpoint = await readModels.checkpoint(model);
      if (isTraced(model)) trace.restarted(checkpoint);
      return checkpoint;
    },
    async commit(model: ModelKey, commit: ModelCommit): Promise<void> {
      await readModels.commit(model, commit);
      if (isTraced(model)) trace.committed(commit.checkpoint);
    },
    async remove(model: ModelKey): Promise<void> {
      await readModels.remove(model);
      if (isTraced(model)) trace.reset();
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
