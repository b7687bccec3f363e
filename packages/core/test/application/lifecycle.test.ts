import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  ConfigurationError,
  createApplication,
  Documents,
  DomainEvent,
  decider,
  Handles,
  memory,
  On,
  Projection,
  type StoreProvider,
  type Stores,
  upcast,
  Value,
} from '@tidemark/core';
import { test } from 'uvu';
import { Account, Balances, Deposit, type Hooks, OpenAccount } from '../fixtures/bank.ts';

const accountId = 'ada';

/** Refused before the store is opened. */
async function refuses(options: object, message: RegExp): Promise<void> {
  let opened = false;
  const store: StoreProvider = {
    description: 'never opened',
    open: () => {
      opened = true;
      return memory().open();
    },
  };
  await assert.rejects(createApplication({ store, ...options } as never), (error: Error & { code: string }) => {
    assert.match(error.message, message);
    assert.ok(['CONFIGURATION', 'INVALID_ARGUMENT'].includes(error.code), error.code);
    return true;
  });
  assert.equal(opened, false);
}

class Ping {
  @AggregateId() id!: string;
}

@DomainEvent('Pinged')
class Pinged {}

@DomainEvent('Pinged')
class OtherPinged {}

test('two handlers for one command are refused, and both are named', async () => {
  @Aggregate('one')
  class One extends AggregateRoot {
    @Handles(Ping) ping(_: Ping): void {}
    @Handles(Ping) pong(_: Ping): void {}
  }
  @Aggregate('two')
  class Two extends AggregateRoot {
    @Handles(Ping) ping(_: Ping): void {}
  }
  @Aggregate('three')
  class Three extends AggregateRoot {
    @Handles(Ping) ping(_: Ping): void {}
  }
  await refuses({ aggregates: [One] }, /One\.ping and One\.pong/);
  await refuses({ aggregates: [Two, Three] }, /Ping: Two and Three/);
});

test('two events of one name, two appliers of one event and two aggregates of one category are refused', async () => {
  @Aggregate('one')
  class One extends AggregateRoot {
    @Applies(Pinged) a(_: Pinged): void {}
    @Applies(Pinged) b(_: Pinged): void {}
  }
  @Aggregate('same')
  class First extends AggregateRoot {}
  @Aggregate('same')
  class Second extends AggregateRoot {}
  await refuses({ events: [Pinged, OtherPinged] }, /'Pinged'.*Pinged and OtherPinged/);
  await refuses({ aggregates: [One] }, /One\.a and One\.b/);
  await refuses({ aggregates: [First, Second] }, /'same': First and Second/);
});

test('a projection on an event that nobody registered is refused', async () => {
  await refuses({ projections: [Balances] }, /Balances is on AccountOpened/);
});

test('two projections of one name and version are refused, a projection without handlers too', async () => {
  @Projection('balances')
  class Rival extends Documents<number> {
    @On(Pinged) on(): void {}
  }
  @Projection('empty')
  class Empty extends Documents<number> {}
  await refuses({ aggregates: [Account], events: [Pinged], projections: [Balances, Rival] }, /Balances and Rival/);
  await refuses({ projections: [Empty] }, /Empty has no @On/);
});

test('an upcaster chain with a hole, or one that leads nowhere, is refused', async () => {
  @DomainEvent('Moved', { version: 3 })
  class Moved {}
  const step = upcast('Moved', { from: 1, with: (data) => data });
  await refuses({ events: [Moved], upcasters: [step] }, /Moved@2/);
  await refuses({ upcasters: [upcast('Gone', { from: 1, to: 'Nowhere' })] }, /Gone@1 → Nowhere@1/);
});

