import type { StoreProvider, Subscription } from '@tidemark/core';

/** A store that counts its subscriptions to the log, and the events they have handed out. */
export function counting(inner: StoreProvider) {
  const counted = { begun: 0, open: 0, handedOut: 0 };
  const provider: StoreProvider = {
    description: 'counting',
    async open() {
      const stores = await inner.open();
      const subscribeToAll = (...given: Parameters<typeof stores.events.subscribeToAll>): Subscription => ({
        [Symbol.asyncIterator]: () => counter(stores.events.subscribeToAll(...given)[Symbol.asyncIterator]()),
      });
      const events = new Proxy(stores.events, {
        get(target, key) {
          const value = key === 'subscribeToAll' ? subscribeToAll : Reflect.get(target, key, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      return { ...stores, events };
    },
  };

  function counter(messages: ReturnType<Subscription[typeof Symbol.asyncIterator]>): typeof messages {
    let isOpen = true;
    counted.begun += 1;
    counted.open += 1;
    const close = () => {
      if (isOpen) counted.open -= 1;
      isOpen = false;
    };
    return {
      async next() {
        const result = await messages.next();
        if (result.done) close();
        else if (result.value.kind === 'events') counted.handedOut += result.value.events.length;
        return result;
      },
      async return() {
        close();
        return (await messages.return?.()) ?? { done: true, value: undefined };
      },
    };
  }

  return Object.assign(counted, { provider });
}
