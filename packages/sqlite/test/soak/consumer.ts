/** What a soak has its processes do with the log, beside appending to it. */
import { createApplication, eventData, type StoreProvider, type Stores } from '@tidemark/core';
import { type ConsumerTrace, tracedStore } from '@tidemark/testing';
import { Deposited, models, readModels, type Traces, Withdrawn } from '../processes/read-models.ts';

/** What the writers append: the last is of no interest here. */
export const types = ['Deposited', 'Withdrawn', 'Noted'];

/** One that is of no interest: who waits for it waits for all before it. */
export const closingEvent = () => eventData('Noted', { amount: 1 });

export interface RunningConsumer {
  readonly stores: Pick<Stores, 'events'>;
  /** Resolves when all of its read models have durably done everything up to there. */
  caughtUp(position: number): Promise<void>;
  /** Ends it well. */
  stop(): Promise<void>;
}

export interface ConsumerOptions {
  /** What happens is recorded there: the read models that have a trace are those that this process knows. */
  readonly traces: Traces;
  readonly onError: (error: unknown) => void;
  /** Told whether this process leads one of those that run behind the log, then of each change. */
  readonly onLeading?: (leads: boolean) => void;
}

/** Begins to consume the store's log in this process. */
export async function startConsumer(
  store: StoreProvider,
  { traces, onError, onLeading }: ConsumerOptions,
): Promise<RunningConsumer> {
  const known = models.filter((model) => traces[model] !== undefined);
  const projections = readModels(1, traces);
  const app = await createApplication({
    store: known.reduce(
      (around, name) => tracedStore(around, { name, version: 1 }, traces[name] as ConsumerTrace),
      store,
    ),
    aggregates: [],
    events: [Deposited, Withdrawn],
    projections: known.map((model) => projections[model]),
    onError,
  });
  if (onLeading !== undefined)
    app.status$(projections.balances).subscribe(({ state }) => onLeading(state === 'live' || state === 'catching-up'));
  return {
    stores: { events: app.eventStore },
    caughtUp: async (position) => {
      for (const model of known) await app.caughtUp(projections[model], position, { timeout: 600_000 });
    },
    stop: () => app.stop(),
  };
}
