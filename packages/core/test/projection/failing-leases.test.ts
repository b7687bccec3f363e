/** What comes of a store that fails where a projection's lease is prolonged, or where its builds are looked at. */
import assert from 'node:assert/strict';
import {
  BuildGoneError,
  createApplication,
  memory,
  StoreFailedError,
  type StoreProvider,
  type Stores,
} from '@tidemark/core';
import { test } from 'uvu';
import { Account, Balances, Deposit, OpenAccount } from '../fixtures/bank.ts';

const accountId = 'ada';

async function until(holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 10) {
    assert.ok(waited < 10_000, 'it did not come about in 10 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function changed(change: (stores: Stores) => void): StoreProvider {
  const inner = memory();
  return {
    description: 'changed',
    async open() {
      const stores = await inner.open();
      change(stores);
      return stores;
    },
  };
}

async function running(store: StoreProvider) {
  const errors: unknown[] = [];
  const app = await createApplication({
    ...{ store, aggregates: [Account], projections: [Balances] },
    onError: (error) => errors.push(error),
  });
  await app.caughtUp(Balances, await app.execute(OpenAccount, { accountId, owner: 'Ada' }));
  return { app, errors };
}

for (const [failure, told] of [
  [new RangeError('broken'), 1],
  [new StoreFailedError('busy', 'locked for a moment'), 0],
] as const) {
  test(`a lease that cannot be prolonged once, for ${failure.name}, is prolonged the next time`, async () => {
    let asked = 0;
    const store = changed(({ leases }) => {
      const renew = leases.renew.bind(leases);
      leases.renew = async (held, duration) => {
        asked += 1;
        if (asked === 1) throw failure;
        return renew(held, duration);
      };
    });
    const { app, errors } = await running(store);
    await until(() => asked >= 2);
    assert.deepEqual(errors, told === 1 ? [failure] : []);
    await app.caughtUp(Balances, await app.execute(Deposit, { accountId, amount: 5 }));
    assert.deepEqual(await app.documents(Balances).get(accountId), { owner: 'Ada', balance: 5 });
    assert.equal((await app.health()).status, 'ok');
    await app.stop();
  });
}

test('a store that cannot say once what became of its read models is told of, and asked again', async () => {
  const broken = new RangeError('broken');
  let failing = false;
  let asked = 0;
  const store = changed(({ readModels }) => {
    const seen = readModels.seen.bind(readModels);
    readModels.seen = () => {
      if (!failing) return seen();
      asked += 1;
      if (asked === 1) throw broken;
      return seen();
    };
  });
  const { app, errors } = await running(store);
  failing = true;
  await app.caughtUp(Balances, await app.execute(Deposit, { accountId, amount: 5 }));
  await until(() => asked >= 2);
  assert.deepEqual(errors, [broken]);
  assert.equal((await app.health()).status, 'ok');
  await app.stop();
});

test('all documents end with BuildGoneError where their build is dropped between two pages', async () => {
  const { app } = await running(memory());
  for (let index = 0; index < 256; index += 1)
    await app.execute(OpenAccount, { accountId: `account ${index}`, owner: 'Ada' });
  const last = await app.execute(OpenAccount, { accountId: 'last', owner: 'Ada' });
  await app.caughtUp(Balances, last);
  const all = app.documents(Balances).all();
  await all.next();
  await (await app.rebuild(Balances)).done;
  await app.dropOld(Balances);
  await assert.rejects(async () => {
    for await (const _ of all);
  }, BuildGoneError);
  await app.stop();
});

test.run();