test('what is no aggregate, event, value, command or store is refused with what is wanted', async () => {
  class Plain {}
  class NoId {}
  @Aggregate('no-id'.replace('-', ''))
  class NoIdentity extends AggregateRoot {
    @Handles(NoId) no(_: NoId): void {}
  }
  await refuses({ aggregates: [Plain] }, /Plain is no aggregate/);
  await refuses({ aggregates: [7] }, /found 7/);
  await refuses({ aggregates: [NoIdentity] }, /NoId is @AggregateId/);
  await refuses({ events: [Plain] }, /Plain.*@DomainEvent/);
  await refuses({ values: [Plain] }, /Plain.*@Value/);
  await refuses({ projections: [Plain] }, /Plain is no projection/);
  await refuses({ conflictRetries: -1 }, /conflictRetries/);
  await refuses({ handlerTimeout: 'soon' }, /handlerTimeout/);
  await assert.rejects(createApplication({ store: 'bank.db' as never }), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(createApplication(undefined as never), { code: 'INVALID_ARGUMENT' });
});

test('decorators refuse bad arguments where they stand', () => {
  assert.throws(() => Aggregate('with-dash'), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => Aggregate(''), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => Aggregate('a', { version: 0 }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => Aggregate('a', { snapshot: { every: 0.5 } }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => DomainEvent(''), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => DomainEvent('$system'), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => DomainEvent('A', { version: 1.5 }), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => Projection(''), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => Value(''), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => decider('a-b', {} as never), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => {
    class Twice {}
    AggregateId()(Twice.prototype, 'one');
    AggregateId()(Twice.prototype, 'two');
  }, ConfigurationError);
});

test('await using stops the application', async () => {
  const store = memory();
  {
    await using app = await createApplication({ store, aggregates: [Account] });
    await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  }
  await using again = await createApplication({ store, aggregates: [Account] });
  assert.equal((await again.load(Account, accountId)).owner, 'Ada');
});

test('stop() lets commands under way end, then commits projections and closes the store', async () => {
  const inner = memory();
  const order: string[] = [];
  const store: StoreProvider = {
    description: 'watched',
    async open(): Promise<Stores> {
      const stores = await inner.open();
      const close = async () => {
        order.push('closed');
        await stores.close();
      };
      return { ...stores, close };
    },
  };
  const services: Hooks = { during: () => new Promise((resolve) => setTimeout(resolve, 20)) };
  const app = await createApplication({ store, aggregates: [Account], projections: [Balances], services });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  const executing = app.execute(Deposit, { accountId, amount: 5 }).then(() => order.push('executed'));
  await Promise.all([app.stop(), executing]);
  assert.deepEqual(order, ['executed', 'closed']);
  assert.equal((await app.health()).status, 'stopped');
  const { readModels } = await inner.open();
  assert.notEqual(readModels.builds()[0]?.checkpoint, undefined);
});

test('an application that only waits keeps its process alive, until it is stopped', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const app = await createApplication({ store: memory() });
  assert.equal(timers(), before + 1);
  await app.stop();
  assert.equal(timers(), before);
});

test('health() names each consumer with its place, its lag and its state', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account], projections: [Balances] });
  const receipt = await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  await app.caughtUp(Balances, receipt);
  const subscription = app.subscribe({}, () => {}, { name: 'mailer' });
  while (subscription.position < 1) await new Promise(setImmediate);
  const { status, store, head, consumers } = await app.health();
  assert.deepEqual([status, store, head], ['ok', 'memory', 1]);
  assert.deepEqual(
    consumers.map(({ name, kind, position, lag }) => [name, kind, position, lag?.events, lag?.milliseconds]),
    [
      ['balances', 'projection', 1, 0, 0],
      ['mailer', 'subscription', 1, 0, 0],
    ],
  );
  await app.stop();
});

test('a store that cannot be opened rejects createApplication, and nothing is left running', async () => {
  const store: StoreProvider = { description: 'broken', open: async () => Promise.reject(new Error('no disk')) };
  await assert.rejects(createApplication({ store, aggregates: [Account], projections: [Balances] }), /no disk/);
});

test('an onError that throws ends nothing', async () => {
  const warned = new Promise((resolve) => process.once('warning', resolve));
  const onError = () => {
    throw new Error('worse');
  };
  const app = await createApplication({ store: memory(), aggregates: [Account], onError });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  const subscription = app.subscribe({}, () => {
    throw new Error('bad');
  });
  await subscription.stopped;
  assert.match(String(await warned), /worse/);
  await app.stop();
});

test('what a projection, an aggregate or a load names has to be of this application', async () => {
  const app = await createApplication({ store: memory() });
  assert.throws(() => app.documents(Balances), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(app.caughtUp(Balances, 1), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(app.load(Account, accountId), { code: 'INVALID_ARGUMENT' });
  await app.stop();
});

test.run();
