import assert from 'node:assert/strict';
import { createApplication, type LiveStatus, live, memory, scanByKey } from '@tidemark/core';
import { map, scan } from 'rxjs';
import { test } from 'uvu';
import { Account, Balances, Deposit, MoneyDeposited, OpenAccount } from '../../fixtures/bank.ts';

const accountId = 'ada';
const deposits = live('deposits-by-account', { types: [MoneyDeposited] }, (events$) =>
  events$.pipe(
    scanByKey(
      ({ aggregateId }) => aggregateId,
      (sum, { data }) => sum + data.amount,
      0,
    ),
  ),
);
const touchy = live('touchy', { types: [MoneyDeposited] }, (events$) =>
  events$.pipe(
    map(({ data }) => {
      if (data.amount === 13) throw new Error('bad luck');
      return data.amount;
    }),
  ),
);
const count = live('count', (events$) => events$.pipe(scan((sum) => sum + 1, 0)));
const options = () => ({ store: memory(), aggregates: [Account], onError: () => {} });

test('an application runs live projections beside the others, and shows their values', async () => {
  const app = await createApplication({ ...options(), projections: [Balances, deposits, count] });
  await app.ready(deposits);
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  const receipt = await app.execute(Deposit, { accountId, amount: 25 });
  for (const projection of [Balances, deposits, count]) await app.caughtUp(projection, receipt);
  assert.equal(app.live(deposits).value?.all.get(accountId), 25);
  assert.equal(app.live(count).value, 2);
  assert.deepEqual(await app.documents(Balances).get(accountId), { owner: 'Ada', balance: 25 });
  await app.stop();
});

test('each start replays the log', async () => {
  const { store, ...rest } = options();
  const first = await createApplication({ store, ...rest, projections: [deposits] });
  await first.execute(OpenAccount, { accountId, owner: 'Ada' });
  await first.execute(Deposit, { accountId, amount: 25 });
  await first.stop();
  const second = await createApplication({ store, ...rest, projections: [deposits] });
  await second.ready(deposits);
  assert.equal(second.live(deposits).value?.value, 25);
  await second.stop();
});

test('one that fails shows in health, and the others go on', async () => {
  const app = await createApplication({ ...options(), projections: [touchy, deposits] });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  const receipt = await app.execute(Deposit, { accountId, amount: 13 });
  await app.caughtUp(deposits, receipt);
  await assert.rejects(app.caughtUp(touchy, receipt), { code: 'CONSUMER_STOPPED', consumer: 'touchy', position: 2 });
  const { status, consumers } = await app.health();
  assert.equal(status, 'degraded');
  assert.deepEqual(
    consumers.map(({ name, kind, state, position, lag }) => [name, kind, state, position, lag?.events]),
    [
      ['touchy', 'live', 'stopped', 1, 1],
      ['deposits-by-account', 'live', 'live', 2, 0],
    ],
  );
  await app.stop();
});

test('its status is told, to the end', async () => {
  const app = await createApplication({ ...options(), projections: [count] });
  const statuses: (LiveStatus | string)[] = [];
  app.status$(count).subscribe({ next: (status) => statuses.push(status), complete: () => statuses.push('complete') });
  await app.ready(count);
  await app.stop();
  assert.deepEqual(statuses.slice(-2), [
    { name: 'count', state: 'stopped', position: 0, lastError: undefined },
    'complete',
  ]);
  assert.throws(() => app.live(count), { code: 'CLOSED' });
  await assert.rejects(app.ready(count), { code: 'CLOSED' });
});

test('one that the application was not given, two of one name, and an unregistered event are refused, before anything is opened', async () => {
  const app = await createApplication({ ...options(), projections: [Balances, count] });
  for (const other of [deposits, Balances, undefined])
    assert.throws(() => app.live(other as never), { code: 'INVALID_ARGUMENT', argument: 'projection' });
  for (const other of [deposits, undefined]) {
    await assert.rejects(app.ready(other as never), { code: 'INVALID_ARGUMENT', argument: 'projection' });
  }
  await app.stop();
  const twice = [count, live('count', (events$) => events$)];
  await assert.rejects(createApplication({ ...options(), projections: twice }), { code: 'CONFIGURATION' });
  const store = { description: 'unopened', open: () => Promise.reject(new RangeError('opened')) };
  await assert.rejects(createApplication({ store, projections: [deposits] }), { code: 'CONFIGURATION' });
});

test.run();
