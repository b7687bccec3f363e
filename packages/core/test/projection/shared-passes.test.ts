/** Read models that are filled in one reading of the log, each with events of its own. */
import assert from 'node:assert/strict';
import {
  copyLog,
  createApplication,
  Documents,
  type EventStore,
  eventData,
  memory,
  On,
  Projection,
  type ProjectionClass,
  type RecordedEvent,
  type Stores,
} from '@tidemark/core';
import { test } from 'uvu';
import { Account, AccountOpened, Balances, Deposit, MoneyDeposited, OpenAccount } from '../fixtures/bank.ts';

const accountId = 'ada';

@Projection('owners')
class Owners extends Documents<string> {
  @On(AccountOpened)
  opened({ data, aggregateId }: RecordedEvent<AccountOpened>): void {
    this.put(aggregateId, data.owner);
  }
}

@Projection('spoiling')
class Spoiling extends Documents<number> {
  @On(MoneyDeposited)
  deposited({ data, aggregateId }: RecordedEvent<MoneyDeposited>): void {
    Object.assign(data, { amount: 1_000 });
    this.put(aggregateId, data.amount);
  }
}

@Projection('refusing', { retries: 0 })
class Refusing extends Documents<number> {
  @On(MoneyDeposited)
  deposited(): void {
    throw new RangeError('never');
  }
}

const applicationOn = (store: ReturnType<typeof memory>, projections: readonly ProjectionClass[]) =>
  createApplication({ store, aggregates: [Account], projections, onError: () => {} });

/** A log that no projection has seen, with an account and so many deposits of 1. */
async function logWith(deposits: number) {
  const store = memory();
  const app = await applicationOn(store, []);
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  for (let index = 0; index < deposits; index += 1) await app.execute(Deposit, { accountId, amount: 1 });
  return { store, app };
}

test('what one’s handlers do to an event’s data is not seen by another’s', async () => {
  const { store, app } = await logWith(5);
  await app.stop();
  for (const projections of [
    [Spoiling, Balances],
    [Balances, Spoiling],
  ]) {
    const filling = await applicationOn(store, projections);
    for (const projection of projections) await filling.caughtUp(projection, 6);
    assert.deepEqual(await filling.documents(Balances).get(accountId), { owner: 'Ada', balance: 5 });
    assert.equal(await filling.documents(Spoiling).get(accountId), 1_000);
    await (await filling.rebuild(...projections)).done;
    assert.deepEqual(await filling.documents(Balances).get(accountId), { owner: 'Ada', balance: 5 });
    await filling.stop();
  }
});

test('an event that some cannot read stops these, in words of their own, and nobody else', async () => {
  const { store, app } = await logWith(2);
  const newer = eventData('MoneyDeposited', {}, { metadata: { $schemaVersion: 9 } });
  await app.eventStore.append('x-1', [newer], { expectedRevision: 'any' });
  await app.execute(OpenAccount, { accountId: 'eve', owner: 'Eve' });
  await app.stop();
  const filling = await applicationOn(store, [Balances, Owners, Spoiling]);
  await filling.caughtUp(Owners, 5);
  assert.equal(await filling.documents(Owners).get('eve'), 'Eve');
  for (const projection of [Balances, Spoiling]) {
    await assert.rejects(filling.caughtUp(projection, 5), ({ cause }: Error) => {
      return (cause as { code?: unknown }).code === 'UNKNOWN_EVENT';
    });
  }
  const states = (await filling.health()).consumers.map(({ name, state }) => `${name} ${state}`).sort();
  assert.deepEqual(states, ['balances stopped', 'owners live', 'spoiling stopped']);
  await filling.stop();
});

test('a handler that fails at the beginning of a long log stops its own read model, and no other', async () => {
  const { store, app } = await logWith(1);
  const many = Array.from({ length: 3_000 }, () => eventData('MoneyDeposited', { amount: 1 }));
  await app.eventStore.append(`account-${accountId}`, many, { expectedRevision: 'any' });
  await app.stop();
  const filling = await applicationOn(store, [Refusing, Balances]);
  await filling.caughtUp(Balances, 3_002);
  assert.deepEqual(await filling.documents(Balances).get(accountId), { owner: 'Ada', balance: 3_001 });
  await assert.rejects(filling.caughtUp(Refusing, 3_002), ({ cause }: Error) => cause instanceof RangeError);
  const states = (await filling.health()).consumers.map(({ name, state }) => `${name} ${state}`).sort();
  assert.deepEqual(states, ['balances live', 'refusing stopped']);
  await filling.stop();
});

test('what came before an event that cannot be read is kept', async () => {
  const { store, app } = await logWith(2);
  const newer = eventData('MoneyDeposited', {}, { metadata: { $schemaVersion: 9 } });
  await app.eventStore.append('x-1', [newer], { expectedRevision: 'any' });
  await app.stop();
  for (const projections of [[Balances], [Balances, Spoiling]]) {
    const filling = await applicationOn(store, projections);
    await assert.rejects(filling.caughtUp(Balances, 4));
    const [balances] = (await filling.health()).consumers;
    assert.deepEqual([balances?.state, balances?.position], ['stopped', 3]);
    await filling.stop();
  }
});

/** What is asked of the log below an application: its end, and readings of all of it by their types. */
function listenedTo(store: ReturnType<typeof memory>) {
  const asked: string[] = [];
  const open = async (): Promise<Stores> => {
    const stores = await store.open();
    const head = () => {
      asked.push('end');
      return stores.events.head();
    };
    const subscribeToAll: EventStore['subscribeToAll'] = (options) => {
      asked.push((options?.filter?.types ?? ['all']).join(' '));
      return stores.events.subscribeToAll(options);
    };
    const events = new Proxy(stores.events, {
      get(target, key) {
        const value: unknown = Reflect.get({ head, subscribeToAll }, key) ?? Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    return { ...stores, events, close: () => stores.close() };
  };
  return { asked, store: { description: 'listened to', open } };
}

test('a read model is begun once, and those of one application are filled by one reading', async () => {
  const { store, app } = await logWith(3);
  await app.stop();
  const [opened, deposited] = ['AccountOpened', 'MoneyDeposited'];
  for (const [projections, first] of [
    [[Owners], opened],
    [[Owners, Spoiling], `${opened} ${deposited}`],
  ] as const) {
    const listening = listenedTo(memory());
    const log = await listening.store.open();
    await copyLog((await store.open()).events, log.events);
    listening.asked.length = 0;
    const filling = await applicationOn(listening.store, projections);
    for (const projection of projections) await filling.caughtUp(projection, 4);
    await filling.stop();
    const { asked } = listening;
    const reading = asked.findIndex((each) => each !== 'end');
    assert.equal(asked[reading], first, asked.join());
    // The application asks once where the log ends, and each read model once before it is filled.
    assert.equal(reading, 1 + projections.length, asked.join());
  }
});

test.run();
