import type { EventStore, StoreProvider, Stores } from '@tidemark/core';
import { replacing } from '../replacing.ts';

/** `store`, in whose every opening some of the event store's members are replaced. */
export function storeAround(store: StoreProvider, members: (events: EventStore) => Partial<EventStore>): StoreProvider {
  return {
    description: store.description,
    async open(): Promise<Stores> {
      const stores = await store.open();
      const events = replacing(stores.events, members(stores.events));
      return { ...stores, events, close: () => stores.close() };
    },
  };
}
