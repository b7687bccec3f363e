import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateRoot,
  type Application,
  createApplication,
  eventData,
  Handles,
  memory,
  upcast,
} from '@tidemark/core';
import { test } from 'uvu';
import {
  Account,
  AccountOpened,
  Deposit,
  MoneyDeposited,
  OpenAccount,
  OpenPurse,
  Pay,
  purse,
} from '../fixtures/bank.ts';
import { losing } from '../fixtures/losing.ts';
import { watched } from '../fixtures/watched.ts';

const accountId = 'ada';
const name = 'account-ada';

async function deposit(app: Application, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await app.execute(Deposit, { accountId, amount: 1 });
}

test('the state between commands is kept, and read from only where the log went on', async () => {
  const { store, reads } = watched();
  const app = await createApplication({ store, aggregates: [Account] });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  reads.length = 0;
  await deposit(app, 3);
  assert.deepEqual(reads, []);
  const other = await createApplication({ store, aggregates: [Account] });
  await other.execute(Deposit, { accountId, amount: 100 });
  reads.length = 0;
  assert.equal((await app.execute(Deposit, { accountId, amount: 1 })).returned, 104);
  assert.deepEqual(reads, [3]);
  await Promise.all([app.stop(), other.stop()]);
});

test('a refused command leaves no trace in the state', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account] });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  await assert.rejects(app.execute(OpenAccount, { accountId, owner: 'Eve' }), { code: 'ACCOUNT_OPEN' });
  assert.equal((await app.execute(Deposit, { accountId, amount: 1 })).returned, 1);
  assert.equal((await app.load(Account, accountId)).owner, 'Ada');
  await app.stop();
});

test('what is done to a loaded aggregate changes nothing', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account] });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  const loaded = await app.load(Account, accountId);
  loaded.balance = 1_000;
  assert.throws(() => loaded.open({ accountId, owner: 'x' }), { code: 'ACCOUNT_OPEN' });
  assert.equal((await app.execute(Deposit, { accountId, amount: 1 })).returned, 1);
  await app.stop();
});

test('one that nothing happened to is loaded as not existing', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account, purse] });
  const account = await app.load(Account, 'nobody');
  assert.deepEqual([account.exists, account.revision, account.aggregateId], [false, undefined, 'nobody']);
  assert.equal((await app.load(purse, 'nobody')).exists, false);
  await app.stop();
});

test('time travel loads a revision, or a moment: up to the first event that happened after it', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account] });
  const day = (n: number) => new Date(Date.UTC(2026, 0, n));
  await app.execute(OpenAccount, { accountId, owner: 'Ada' }, { occurredAt: day(1) });
  for (const n of [2, 5, 3, 8, 9, 10]) await app.execute(Deposit, { accountId, amount: n }, { occurredAt: day(n) });
  assert.equal((await app.load(Account, accountId, { atRevision: 0 })).balance, 0);
  assert.equal((await app.load(Account, accountId, { atRevision: 2 })).balance, 7);
  assert.equal((await app.load(Account, accountId, { atRevision: 5 })).balance, 27);
  assert.equal((await app.load(Account, accountId, { at: day(2) })).balance, 2);
  // The third deposit happened on the 3rd, but behind one of the 5th: a prefix ends before that.
  assert.equal((await app.load(Account, accountId, { at: day(4) })).balance, 2);
  assert.equal((await app.load(Account, accountId, { at: day(7) })).revision, 3);
  assert.equal((await app.load(Account, accountId, { at: new Date(0) })).exists, false);
  await assert.rejects(app.load(Account, accountId, { atRevision: 7 }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(app.load(Account, 'nobody', { atRevision: 7 }), {
    code: 'INVALID_ARGUMENT',
    found: '7',
    wanted: "none, as 'account-nobody' has no events",
  });
  await assert.rejects(app.load(Account, accountId, { atRevision: -1 }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(app.load(Account, accountId, { at: new Date(Number.NaN) }), { code: 'INVALID_ARGUMENT' });
  await app.stop();
});

test('a history without its beginning is refused, never a partial state', async () => {
  const app = await createApplication({ store: memory(), aggregates: [purse] });
  await app.execute(OpenPurse, { purseId: 'p' });
  await app.execute(Pay, { purseId: 'p', amount: 1 });
  await app.eventStore.changeStreamMetadata('purse-p', { truncateBefore: 1 });
  await assert.rejects(app.load(purse, 'p'), { code: 'TRUNCATED_HISTORY' });
  await app.stop();
});

test('what was read with a gap is read again, and refused where the gap stays', async () => {
  const { store, lose } = losing();
  const app = await createApplication({ store, aggregates: [Account] });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  await deposit(app, 3);
  lose(2, 1);
  assert.equal((await app.load(Account, accountId)).balance, 3);
  lose(2, Number.POSITIVE_INFINITY);
  await assert.rejects(app.load(Account, accountId), { code: 'TRUNCATED_HISTORY', firstRevision: 3 });
  await app.stop();
});

test('with a snapshot at a visible event, a truncated beginning is not missed', async () => {
  const app = await createApplication({ store: memory(), aggregates: [purse] });
  await app.execute(OpenPurse, { purseId: 'p' });
  for (let amount = 1; amount <= 5; amount += 1) await app.execute(Pay, { purseId: 'p', amount });
  await app.eventStore.changeStreamMetadata('purse-p', { truncateBefore: 5 });
  assert.deepEqual((await app.load(purse, 'p')).state, { open: true, paid: 15 });
  await app.stop();
});

test('a deleted aggregate begins anew, and its revisions go on', async () => {
  const { store } = watched();
  const app = await createApplication({ store, aggregates: [Account] });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  await deposit(app, 5);
  await app.eventStore.deleteStream(name);
  assert.equal((await app.load(Account, accountId)).exists, false);
  const { revision } = await app.execute(OpenAccount, { accountId, owner: 'Eve' });
  assert.equal(revision, 6);
  assert.equal((await app.execute(Deposit, { accountId, amount: 7 })).returned, 7);
  const account = await app.load(Account, accountId);
  assert.deepEqual([account.owner, account.balance, account.revision], ['Eve', 7, 7]);
  await app.stop();
});

test('an event of an unknown type, or of a newer version, is not passed over', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account] });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  const foreign = eventData('Audited', {});
  const newer = eventData('MoneyDeposited', { cents: 1 }, { metadata: { $schemaVersion: 2 } });
  for (const event of [foreign, newer]) {
    await app.eventStore.append(`account-${event.type}`, [event], { expectedRevision: 'any' });
    await assert.rejects(app.load(Account, event.type), { code: 'UNKNOWN_EVENT' });
    await assert.rejects(app.execute(Deposit, { accountId: event.type, amount: 1 }), { code: 'UNKNOWN_EVENT' });
  }
  await app.stop();
});

