import assert from 'node:assert/strict';
import {
  createApplication,
  Documents,
  memory,
  On,
  Projection,
  StoreFailedError,
  type StoreProvider,
} from '@tidemark/core';
import { test } from 'uvu';
import { Account, AccountOpened, Balances, Deposit, OpenAccount } from '../fixtures/bank.ts';

const accountId = 'ada';
const busy = () => new StoreFailedError('busy', 'locked for a moment');

/** A memory store of which the named part fails for the first so many calls. */
function failing(part: 'subscribeToAll' | 'transact', times: number): StoreProvider {
  const inner = memory();
  let left = times;
  const once = <T>(act: () => T): T => {
    if (left-- > 0) throw busy();
    return act();
  };
  return {
    description: 'failing',
    async open() {
      const stores = await inner.open();
      const { events, readModels } = stores;
      if (part === 'subscribeToAll') {
        const subscribe = events.subscribeToAll.bind(events);
        events.subscribeToAll = (options) => once(() => subscribe(options));
      } else {
        const transact = readModels.transact.bind(readModels);
        readModels.transact = async (build, transaction) => once(() => transact(build, transaction));
      }
      return stores;
    },
  };
}

for (const part of ['subscribeToAll', 'transact'] as const) {
  test(`a projection whose store fails for a moment (${part}) tries again, and applies each event once`, async () => {
    const errors: unknown[] = [];
    const app = await createApplication({
      ...{ store: failing(part, 2), aggregates: [Account], projections: [Balances] },
      onError: (error) => errors.push(error),
    });
    await app.execute(OpenAccount, { accountId, owner: 'Ada' });
    const receipt = await app.execute(Deposit, { accountId, amount: 5 });
    await app.caughtUp(Balances, receipt);
    assert.deepEqual(await app.documents(Balances).get(accountId), { owner: 'Ada', balance: 5 });
    assert.equal(errors.length, 2, 'each failure is told');
    assert.equal((await app.health()).status, 'ok', 'and none of them counts as a stop');
    await app.stop();
  });
}

test('an async iterable over a store that fails for a moment goes on', async () => {
  const app = await createApplication({
    store: failing('subscribeToAll', 1),
    aggregates: [Account],
    onError: () => {},
  });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  for await (const { type } of app.events()) {
    assert.equal(type, 'AccountOpened', 'the first event is read');
    break;
  }
  await app.stop();
});

test('a store that fails below the retry of a parked event is told of, and is no further failure of its handler', async () => {
  let failure: Error | undefined = new Error('its own');
  @Projection('owners', { onError: 'park', retries: 0 })
  class Owners extends Documents<string> {
    @On(AccountOpened)
    opened(): void {
      if (failure !== undefined) throw failure;
      this.put(accountId, 'Ada');
    }
  }
  const app = await createApplication({
    ...{ store: memory(), aggregates: [Account], projections: [Owners], onError: () => {} },
  });
  await app.caughtUp(Owners, await app.execute(OpenAccount, { accountId, owner: 'Ada' }));
  const parked = app.parked(Owners);
  failure = new StoreFailedError('disk_full', 'no room');
  await assert.rejects(parked.retry(), { code: 'STORE_DISK_FULL' });
  assert.deepEqual(
    (await parked.list()).map(({ attempts, error }) => [attempts, error]),
    [[1, 'Error: its own']],
  );
  failure = undefined;
  assert.deepEqual(await parked.retry(), { handled: 1, left: 0 });
  await app.stop();
});

test.run();
