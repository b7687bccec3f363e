/**
 * The consumer that a soak is about. Another one takes its place by changing this file: what it wants, how it is started
 * on a store with a trace, and what its read model has to be in the end.
 */
import {
  createApplication,
  Documents,
  DomainEvent,
  eventData,
  On,
  Projection,
  type RecordedEvent,
  type StoreProvider,
  type Stores,
} from '@tidemark/core';
import { type ConsumerTrace, checkModelAgainstReplay, tracedStore } from '@tidemark/testing';

@DomainEvent('Deposited')
class Deposited {
  constructor(readonly amount: number) {}
}

@DomainEvent('Withdrawn')
class Withdrawn {
  constructor(readonly amount: number) {}
}

/** What the writers append: the last is of no interest here. */
export const types = ['Deposited', 'Withdrawn', 'Noted'];
export const filter = { types: ['Deposited', 'Withdrawn'] };

/** One that is of interest. */
export const closingEvent = () => eventData('Deposited', { amount: 1 });

interface Balance {
  readonly events: number;
  readonly balance: number;
  /** The last event that counts. */
  readonly position: number;
}

const model = { name: 'soaked-balances', version: 1 };
let recorder: ConsumerTrace | undefined;

@Projection(model.name, { version: model.version })
class Balances extends Documents<Balance> {
  @On(Deposited)
  deposited(event: RecordedEvent<Deposited>): void {
    this.#count(event, event.data.amount);
  }

  @On(Withdrawn)
  withdrawn(event: RecordedEvent<Withdrawn>): void {
    this.#count(event, -event.data.amount);
  }

  #count(event: RecordedEvent, change: number): void {
    recorder?.seen(event);
    this.update(event.streamName, (before) => counted(before, event, change), none);
  }
}

const none: Balance = { events: 0, balance: 0, position: 0 };

function counted({ events, balance }: Balance, { position }: RecordedEvent, change: number): Balance {
  return { events: events + 1, balance: balance + change, position };
}

export interface RunningConsumer {
  /** Resolves when everything up to there is durably done. */
  caughtUp(position: number): Promise<void>;
  /** Ends it well. */
  stop(): Promise<void>;
}

/** Begins to consume the store's log in this process. What happens is recorded in `trace`; failures go to `onError`. */
export async function startConsumer(
  store: StoreProvider,
  trace: ConsumerTrace,
  onError: (error: unknown) => void,
): Promise<RunningConsumer> {
  recorder = trace;
  const app = await createApplication({
    store: tracedStore(store, model, trace),
    aggregates: [],
    events: [Deposited, Withdrawn],
    projections: [Balances],
    onError,
  });
  return { caughtUp: (position) => app.caughtUp(Balances, position, { timeout: 600_000 }), stop: () => app.stop() };
}

/** The read model is what a replay gives, worked out by hand. Resolves with the number of documents. */
export async function checkModel({ events, readModels }: Stores): Promise<number> {
  const replay = new Map<string, Balance>();
  for await (const page of events.readAll({ filter }).pages()) {
    for (const event of page) {
      const { amount } = event.data as Deposited;
      const before = replay.get(event.streamName) ?? none;
      replay.set(event.streamName, counted(before, event, event.type === 'Deposited' ? amount : -amount));
    }
  }
  const stored = readModels.scan(readModels.served(model) ?? 0, { limit: replay.size + 1 });
  const documents = new Map(stored.map(({ key, json }) => [key, JSON.parse(json) as unknown]));
  return checkModelAgainstReplay(documents, replay);
}
