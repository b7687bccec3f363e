import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  type Application,
  Applies,
  ClosedError,
  createApplication,
  DomainError,
  DomainEvent,
  decider,
  Handles,
  memory,
  type StoreProvider,
  type UnknownCommandError,
  type ValidationError,
  WrongExpectedRevisionError,
} from '@tidemark/core';
import { IsNotEmpty } from 'class-validator';
import { test } from 'uvu';
import {
  Account,
  AccountOpened,
  Deposit,
  type Hooks,
  MoneyDeposited,
  OpenAccount,
  OpenPurse,
  Pay,
  purse,
} from '../fixtures/bank.ts';

const accountId = 'ada';

async function withApp(
  run: (app: Application, store: StoreProvider) => Promise<void>,
  options: { services?: Hooks; store?: StoreProvider; handlerTimeout?: number; conflictRetries?: number } = {},
): Promise<void> {
  const { store = memory() } = options;
  const app = await createApplication({ aggregates: [Account, purse], ...options, store });
  try {
    await run(app, store);
  } finally {
    await app.stop();
  }
}

async function streamLength(app: Application, name = 'account-ada'): Promise<number> {
  let count = 0;
  try {
    for await (const _ of app.eventStore.readStream(name)) count += 1;
  } catch {
    return 0;
  }
  return count;
}

test('a receipt says where the events are and what the handler returned', () =>
  withApp(async (app) => {
    await app.execute(OpenAccount, { accountId, owner: 'Ada' });
    const receipt = await app.execute(Deposit, { accountId, amount: 25 });
    assert.equal(receipt.streamName, 'account-ada');
    assert.equal(receipt.revision, 1);
    assert.equal(receipt.position, 2);
    assert.equal(receipt.returned, 25);
    assert.equal(receipt.repeated, false);
    assert.deepEqual(
      receipt.events.map(({ type, data, revision }) => [type, data, revision]),
      [['MoneyDeposited', new MoneyDeposited(25), 1]],
    );
  }));

test('a command that breaks several rules is refused with all of them, and nothing is loaded or written', () =>
  withApp(async (app) => {
    await app.execute(OpenAccount, { accountId, owner: 'Ada' });
    const refused = app.execute(Deposit, { accountId, amount: -1 });
    await assert.rejects(refused, (error: ValidationError) => {
      assert.equal(error.code, 'VALIDATION');
      assert.deepEqual(
        error.failures.map(({ field, rule, value }) => [field, rule, value]),
        [['amount', 'isPositive', -1]],
      );
      return true;
    });
    assert.equal(await streamLength(app), 1);
  }));

test('an event that breaks its own rules is refused before anything is written', async () => {
  @DomainEvent('Named')
  class Named {
    @IsNotEmpty() readonly name: string;
    constructor(name: string) {
      this.name = name;
    }
  }
  class Rename {
    @AggregateId() id!: string;
    name!: string;
  }
  @Aggregate('thing')
  class Thing extends AggregateRoot {
    name = '';
    @Handles(Rename)
    rename({ name }: Rename): void {
      this.record(new Named(name));
    }
    @Applies(Named)
    named({ name }: Named): void {
      this.name = name;
    }
  }
  const app = await createApplication({ store: memory(), aggregates: [Thing] });
  await assert.rejects(app.execute(Rename, { id: '1', name: '' }), (error: ValidationError) => {
    assert.deepEqual(
      [error.subject, error.failures.map(({ field, rule }) => [field, rule])],
      ['Named', [['name', 'isNotEmpty']]],
    );
    return true;
  });
  assert.equal(await app.eventStore.head(), 0);
  await app.stop();
});

test('what is no event of the aggregate is refused by record, before anything is written', async () => {
  class Tell {
    @AggregateId() id!: string;
    what!: unknown;
  }
  @DomainEvent('Told')
  class Told {}
  @DomainEvent('ToldMore')
  class ToldMore extends Told {}
  @Aggregate('teller')
  class Teller extends AggregateRoot {
    @Handles(Tell)
    tell({ what }: Tell): void {
      this.record(what as object);
    }
    @Applies(Told)
    told(): void {}
  }
  const teller = decider('listener', {
    commands: [Deposit],
    events: [Told],
    id: ({ accountId }) => accountId,
    initialState: () => 0,
    decide: () => undefined as unknown as Told,
    evolve: (count) => count + 1,
  });
  const app = await createApplication({ store: memory(), aggregates: [Teller, teller] });
  for (const what of [undefined, null, 'told', 7, Told]) {
    await assert.rejects(app.execute(Tell, { id: '1', what }), { code: 'INVALID_ARGUMENT' });
  }
  for (const what of [{}, [], new ToldMore(), Object.create(null)]) {
    await assert.rejects(app.execute(Tell, { id: '1', what }), { code: 'CONFIGURATION' });
  }
  await assert.rejects(app.execute(Tell, { id: '1', what: new ToldMore() }), /Teller has no @Applies\(ToldMore\)/);
  await assert.rejects(app.execute(Deposit, { accountId, amount: 1 }), { code: 'INVALID_ARGUMENT' });
  assert.equal(await app.eventStore.head(), 0);
  await app.stop();
});

