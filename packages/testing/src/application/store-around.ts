import type { EventStore, StoreProvider, Stores } from '@tidemark/core';

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

/** Methods that are not replaced go on to see the object itself as `this`. */
function replacing<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get(object, key) {
      if (Object.hasOwn(members, key)) return members[key as keyof T];
      const value: unknown = Reflect.get(object, key, object);
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
  });
}
