import assert from 'node:assert/strict';
import { AsyncResource } from 'node:async_hooks';
import { type Application, createApplication, memory } from '@tidemark/core';
import { test } from 'uvu';
import { Account, Deposit, type Hooks, OpenAccount } from '../fixtures/bank.ts';

const accountId = 'ada';

/** An application on a log of one event. */
async function opened(services: Hooks = {}): Promise<Application> {
  const app = await createApplication({ store: memory(), aggregates: [Account], services });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  return app;
}

test('a subscription can be stopped, and waited for, by its own handler', async () => {
  const app = await opened();
  let isAfter = false;
  const subscription = app.subscribe({}, async () => {
    await subscription.stop();
    isAfter = true;
  });
  await subscription.stopped;
  assert.equal(isAfter, true);
  await app.stop();
});

test('a subscription that is stopped by others is waited for', async () => {
  const app = await opened();
  let finish: (() => void) | undefined;
  let hasFinished = false;
  const subscription = app.subscribe({}, async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    hasFinished = true;
  });
  while (finish === undefined) await new Promise(setImmediate);
  setImmediate(finish);
  await subscription.stop();
  assert.equal(hasFinished, true);
  await app.stop();
});

test('an application can be stopped by a handler of a subscription, and stops when that is done', async () => {
  const app = await opened();
  const order: string[] = [];
  const subscription = app.subscribe({}, async () => {
    await app.stop();
    order.push('asked');
    for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
    await app.eventStore.head();
    order.push('handled');
  });
  await subscription.stopped;
  await app.stop();
  assert.equal(subscription.error, undefined);
  order.push('stopped');
  assert.deepEqual(order, ['asked', 'handled', 'stopped']);
});

test('an application can be stopped by a command, whose events are stored', async () => {
  const services: { during: NonNullable<Hooks['during']> } = { during: () => {} };
  const app = await opened(services);
  services.during = () => app.stop();
  const { revision } = await app.execute(Deposit, { accountId, amount: 5 });
  assert.equal(revision, 1);
  await app.stop();
});

test('what a handler left behind waits for the end as everybody does', async () => {
  const order: string[] = [];
  const services: { during: NonNullable<Hooks['during']> } = { during: () => {} };
  const app = await opened(services);
  let later: Promise<unknown> = Promise.resolve();
  services.during = () => {
    later = new Promise((resolve) => setTimeout(resolve, 5)).then(async () => {
      const slow = app.execute(OpenAccount, { accountId: 'bob', owner: 'Bob' }).then(() => order.push('executed'));
      await app.stop();
      order.push('stopped');
      await slow;
    });
  };
  await app.execute(Deposit, { accountId, amount: 5 });
  await later;
  assert.deepEqual(order, ['executed', 'stopped']);
});

/** What each promise of the process carries along, beside its own. */
const carried = () => Object.getOwnPropertySymbols(new AsyncResource('probe')).length;

test('an application that has stopped is carried along by no promise any more', async () => {
  const before = carried();
  for (let count = 0; count < 3; count += 1) {
    const app = await opened();
    await app.subscribe({}, () => {}).stop();
    await app.stop();
  }
  assert.equal(carried(), before);
});

test.run();
