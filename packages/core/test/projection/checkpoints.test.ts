import assert from 'node:assert/strict';
import {
  type Application,
  createApplication,
  Documents,
  type ModelSession,
  memory,
  On,
  Projection,
  type RecordedEvent,
  type StoreProvider,
  type Stores,
} from '@tidemark/core';
import { firstValueFrom } from 'rxjs';
import { test } from 'uvu';
import { Account, Balances, Deposit, MoneyDeposited, OpenAccount } from '../fixtures/bank.ts';

const accountId = 'ada';
const quiet = { onError: () => {} };

async function withApp(
  run: (app: Application) => Promise<void>,
  { store = memory(), projections = [Balances] as (new () => Documents<never>)[] | [typeof Balances], ...options } = {},
): Promise<void> {
  const app = await createApplication({
    store,
    aggregates: [Account],
    projections: projections as [],
    ...quiet,
    ...options,
  });
  try {
    await run(app);
  } finally {
    await app.stop();
  }
}

async function openWith(app: Application, deposits: number) {
  let receipt = await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  for (let index = 0; index < deposits; index += 1)
    receipt = (await app.execute(Deposit, { accountId, amount: 1 })) as never;
  return receipt;
}

test('a restarted projection goes on from its checkpoint, and applies nothing twice', async () => {
  const store = memory();
  await withApp(async (app) => app.caughtUp(Balances, await openWith(app, 5)), { store });
  const handled: number[] = [];
  @Projection('balances')
  class Watched extends Documents<{ owner: string; balance: number }> {
    @On(MoneyDeposited)
    deposited({ position, data, aggregateId }: RecordedEvent<MoneyDeposited>): void {
      handled.push(position);
      this.update(aggregateId, (account) => ({ ...account, balance: account.balance + data.amount }));
    }
  }
  const app = await createApplication({ store, aggregates: [Account], projections: [Watched] });
  const receipt = await app.execute(Deposit, { accountId, amount: 10 });
  await app.caughtUp(Watched, receipt);
  assert.deepEqual(handled, [7]);
  assert.equal((await app.documents(Watched).get(accountId))?.balance, 15);
  await app.stop();
});

/** A store whose checkpoint was made on another log, or ahead of this one. */
function withCheckpoint(change: (stores: Stores) => Promise<void>): StoreProvider {
  const inner = memory();
  return {
    description: 'spoilt',
    open: async () => {
      const stores = await inner.open();
      const bank = await createApplication({ store: inner, aggregates: [Account] });
      await openWith(bank, 2);
      await bank.stop();
      await change(stores);
      return stores;
    },
  };
}

for (const [what, spoil] of [
  ['another log', { logId: 'other', position: 1, eventId: 'x' }],
  ['an event that is another', { position: 1, eventId: '00000000-0000-4000-8000-000000000000' }],
  ['a position beyond the head', { position: 9, eventId: 'x' }],
] as const) {
  test(`a checkpoint of ${what} is no resume, but a CheckpointMismatchError`, async () => {
    const store = withCheckpoint(async ({ events, readModels }) => {
      const checkpoint = { logId: await events.logId(), ...spoil };
      const { id } = await readModels.begin({ name: 'balances', version: 1 }, { indexes: [], tables: [] });
      await readModels.transact(id, { expected: undefined, run: () => checkpoint });
      await readModels.changeStates([{ id, from: 'building', to: 'served' }]);
    });
    const app = await createApplication({ store, aggregates: [Account], projections: [Balances], ...quiet });
    await assert.rejects(app.caughtUp(Balances, 3), { code: 'CHECKPOINT_MISMATCH' });
    assert.equal((await app.health()).status, 'degraded');
    await app.stop();
  });
}

test('a half-filled build of another log is dropped for a new one', async () => {
  const store = withCheckpoint(async ({ readModels }) => {
    const { id } = await readModels.begin({ name: 'balances', version: 1 }, { indexes: [], tables: [] });
    const run = (session: ModelSession) => {
      session.write('nobody', { json: '{"owner":"Nobody","balance":9}', types: null });
      return { logId: 'other', position: 2, eventId: 'x' };
    };
    await readModels.transact(id, { expected: undefined, run });
  });
  await withApp(
    async (app) => {
      await app.caughtUp(Balances, 3);
      const documents = app.documents(Balances);
      assert.deepEqual(await documents.get(accountId), { owner: 'Ada', balance: 2 });
      assert.equal(await documents.count(), 1);
    },
    { store },
  );
});

test('a store that is closed below the application stops the projection, and says so', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account], projections: [Balances], ...quiet });
  await app.caughtUp(Balances, await openWith(app, 0));
  await app.eventStore.close();
  while ((await firstValueFrom(app.status$(Balances))).state !== 'stopped') await new Promise(setImmediate);
  assert.match(String((await firstValueFrom(app.status$(Balances))).lastError?.message), /closed/);
  await app.stop();
});

test('two runners of one projection apply each event once', async () => {
  const store = memory();
  const apps = await Promise.all(
    [1, 2].map(() => createApplication({ store, aggregates: [Account], projections: [Balances] })),
  );
  const [first, second] = apps as [Application, Application];
  await openWith(first, 0);
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => (index % 2 ? first : second).execute(Deposit, { accountId, amount: 1 })),
  );
  const head = await first.eventStore.head();
  await Promise.all(apps.map((app) => app.caughtUp(Balances, head)));
  assert.deepEqual(await first.documents(Balances).get(accountId), { owner: 'Ada', balance: 50 });
  await Promise.all(apps.map((app) => app.stop()));
});

test.run();