test('clock, ids and services reach the handler, and what happened is told apart from now', async () => {
  const seen: unknown[] = [];
  const services: Hooks = {
    during: ({ clock, ids, services, commandId, occurredAt }) => {
      seen.push(clock.now().getTime(), ids.next(), commandId, occurredAt.getTime());
      seen.push(services === app.services);
    },
  };
  let id = 0;
  const app = {
    services,
    running: await createApplication({
      ...{ store: memory(), aggregates: [Account], services },
      clock: { now: () => new Date(1_000) },
      ids: { next: () => `id-${++id}` },
    }),
  };
  await app.running.execute(OpenAccount, { accountId, owner: 'Ada' });
  await app.running.execute(Deposit, { accountId, amount: 1 }, { occurredAt: new Date(5) });
  assert.deepEqual(seen, [1_000, 'id-3', 'id-2', 5, true]);
  await app.running.stop();
});

test('what the domain refuses reaches the caller unchanged, and nothing is written', () =>
  withApp(async (app) => {
    await assert.rejects(app.execute(Deposit, { accountId, amount: 1 }), (error: DomainError) => {
      assert.ok(error instanceof DomainError);
      assert.equal(error.code, 'ACCOUNT_NOT_OPEN');
      return true;
    });
    assert.equal(await streamLength(app), 0);
  }));

test('a command that nobody handles is refused with those that are', () =>
  withApp(async (app) => {
    class Unheard {
      id = '1';
    }
    await assert.rejects(app.execute(Unheard, { id: '1' }), (error: UnknownCommandError) => {
      assert.equal(error.code, 'UNKNOWN_COMMAND');
      assert.ok(error.known.includes('Deposit'));
      return true;
    });
  }));

test('an empty, over-long or control-character aggregate id is refused', () =>
  withApp(async (app) => {
    for (const id of ['', 'x'.repeat(600), 'a\u0000b', 'a\nb', '\ud800']) {
      await assert.rejects(app.execute(OpenAccount, { accountId: id, owner: 'Ada' }), (error: { code: string }) =>
        ['INVALID_ARGUMENT', 'INVALID_STREAM_NAME'].includes(error.code),
      );
    }
    assert.equal(await app.eventStore.head(), 0);
  }));

test('fields with a key __proto__ are refused', () =>
  withApp(async (app) => {
    const fields = JSON.parse('{"accountId":"ada","owner":"Ada","__proto__":{"owner":"Eve"}}');
    await assert.rejects(app.execute(OpenAccount, fields), { code: 'INVALID_ARGUMENT' });
  }));

test('expectedRevision refuses, without deciding, what changed since the form was shown', () =>
  withApp(async (app) => {
    await app.execute(OpenAccount, { accountId, owner: 'Ada' }, { expectedRevision: 'no_stream' });
    await app.execute(Deposit, { accountId, amount: 1 }, { expectedRevision: 0 });
    await assert.rejects(
      app.execute(Deposit, { accountId, amount: 1 }, { expectedRevision: 0 }),
      (error: WrongExpectedRevisionError) => {
        assert.equal(error.constructor, WrongExpectedRevisionError);
        assert.deepEqual([error.expected, error.actual], [0, 1]);
        return true;
      },
    );
    await assert.rejects(app.execute(Deposit, { accountId, amount: 1 }, { expectedRevision: -1 }), {
      code: 'INVALID_ARGUMENT',
    });
    assert.equal(await streamLength(app), 2);
  }));

test('occurredAt and metadata stand on every event, and correlation flows from the caller', () =>
  withApp(async (app) => {
    const occurredAt = new Date('2011-10-01T10:00:00Z');
    const metadata = { $correlationId: 'order-7', user: 'eve' };
    await app.execute(OpenAccount, { accountId, owner: 'Ada' }, { occurredAt, metadata, commandId: 'c-1' });
    for await (const event of app.history(Account, accountId)) {
      assert.deepEqual(event.occurredAt, occurredAt);
      assert.notDeepEqual(event.recordedAt, occurredAt);
      assert.equal(event.metadata['user'], 'eve');
      assert.equal(event.metadata.$correlationId, 'order-7');
      assert.equal(event.metadata.$causationId, 'c-1');
      assert.ok(event.data instanceof AccountOpened);
    }
    const reserved = app.execute(Deposit, { accountId, amount: 1 }, { metadata: { $types: { '/amount': 'Date' } } });
    await assert.rejects(reserved, { code: 'INVALID_ARGUMENT' });
  }));

test('a decider runs through the same handler', () =>
  withApp(async (app) => {
    await assert.rejects(app.execute(Pay, { purseId: 'p', amount: 1 }), { code: 'PURSE_CLOSED' });
    await app.execute(OpenPurse, { purseId: 'p' });
    assert.equal((await app.execute(OpenPurse, { purseId: 'p' })).events.length, 0);
    for (let amount = 1; amount <= 4; amount += 1) await app.execute(Pay, { purseId: 'p', amount });
    const { state, revision, exists } = await app.load(purse, 'p');
    assert.deepEqual([state, revision, exists], [{ open: true, paid: 10 }, 4, true]);
  }));

test('after stop() everything is refused with ClosedError', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account] });
  await app.stop();
  await assert.rejects(app.execute(OpenAccount, { accountId, owner: 'Ada' }), ClosedError);
  await assert.rejects(app.load(Account, accountId), ClosedError);
  assert.throws(() => app.events(), ClosedError);
  assert.throws(() => app.subscribe({}, () => {}), ClosedError);
  await app.stop();
});

test.run();
