import { type EventStore, StoreFailedError, type StoreProvider } from '@tidemark/core';

interface WatchedAppends {
  readonly store: StoreProvider;
  readonly most: () => { readonly streams: number; readonly ofOneStream: number };
  readonly attempts: () => number;
}

/** The same store, with its appends watched: how many were under way at once, in all and of one stream. */
export function watchedAppends(store: StoreProvider, { failAfter = Number.POSITIVE_INFINITY } = {}): WatchedAppends {
  const underWay = new Map<string, number>();
  const most = { streams: 0, ofOneStream: 0 };
  let appended = 0;
  const watched = (events: EventStore): EventStore =>
    new Proxy(events, {
      get(target, property) {
        if (property !== 'append') {
          const value: unknown = Reflect.get(target, property, target);
          return typeof value === 'function' ? value.bind(target) : value;
        }
        return async (...args: Parameters<EventStore['append']>) => {
          appended += 1;
          if (appended > failAfter) throw new StoreFailedError('disk_full', 'the disk is full');
          const [stream] = args;
          underWay.set(stream, (underWay.get(stream) ?? 0) + 1);
          most.streams = Math.max(most.streams, underWay.size);
          most.ofOneStream = Math.max(most.ofOneStream, ...underWay.values());
          // Long enough for whoever would come too early.
          await new Promise(setImmediate);
          try {
            return await target.append(...args);
          } finally {
            const left = (underWay.get(stream) ?? 1) - 1;
            if (left === 0) underWay.delete(stream);
            else underWay.set(stream, left);
          }
        };
      },
    });
  const open = async () => {
    const stores = await store.open();
    return { ...stores, events: watched(stores.events), close: () => stores.close() };
  };
  return { store: { description: 'watched', open }, most: () => most, attempts: () => appended };
}
