import assert from 'node:assert/strict';
import {
  type Application,
  ClosedError,
  createApplication,
  memory,
  StopTimeoutError,
  type StoreProvider,
} from '@tidemark/core';
import { test } from 'uvu';
import { Account, Balances, Deposit, type Hooks, OpenAccount } from '../fixtures/bank.ts';

const accountId = 'ada';
const stopTimeout = 30;
const never = new Promise<never>(() => {});

/** An application on a log of one event, and what it told `onError`. */
async function opened({ store = memory(), services = {} }: { store?: StoreProvider; services?: Hooks } = {}) {
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const options = { store, aggregates: [Account], projections: [Balances], services, onError, stopTimeout };
  const app = await createApplication(options);
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  return { app, errors };
}

/** A handler that waits until it is let go. */
function waiting(act: () => Promise<unknown> = async () => {}) {
  let letGo = () => {};
  let begun = () => {};
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const handler = async () => {
    begun();
    await gate;
    await act();
  };
  return { handler, hasBegun, letGo: () => letGo() };
}

async function refusedStop(app: Application): Promise<StopTimeoutError> {
  const outcome = await Promise.race([
    app.stop().then(
      () => 'it stopped',
      (error: unknown) => error,
    ),
    new Promise((resolve) => setTimeout(resolve, 5_000, 'it hangs').unref()),
  ]);
  assert.ok(outcome instanceof StopTimeoutError, String(outcome));
  return outcome;
}

test('a handler that never settles does not hold up stop(), which names it and closes the store', async () => {
  const { app, errors } = await opened();
  const { handler, hasBegun } = waiting(() => never);
  const subscription = app.subscribe({}, handler, { name: 'mail' });
  await hasBegun;
  const { unsettled, milliseconds, code } = await refusedStop(app);
  assert.deepEqual([code, unsettled, milliseconds], ['STOP_TIMEOUT', ["subscription 'mail'"], stopTimeout]);
  await assert.rejects(app.eventStore.head(), ClosedError);
  await subscription.stopped;
  assert.equal(subscription.state, 'stopped');
  assert.deepEqual(errors, [subscription.error]);
  assert.ok(subscription.error?.cause instanceof StopTimeoutError);
  assert.equal(subscription.error.position, 1);
  const { consumers, status } = await app.health();
  assert.equal(status, 'stopped');
  assert.equal(consumers.find(({ name }) => name === 'mail')?.lastError, subscription.error);
});

test('what an abandoned handler does later is refused, and moves nothing', async () => {
  const store = memory();
  const { app, errors } = await opened({ store });
  let refusal: unknown;
  const { handler, hasBegun, letGo } = waiting(async () => {
    refusal = await app.execute(Deposit, { accountId, amount: 1 }).catch((error: unknown) => error);
  });
  const subscription = app.subscribe({}, handler);
  await hasBegun;
  await refusedStop(app);
  letGo();
  for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
  assert.ok(refusal instanceof ClosedError);
  assert.deepEqual(errors, [subscription.error]);
  assert.deepEqual([subscription.position, subscription.error?.position], [0, 1]);
  const again = await createApplication({ store, aggregates: [Account] });
  assert.equal(await again.eventStore.head(), 1);
  await again.stop();
});

test('a handler that never settles after it asked for the stop itself does not keep the store open', async () => {
  const { app, errors } = await opened();
  app.subscribe({}, async () => {
    await app.stop();
    await never;
  });
  while (errors.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal((errors[1] as StopTimeoutError).code, 'STOP_TIMEOUT');
  await assert.rejects(app.eventStore.head(), ClosedError);
});

test('a subscription that is stopped alone gives up its handler, and says so', async () => {
  const { app, errors } = await opened();
  const { handler, hasBegun } = waiting(() => never);
  const subscription = app.subscribe({}, handler);
  await hasBegun;
  await subscription.stop();
  assert.ok(subscription.error?.cause instanceof StopTimeoutError);
  assert.deepEqual(errors, [subscription.error]);
  assert.equal((await app.health()).status, 'degraded');
  await app.stop();
});

test('a command that never settles does not hold up stop(), and stores nothing later', async () => {
  const store = memory();
  const { handler, hasBegun, letGo } = waiting();
  const { app } = await opened({ store, services: { during: handler } });
  const executed = app.execute(Deposit, { accountId, amount: 1 });
  executed.catch(() => {});
  await hasBegun;
  const { unsettled } = await refusedStop(app);
  assert.deepEqual(unsettled, ['command Deposit']);
  letGo();
  await assert.rejects(executed, ClosedError);
  const again = await createApplication({ store, aggregates: [Account] });
  assert.equal(await again.eventStore.head(), 1);
  await again.stop();
});

test('a store that does not answer does not hold up stop(), and is named', async () => {
  const inner = memory();
  const store: StoreProvider = {
    description: 'a store that hangs',
    open: async () => ({ ...(await inner.open()), close: () => never }),
  };
  const { app } = await opened({ store });
  const { unsettled } = await refusedStop(app);
  assert.deepEqual(unsettled, ['a store that hangs']);
});

test('a handler that settles in time is waited for, and stop() resolves', async () => {
  const { app, errors } = await opened();
  const { handler, hasBegun, letGo } = waiting();
  const subscription = app.subscribe({}, handler);
  await hasBegun;
  setImmediate(letGo);
  await app.stop();
  assert.deepEqual([subscription.position, subscription.error, errors], [1, undefined, []]);
});

test('an error hook that never settles holds nothing up', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account], onError: () => never, stopTimeout });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  const subscription = app.subscribe({}, () => {
    throw new Error('refused');
  });
  await subscription.stopped;
  await app.stop();
});

test('a stopTimeout that is no whole number of milliseconds from 1 is refused', async () => {
  for (const wrong of [0, -1, 1.5, '5', Number.NaN, 2 ** 31]) {
    const creating = createApplication({ store: memory(), stopTimeout: wrong as number });
    await assert.rejects(creating, { code: 'INVALID_ARGUMENT' }, String(wrong));
  }
});

test.run();