test('older events reach the aggregate through their upcasters', async () => {
  const store = memory();
  const upcasters = [
    upcast<{ name: string }>('AccountCreated', {
      from: 1,
      with: ({ name: owner }) => ({ owner }),
      to: 'AccountOpened',
    }),
    upcast<{ amounts: number[] }>('DepositsMade', {
      from: 1,
      split: ({ amounts }) => amounts.map((amount) => ({ type: 'MoneyDeposited', data: { amount } })),
      into: ['MoneyDeposited'],
    }),
    upcast('Pinged', { from: 1, drop: true }),
  ];
  const app = await createApplication({ store, aggregates: [Account], upcasters });
  const old = [
    eventData('AccountCreated', { name: 'Ada' }),
    eventData('Pinged', {}),
    eventData('DepositsMade', { amounts: [1, 2] }),
  ];
  await app.eventStore.append(name, old, { expectedRevision: 'no_stream' });
  const account = await app.load(Account, accountId);
  assert.deepEqual([account.owner, account.balance, account.revision], ['Ada', 3, 2]);
  const events = [];
  for await (const { type, part, revision, data } of app.history(Account, accountId))
    events.push([type, part, revision, data]);
  assert.deepEqual(events, [
    ['AccountOpened', undefined, 0, Object.assign(Object.create(AccountOpened.prototype), { owner: 'Ada' })],
    ['MoneyDeposited', 0, 2, Object.assign(Object.create(MoneyDeposited.prototype), { amount: 1 })],
    ['MoneyDeposited', 1, 2, Object.assign(Object.create(MoneyDeposited.prototype), { amount: 2 })],
  ]);
  await app.stop();
});

test('an event that the aggregate does not apply is refused before any write', async () => {
  class Oops {
    accountId!: string;
  }
  const { AggregateId } = await import('@tidemark/core');
  AggregateId()(Oops.prototype, 'accountId');
  @Aggregate('careless')
  class Careless extends AggregateRoot {
    @Handles(Oops)
    oops(_command: Oops): void {
      this.record(new MoneyDeposited(1));
    }
  }
  const app = await createApplication({ store: memory(), aggregates: [Careless], events: [MoneyDeposited] });
  await assert.rejects(app.execute(Oops, { accountId }), (error: Error & { code: string }) => {
    assert.equal(error.code, 'CONFIGURATION');
    assert.match(error.message, /@Applies\(MoneyDeposited\)/);
    return true;
  });
  assert.equal(await app.eventStore.head(), 0);
  await app.stop();
});

test.run();
