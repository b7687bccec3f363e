import assert from 'node:assert/strict';
import {
  Aggregate,
  type Application,
  Applies,
  createApplication,
  memory,
  type Snapshot,
  type StoreProvider,
} from '@tidemark/core';
import { test } from 'uvu';
import { Account, Deposit, MoneyDeposited, OpenAccount, StatementSent } from '../fixtures/bank.ts';
import { watched } from '../fixtures/watched.ts';

const accountId = 'ada';
const name = 'account-ada';

async function deposit(app: Application, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await app.execute(Deposit, { accountId, amount: 1 });
}

test('a snapshot is taken every so many events, and loading reads on from it', async () => {
  const { store, reads, stores } = watched();
  const app = await createApplication({ store, aggregates: [Account] });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  await deposit(app, 6);
  const snapshot = await stores().snapshots.load(name, 'account@1');
  assert.equal(snapshot?.revision, 4);
  reads.length = 0;
  const account = await app.load(Account, accountId);
  assert.deepEqual(reads, [4]);
  assert.equal(account.balance, 6);
  assert.deepEqual(account.deposits, new Map([0, 1, 2, 3, 4, 5].map((key) => [key, 1n])));
  await app.stop();
});

/** Ten events, a snapshot at revision 9, then `spoil` it and load again. */
async function afterSpoiling(
  spoil: (snapshot: Snapshot) => Snapshot,
  aggregate: typeof Account = Account,
): Promise<number> {
  const { store, reads } = watched();
  const app = await createApplication({ store, aggregates: [Account] });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  await deposit(app, 9);
  await app.stop();
  const { snapshots } = await store.open();
  const snapshot = (await snapshots.load(name, 'account@1')) as Snapshot;
  await snapshots.remove(name, 'account@1');
  await snapshots.save(spoil(snapshot));
  reads.length = 0;
  const errors: unknown[] = [];
  const again = await createApplication({ store, aggregates: [aggregate], onError: (error) => errors.push(error) });
  assert.equal((await again.load(aggregate, accountId)).balance, 9);
  await again.stop();
  return reads.at(-1) as number;
}

test('a snapshot is used where nothing speaks against it', async () => {
  assert.equal(await afterSpoiling((snapshot) => snapshot), 9);
});

test('a snapshot of another event is thrown away', async () => {
  const eventId = '00000000-0000-4000-8000-000000000000';
  assert.equal(await afterSpoiling((snapshot) => ({ ...snapshot, eventId })), 0);
});

test('a snapshot beyond the end of the log is thrown away', async () => {
  assert.equal(await afterSpoiling((snapshot) => ({ ...snapshot, revision: 20 })), 0);
});

test('a snapshot of another shape is thrown away', async () => {
  assert.equal(await afterSpoiling((snapshot) => ({ ...snapshot, fingerprint: 'other' })), 0);
});

test('a snapshot that cannot be read is thrown away', async () => {
  assert.equal(await afterSpoiling((snapshot) => ({ ...snapshot, state: '{' })), 0);
});

test('a field more makes older snapshots stale', async () => {
  @Aggregate('account', { snapshot: { every: 5 } })
  @Applies.nothing(StatementSent)
  class Extended extends Account {
    overdraft = 0;
  }
  assert.equal(await afterSpoiling((snapshot) => snapshot, Extended), 0);
});

test('a snapshot keeps exactly the fields there are: a deleted one does not come back', async () => {
  @Aggregate('account', { snapshot: { every: 2 } })
  @Applies.nothing(StatementSent)
  class Forgetful extends Account {
    hint?: string = 'call back';
    declare last?: number | undefined;

    @Applies(MoneyDeposited)
    override deposited(event: MoneyDeposited): void {
      super.deposited(event);
      delete this.hint;
      this.last = undefined;
    }
  }
  const { store, reads } = watched();
  const app = await createApplication({ store, aggregates: [Forgetful] });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  await deposit(app, 1);
  await app.stop();
  reads.length = 0;
  const again = await createApplication({ store, aggregates: [Forgetful] });
  const account = await again.load(Forgetful, accountId);
  assert.deepEqual(reads, [1]);
  assert.deepEqual(
    [Object.hasOwn(account, 'hint'), Object.hasOwn(account, 'last'), account.balance, account.owner],
    [false, true, 1, 'Ada'],
  );
  await again.stop();
});

test('a snapshot that cannot be stored does not make the command fail', async () => {
  const inner = memory();
  const errors: unknown[] = [];
  const store: StoreProvider = {
    description: 'no snapshots',
    open: async () => {
      const stores = await inner.open();
      const save = async () => Promise.reject(new Error('disk'));
      return { ...stores, snapshots: { load: async () => undefined, save, remove: async () => {} } };
    },
  };
  const app = await createApplication({ store, aggregates: [Account], onError: (error) => errors.push(error) });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  await deposit(app, 4);
  await app.stop();
  assert.equal(errors.length, 1);
});

test.run();
