/** A live projection over a memory store, as an application will run it. */
import { randomUUID } from 'node:crypto';
import {
  EventRegistry,
  type EventStore,
  memory,
  StoreFailedError,
  type StoreProvider,
  type SubscriptionMessage,
  type Upcaster,
} from '@tidemark/core';
import type { LiveProjection } from '../../../src/projection/live/live.ts';
import { LiveRunner } from '../../../src/projection/live/live-runner.ts';
import { AccountOpened, MoneyDeposited } from '../../fixtures/bank.ts';

export class Bank {
  readonly errors: unknown[] = [];
  readonly #runners: LiveRunner<never>[] = [];
  readonly #registry: EventRegistry;

  private constructor(
    readonly events: EventStore,
    upcasters: readonly Upcaster[],
  ) {
    this.#registry = new EventRegistry({ events: [AccountOpened, MoneyDeposited], upcasters });
  }

  /** Opens a bank, and at the end stops what was run and closes the store. */
  static async with(
    use: (bank: Bank) => Promise<void>,
    { store = memory(), upcasters = [] }: { store?: StoreProvider; upcasters?: readonly Upcaster[] } = {},
  ): Promise<void> {
    const stores = await store.open();
    const bank = new Bank(stores.events, upcasters);
    try {
      await use(bank);
    } finally {
      for (const runner of bank.#runners) await runner.stop();
      await stores.close();
    }
  }

  /** Appends to one account; returns the position of the last. */
  async deposit(...amounts: number[]): Promise<number> {
    return this.append('account-ada', ...amounts.map((amount) => new MoneyDeposited(amount)));
  }

  async append(streamName: string, ...events: object[]): Promise<number> {
    const data = events.map((event) => this.#registry.encode(event, randomUUID()));
    const { position } = await this.events.append(streamName, data, { expectedRevision: 'any' });
    return position as number;
  }

  runner<T>(projection: LiveProjection<T>): LiveRunner<T> {
    const { events, errors } = this;
    const parts = { events, registry: this.#registry, onError: (error: unknown) => errors.push(error) };
    const runner = new LiveRunner(projection, parts);
    this.#runners.push(runner as never);
    return runner;
  }

  start<T>(projection: LiveProjection<T>): LiveRunner<T> {
    const runner = this.runner(projection);
    runner.start();
    return runner;
  }

  /** Replayed to the end. */
  async run<T>(projection: LiveProjection<T>): Promise<LiveRunner<T>> {
    const runner = this.start(projection);
    await runner.ready();
    return runner;
  }
}

/** A memory store with other ways to ask for the log's end, or to follow. */
export function altered(alter: (events: EventStore) => Partial<EventStore>): StoreProvider {
  const inner = memory();
  return {
    description: 'altered',
    async open() {
      const stores = await inner.open();
      const other = alter(stores.events) as Record<PropertyKey, unknown>;
      const events = new Proxy(stores.events, {
        get(target, key) {
          const value: unknown = other[key] ?? Reflect.get(target, key, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      return { ...stores, events };
    },
  };
}

/** A memory store that sees each message of its subscriptions before their consumer does, and may throw instead. */
export function observed(look: (message: SubscriptionMessage) => void): StoreProvider {
  return altered((inner) => ({
    subscribeToAll: (options) => ({
      async *[Symbol.asyncIterator]() {
        for await (const message of inner.subscribeToAll(options)) {
          look(message);
          yield message;
        }
      },
    }),
  }));
}

export const busy = () => new StoreFailedError('busy', 'locked for a moment');
