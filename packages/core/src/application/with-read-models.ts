/** Events in one store, read models in another: documents and checkpoint still change in one transaction, of the latter. */
import type { StoreProvider, Stores } from '../store/stores.ts';

/**
 * All of `store`, with the read models and the leases that fence them taken from `readModels`. Inline projections are gone:
 * no transaction spans both.
 */
export function withReadModels(store: StoreProvider, readModels: StoreProvider): StoreProvider {
  return {
    description: `${store.description}, read models in ${readModels.description}`,
    async open(): Promise<Stores> {
      const { useInline: _, readModelsWarning: __, ...opened } = await store.open();
      const models = await readModels.open().catch(async (error: unknown) => {
        await opened.close();
        throw error;
      });
      return {
        ...opened,
        readModels: models.readModels,
        leases: models.leases,
        async close() {
          const closed = await Promise.allSettled([opened.close(), models.close()]);
          for (const outcome of closed) if (outcome.status === 'rejected') throw outcome.reason;
        },
      };
    },
  };
}
