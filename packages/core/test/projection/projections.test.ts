import assert from 'node:assert/strict';
import {
  type Application,
  createApplication,
  type DocumentChange,
  Documents,
  eventData,
  memory,
  On,
  Projection,
  type ProjectionStatus,
  type RecordedEvent,
  upcast,
} from '@tidemark/core';
import { test } from 'uvu';
import {
  Account,
  AccountOpened,
  Balances,
  Deposit,
  MoneyDeposited,
  OpenAccount,
  SendStatement,
} from '../fixtures/bank.ts';

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

test('documents follow the log, and caughtUp waits for one’s own write', () =>
  withApp(async (app) => {
    const receipt = await openWith(app, 3);
    await app.caughtUp(Balances, receipt);
    assert.deepEqual(await app.documents(Balances).get(accountId), { owner: 'Ada', balance: 3 });
    assert.equal(await app.documents(Balances).get('nobody'), undefined);
    assert.equal(await app.documents(Balances).count(), 1);
  }));

test('all documents come in the order of their keys, over several pages', () =>
  withApp(async (app) => {
    const ids = Array.from({ length: 600 }, (_, index) => `k${(index * 7919) % 600}`);
    await Promise.all(ids.map((id) => app.execute(OpenAccount, { accountId: id, owner: id })));
    await app.caughtUp(Balances, await app.eventStore.head());
    const keys: string[] = [];
    for await (const { key, value } of app.documents(Balances).all()) {
      assert.equal(value.owner, key);
      keys.push(key);
    }
    assert.deepEqual(keys, [...ids].sort());
  }));

test('caughtUp resolves also for events that concern nobody, and for a command that recorded nothing', () =>
  withApp(async (app) => {
    const opened = await openWith(app, 1);
    const sent = await app.execute(SendStatement, { accountId });
    assert.equal(sent.events.length, 1);
    await app.caughtUp(Balances, sent);
    await app.caughtUp(Balances, opened);
    const nothing = await app.execute(SendStatement, { accountId: 'nobody' });
    await app.caughtUp(Balances, nothing);
    await app.caughtUp(Balances, await app.eventStore.head());
  }));

test('late, caughtUp says how far the projection is', () =>
  withApp(async (app) => {
    await openWith(app, 1);
    await assert.rejects(
      app.caughtUp(Balances, 100, { timeout: 20 }),
      (error: { code: string; wanted: number; reached: number }) => {
        assert.deepEqual([error.code, error.wanted], ['CAUGHT_UP_TIMEOUT', 100]);
        return true;
      },
    );
    const reason = new Error('enough');
    await assert.rejects(app.caughtUp(Balances, 100, { signal: AbortSignal.abort(reason) }), reason);
    await assert.rejects(app.caughtUp(Balances, -1), { code: 'INVALID_ARGUMENT' });
  }));

test('a handler that throws stops its projection in front of that event, and what came before counts', async () => {
  @Projection('touchy')
  class Touchy extends Documents<number> {
    @On(MoneyDeposited)
    deposited({ data, position }: RecordedEvent<MoneyDeposited>): void {
      this.put('last', position);
      if (data.amount === 13) throw new Error('bad luck');
    }
  }
  const errors: unknown[] = [];
  const app = await createApplication({
    ...{ store: memory(), aggregates: [Account], projections: [Touchy, Balances] },
    onError: (error) => errors.push(error),
  });
  await openWith(app, 2);
  const receipt = await app.execute(Deposit, { accountId, amount: 13 });
  const last = await app.execute(Deposit, { accountId, amount: 1 });
  await assert.rejects(app.caughtUp(Touchy, receipt), {
    code: 'CONSUMER_STOPPED',
    position: 4,
    eventType: 'MoneyDeposited',
  });
  await app.caughtUp(Balances, last);
  assert.equal(await app.documents(Touchy).get('last'), 3);
  const health = await app.health();
  assert.equal(health.status, 'degraded');
  const [touchy] = health.consumers;
  assert.deepEqual([touchy?.state, touchy?.position, touchy?.lag?.events], ['stopped', 3, 2]);
  assert.match(String(touchy?.lastError?.message), /bad luck/);
  assert.equal(errors.length, 1);
  await assert.rejects(app.caughtUp(Touchy, last), { code: 'CONSUMER_STOPPED' });
  await app.stop();
});

test('an asynchronous handler stops its projection, and what it does later is refused', async () => {
  let late: unknown;
  @Projection('async')
  class Async extends Documents<number> {
    deposited(): void {}
    async later(): Promise<void> {
      await null;
      try {
        this.put('late', 1);
      } catch (error) {
        late = error;
      }
    }
  }
  Object.defineProperty(Async.prototype, 'deposited', { value: Async.prototype.later });
  On(MoneyDeposited)(Async.prototype, 'deposited', {});
  await withApp(
    async (app) => {
      const receipt = await openWith(app, 1);
      await assert.rejects(
        app.caughtUp(Async, receipt),
        (error: Error) => (error.cause as { code: string }).code === 'ASYNC_PROJECTION',
      );
      assert.equal(await app.documents(Async).count(), 0);
      assert.equal((late as { code: string }).code, 'CONFIGURATION');
    },
    { projections: [Async] as never },
  );
});

