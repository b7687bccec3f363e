/** How many calls to the server a command makes: each is a round trip. */
import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  createApplication,
  DomainEvent,
  Handles,
  memory,
} from '@tidemark/core';
import { test } from 'uvu';
import { eventStoreDB } from '../../src/index.ts';
import { errorOf, idsOf, type Opened, opened } from './opened.ts';

@DomainEvent('Deposited')
class Deposited {
  constructor(readonly amount: number) {}
}

class Deposit {
  @AggregateId() accountId!: string;
  amount!: number;
}

/** Decided with what is waited for. */
class DepositSlowly extends Deposit {}

interface Services {
  wait(): Promise<void>;
}

@Aggregate('account', { version: 1 })
class Account extends AggregateRoot {
  balance = 0;

  @Handles(Deposit)
  deposit({ amount }: Deposit) {
    this.record(new Deposited(amount));
  }

  @Handles(DepositSlowly)
  async depositSlowly({ amount }: DepositSlowly, { services }: { readonly services: unknown }) {
    await (services as Services).wait();
    this.record(new Deposited(amount));
  }

  @Applies(Deposited)
  deposited({ amount }: Deposited) {
    this.balance += amount;
  }
}

/** An application that appends by a call each, so that they are counted, and has made its first calls. */
async function started({ server }: Opened, services: Services = { wait: async () => {} }) {
  const store = eventStoreDB(server.connectionString, { batchAppends: false });
  const app = await createApplication({ store, readModels: memory(), aggregates: [Account], services });
  await app.execute(Deposit, { accountId: 'first', amount: 1 });
  return app;
}

/** What `act` makes of them, by kind. */
async function callsOf({ server }: Opened, act: () => Promise<unknown>): Promise<object> {
  const before = server.seenCalls;
  await act();
  const calls = Object.entries(server.seenCalls).map(
    ([kind, count]) => [kind, count - before[kind as keyof typeof before]] as const,
  );
  return Object.fromEntries(calls.filter(([, count]) => count > 0));
}

const fields = { accountId: 'ada', amount: 25 };

test('a command reads its stream once and appends once: a new aggregate, a cached one and one that is not', async () => {
  await using store = await opened();
  await using app = await started(store);
  await using other = await started(store);
  for (const each of [app, app, app, other, app]) {
    const calls = await callsOf(store, () => each.execute(Deposit, fields));
    assert.deepEqual(calls, { readStream: 1, append: 1 });
  }
  assert.equal((await app.load(Account, 'ada')).balance, 125);
});

test('one that waits while it decides looks once more whether the stream was deleted meanwhile', async () => {
  await using store = await opened();
  await using app = await started(store, { wait: () => store.events.head().then(() => {}) });
  await app.execute(Deposit, fields);
  const calls = await callsOf(store, () => app.execute(DepositSlowly, fields));
  assert.deepEqual(calls, { readStream: 2, readAll: 1, append: 1 });
});

for (const expectedRevision of ['any', 0] as const) {
  test(`what is deleted at ${expectedRevision} while a command is decided is not revived by it`, async () => {
    await using store = await opened();
    let deletions = 0;
    const wait = async () => {
      deletions += 1;
      if (deletions === 1) await store.events.deleteStream('account-ada', { expectedRevision });
    };
    await using app = await started(store, { wait });
    await app.execute(Deposit, fields);
    const { revision } = await app.execute(DepositSlowly, fields);
    assert.deepEqual([revision, deletions], [1, 2]);
    assert.equal((await app.load(Account, 'ada')).balance, 25, 'decided again, on an aggregate that is not there');
  });
}

test('a reading of one stream says nothing of another, nor for longer than its turn', async () => {
  await using store = await opened();
  for (const name of ['account-1', 'account-2'])
    await store.events.append(name, [{ eventId: crypto.randomUUID(), type: 'A', data: '{}' }], {
      expectedRevision: 'no_stream',
    });
  await store.events.deleteStream('account-2');
  const again = { expectedRevision: 0, revive: false } as const;
  const event = { eventId: crypto.randomUUID(), type: 'A', data: '{}' };
  await idsOf(store.events.readStream('account-1'));
  assert.equal((await errorOf(store.events.append('account-2', [event], again)))['code'], 'STREAM_DELETED');
  await idsOf(store.events.readStream('account-1'));
  await store.events.deleteStream('account-1');
  assert.equal((await errorOf(store.events.append('account-1', [event], again)))['code'], 'STREAM_DELETED');
});

test.run();
