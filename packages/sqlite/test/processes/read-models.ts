/** Read models of each kind that say the same: what is seen of them in other processes is held to a replay by hand. */
import {
  type DeclareTable,
  Documents,
  DomainEvent,
  type EventStore,
  On,
  Projection,
  type RecordedEvent,
  type Stores,
  Tables,
} from '@tidemark/core';
import { type ConsumerTrace, checkModelAgainstReplay } from '@tidemark/testing';

@DomainEvent('Deposited')
export class Deposited {
  constructor(readonly amount: number) {}
}

@DomainEvent('Withdrawn')
export class Withdrawn {
  constructor(readonly amount: number) {}
}

/** What the read models take in; any other type is of no interest to them. */
export const filter = { types: ['Deposited', 'Withdrawn'] };

export interface Balance {
  readonly events: number;
  readonly balance: number;
  /** The last event that counts. */
  readonly position: number;
}

/** Behind the log as documents and as rows, and inside of appends. */
export const models = ['balances', 'ledger', 'totals'] as const;
export type Model = (typeof models)[number];
/** What the handlers of each saw is recorded there. */
export type Traces = Readonly<Partial<Record<Model, ConsumerTrace>>>;

export interface ReadModels {
  readonly balances: new () => Documents<Balance>;
  readonly ledger: new () => Tables;
  readonly totals: new () => Documents<Balance>;
}

const none: Balance = { events: 0, balance: 0, position: 0 };

/** In the first version an amount counts once, later it is in cents. */
const factorOf = (version: number) => (version === 1 ? 1 : 100);

function counted({ events, balance }: Balance, { position }: RecordedEvent, change: number): Balance {
  return { events: events + 1, balance: balance + change, position };
}

/** The code of one version. */
export function readModels(version: number, traces: Traces): ReadModels {
  const factor = factorOf(version);

  abstract class Counted extends Documents<Balance> {
    protected abstract readonly model: Model;

    @On(Deposited)
    deposited(event: RecordedEvent<Deposited>): void {
      this.#count(event, event.data.amount);
    }

    @On(Withdrawn)
    withdrawn(event: RecordedEvent<Withdrawn>): void {
      this.#count(event, -event.data.amount);
    }

    #count(event: RecordedEvent, amount: number): void {
      traces[this.model]?.seen(event);
      this.update(event.streamName, (before) => counted(before, event, amount * factor), none);
    }
  }

  @Projection('balances', { version })
  class Balances extends Counted {
    protected readonly model = 'balances';
  }

  @Projection('totals', { version, inline: true })
  class Totals extends Counted {
    protected readonly model = 'totals';
  }

  @Projection('ledger', { version })
  class Ledger extends Tables {
    schema(table: DeclareTable): void {
      table('entries', 'stream TEXT PRIMARY KEY, events INTEGER NOT NULL, balance INTEGER NOT NULL, position INTEGER');
    }

    @On(Deposited)
    deposited(event: RecordedEvent<Deposited>): void {
      this.#count(event, event.data.amount);
    }

    @On(Withdrawn)
    withdrawn(event: RecordedEvent<Withdrawn>): void {
      this.#count(event, -event.data.amount);
    }

    #count(event: RecordedEvent, amount: number): void {
      traces.ledger?.seen(event);
      const { streamName, position } = event;
      this.sql(
        `INSERT INTO ${this.table('entries')} VALUES (?, 1, ?, ?) ON CONFLICT DO UPDATE
         SET events = events + 1, balance = balance + excluded.balance, position = excluded.position`,
      ).run(streamName, amount * factor, position);
    }
  }

  return { balances: Balances, ledger: Ledger, totals: Totals };
}

/**
 * What is served of these read models is what a replay of the whole log gives, worked out by hand. Resolves with the
 * number of documents of each; throws `InvariantError`.
 */
export async function checkReadModels(
  { events, readModels: store }: Pick<Stores, 'events' | 'readModels'>,
  { version = 1, of = models as readonly Model[] } = {},
): Promise<number> {
  const replay = await replayed(events, version);
  for (const name of of) {
    const build = store.served({ name, version }) ?? 0;
    if (name === 'ledger') {
      const rows = store.select(`SELECT * FROM ${store.tableName(build, 'entries')}`, []);
      const balances = rows.map(({ stream, ...balance }) => [String(stream), balance] as const);
      await checkModelAgainstReplay(balances, replay);
    } else {
      const stored = store.scan(build, { limit: replay.size + 1 });
      const balances = stored.map(({ key, json }) => [key, JSON.parse(json) as unknown] as const);
      await checkModelAgainstReplay(balances, replay);
    }
  }
  return replay.size;
}

async function replayed(events: EventStore, version: number): Promise<ReadonlyMap<string, Balance>> {
  const replay = new Map<string, Balance>();
  const factor = factorOf(version);
  for await (const page of events.readAll({ filter }).pages()) {
    for (const event of page) {
      const { amount } = event.data as Deposited;
      const change = (event.type === 'Deposited' ? amount : -amount) * factor;
      replay.set(event.streamName, counted(replay.get(event.streamName) ?? none, event, change));
    }
  }
  return replay;
}