test('update of a missing document is an error, unless it is given an initial value', async () => {
  @Projection('counts')
  class Counts extends Documents<{ n: number }> {
    @On(AccountOpened)
    opened({ aggregateId }: RecordedEvent<AccountOpened>): void {
      this.update('all', ({ n }) => ({ n: n + 1 }), { n: 0 });
      if (aggregateId === 'bob') this.remove('all');
    }
    @On(MoneyDeposited)
    deposited(): void {
      this.update('all', ({ n }) => ({ n: n + 10 }));
    }
  }
  await withApp(
    async (app) => {
      const first = await openWith(app, 1);
      await app.caughtUp(Counts, first);
      assert.deepEqual(await app.documents(Counts).get('all'), { n: 11 });
      await app.caughtUp(Counts, await app.execute(OpenAccount, { accountId: 'bob', owner: 'Bob' }));
      assert.equal(await app.documents(Counts).get('all'), undefined);
      const bad = await app.execute(Deposit, { accountId, amount: 1 });
      await assert.rejects(
        app.caughtUp(Counts, bad),
        (error: Error) => (error.cause as { code: string }).code === 'DOCUMENT_NOT_FOUND',
      );
    },
    { projections: [Counts] as never },
  );
});

test('changes$ tells what this process committed: key, before, after, position', () =>
  withApp(async (app) => {
    const changes: DocumentChange<unknown>[] = [];
    app.documents(Balances).changes$.subscribe((change) => changes.push(change));
    const receipt = await openWith(app, 0);
    await app.caughtUp(Balances, receipt);
    const { position } = await app.execute(Deposit, { accountId, amount: 2 });
    await app.caughtUp(Balances, position);
    assert.deepEqual(changes, [
      { kind: 'change', key: accountId, before: undefined, after: { owner: 'Ada', balance: 0 }, position: 1 },
      {
        kind: 'change',
        key: accountId,
        before: { owner: 'Ada', balance: 0 },
        after: { owner: 'Ada', balance: 2 },
        position: 2,
      },
    ]);
  }));

test('status$ goes from catching up to live, and completes when the application stops', async () => {
  const states: ProjectionStatus['state'][] = [];
  let completed = false;
  await withApp(async (app) => {
    app.status$(Balances).subscribe({ next: ({ state }) => states.push(state), complete: () => (completed = true) });
    await app.caughtUp(Balances, await openWith(app, 1));
  });
  assert.deepEqual(
    states.filter((state, index) => state !== states[index - 1]),
    ['catching-up', 'live', 'stopped'],
  );
  assert.equal(completed, true);
});

test('the parts of a split event count together or not at all', async () => {
  const store = memory();
  const seen: unknown[] = [];
  @Projection('parts')
  class Parts extends Documents<number> {
    @On(MoneyDeposited)
    deposited({ data, part, position }: RecordedEvent<MoneyDeposited>): void {
      seen.push([position, part]);
      this.update('sum', (sum) => sum + data.amount, 0);
      if (data.amount === 13) throw new Error('bad luck');
    }
  }
  const split = upcast<{ amounts: number[] }>('Deposits', {
    from: 1,
    split: ({ amounts }) => amounts.map((amount) => ({ type: 'MoneyDeposited', data: { amount } })),
    into: ['MoneyDeposited'],
  });
  await withApp(
    async (app) => {
      const events = [eventData('Deposits', { amounts: [1, 2] }), eventData('Deposits', { amounts: [5, 13] })];
      const { position = 0 } = await app.eventStore.append('x-1', events, { expectedRevision: 'any' });
      await app.caughtUp(Parts, 1);
      await assert.rejects(app.caughtUp(Parts, position), { code: 'CONSUMER_STOPPED', position: 2 });
      assert.equal(await app.documents(Parts).get('sum'), 3);
      assert.deepEqual(seen.slice(0, 2), [
        [1, 0],
        [1, 1],
      ]);
    },
    { store, projections: [Parts] as never, upcasters: [split] } as never,
  );
});

test('a newer version of a wanted event stops the projection; others pass by', () =>
  withApp(async (app) => {
    const newer = (type: string) => eventData(type, {}, { metadata: { $schemaVersion: 2 } });
    await app.eventStore.append('x-1', [newer('StatementSent'), eventData('Foreign', {})], { expectedRevision: 'any' });
    await app.caughtUp(Balances, 2);
    await app.eventStore.append('x-1', [newer('MoneyDeposited')], { expectedRevision: 'any' });
    await assert.rejects(
      app.caughtUp(Balances, 3),
      (error: Error) => (error.cause as { code: string }).code === 'UNKNOWN_EVENT',
    );
  }));

test.run();
