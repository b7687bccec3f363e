import { type Application, createApplication, type ProjectionClass, type StoreProvider } from '@tidemark/core';
import type { ConformanceTarget } from '../conformance/declare-rules.ts';
import type { Rules } from '../conformance/rule.ts';
import { type ManualClock, manualClock } from '../manual-clock.ts';
import { type Services, Takings, Till } from './till.ts';

/** A store on which applications are started, in the roles of several processes or one after another. */
export interface Shop {
  readonly store: StoreProvider;
  /** The store's clock. */
  readonly clock: ManualClock;
  start(options?: {
    /** The shop's store, or something around it. */
    store?: StoreProvider;
    projection?: typeof Takings;
    projections?: readonly ProjectionClass[];
    services?: Services;
    onError?: (error: unknown) => void;
  }): Promise<Application>;
  /** Stops those that still run. */
  end(): Promise<void>;
}

export type ShopRules = Rules<Shop>;

export async function openShop(target: ConformanceTarget): Promise<Shop> {
  const clock = manualClock();
  const store = await target.provide(clock);
  const started: Application[] = [];
  return {
    store,
    clock,
    async start({
      store: around = store,
      projection = Takings,
      projections = [projection],
      services,
      onError = () => {},
    } = {}) {
      // Rules here are about who reads: that writers of one till get in each other's way is not to fail them.
      const conflictRetries = 1_000;
      const app = await createApplication({
        ...{ store: around, aggregates: [Till], projections, services, conflictRetries, onError },
      });
      started.push(app);
      return app;
    },
    async end() {
      for (const app of started) await app.stop();
      await target.dispose?.(store);
    },
  };
}
