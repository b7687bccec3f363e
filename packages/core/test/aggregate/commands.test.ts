import assert from 'node:assert/strict';
import {
  type Application,
  ClosedError,
  type CommandContext,
  createApplication,
  DomainError,
  memory,
  ReentrantCommandError,
  type StoreProvider,
  type UnknownCommandError,
  type ValidationError,
  WrongExpectedRevisionError,
} from '@tidemark/core';
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
  SendStatement,
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

test('the same command id gives the first receipt again, without deciding', () =>
  withApp(async (app) => {
    await app.execute(OpenAccount, { accountId, owner: 'Ada' });
    const first = await app.execute(Deposit, { accountId, amount: 25 }, { commandId: 'pay-1' });
    const again = await app.execute(Deposit, { accountId, amount: 25 }, { commandId: 'pay-1' });
    assert.deepEqual(again, { ...first, repeated: true });
    assert.equal(await streamLength(app), 2);
  }));

test('the same command id at the same moment is handled once', async () => {
  const store = memory();
  await withApp(
    async (first) => {
      await first.execute(OpenAccount, { accountId, owner: 'Ada' });
      const second = await createApplication({ store, aggregates: [Account] });
      const receipts = await Promise.all(
        [first, second, first, second].map((app) =>
          app.execute(Deposit, { accountId, amount: 25 }, { commandId: 'pay-1' }),
        ),
      );
      assert.equal(receipts.filter(({ repeated }) => !repeated).length, 1);
      assert.ok(receipts.every(({ revision, returned }) => revision === 1 && returned === 25));
      assert.equal(await streamLength(first), 2);
      await second.stop();
    },
    { store },
  );
});

test('a command that recorded nothing is remembered too', () =>
  withApp(async (app) => {
    const first = await app.execute(SendStatement, { accountId }, { commandId: 'send-1' });
    assert.deepEqual([first.revision, first.position, first.events.length], [undefined, 0, 0]);
    await app.execute(OpenAccount, { accountId, owner: 'Ada' });
    await app.execute(Deposit, { accountId, amount: 1 });
    const again = await app.execute(SendStatement, { accountId }, { commandId: 'send-1' });
    assert.equal(again.repeated, true);
    assert.equal(await streamLength(app), 2);
  }));

test('a command id is not taken over by another command or another aggregate', () =>
  withApp(async (app) => {
    await app.execute(OpenAccount, { accountId, owner: 'Ada' }, { commandId: 'one' });
    await assert.rejects(app.execute(OpenAccount, { accountId: 'bob', owner: 'Bob' }, { commandId: 'one' }), {
      code: 'COMMAND_ID_REUSED',
    });
    await assert.rejects(app.execute(Deposit, { accountId, amount: 1 }, { commandId: 'one' }), {
      code: 'COMMAND_ID_REUSED',
    });
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

test('a conflict with another process is decided again on what is there now', async () => {
  const store = memory();
  let interfered = 0;
  const services: Hooks = {
    during: async () => {
      if (interfered++ > 0) return;
      await other.execute(Deposit, { accountId, amount: 100 });
    },
  };
  const other = await createApplication({ store, aggregates: [Account] });
  await withApp(
    async (app) => {
      await app.execute(OpenAccount, { accountId, owner: 'Ada' });
      const { returned } = await app.execute(Deposit, { accountId, amount: 25 });
      assert.equal(returned, 125);
      assert.equal(interfered, 2);
    },
    { store, services },
  );
  await other.stop();
});

test('deciding again is bounded', async () => {
  const store = memory();
  const other = await createApplication({ store, aggregates: [Account] });
  let tries = 0;
  const services: Hooks = {
    during: async () => {
      tries += 1;
      await other.execute(Deposit, { accountId, amount: 1 });
    },
  };
  await withApp(
    async (app) => {
      await app.execute(OpenAccount, { accountId, owner: 'Ada' });
      await assert.rejects(app.execute(Deposit, { accountId, amount: 25 }), { code: 'WRONG_EXPECTED_REVISION' });
      assert.equal(tries, 4);
    },
    { store, services, conflictRetries: 3 },
  );
  await other.stop();
});

test('commands on one aggregate wait for each other, on different ones they do not', async () => {
  const running = new Set<string>();
  let most = 0;
  const services: Hooks = {
    during: async (_context, id) => {
      assert.ok(!running.has(id), 'two handlers on one aggregate');
      running.add(id);
      most = Math.max(most, running.size);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running.delete(id);
    },
  };
  await withApp(
    async (app) => {
      const ids = Array.from({ length: 10 }, (_, index) => `a${index}`);
      await Promise.all(ids.map((id) => app.execute(OpenAccount, { accountId: id, owner: id })));
      await Promise.all([...ids, ...ids].map((id) => app.execute(Deposit, { accountId: id, amount: 1 })));
      assert.equal(most, 10);
      assert.equal((await app.load(Account, 'a3')).balance, 2);
    },
    { services },
  );
});

test('a command on the own aggregate from inside a handler is refused, on another one it runs', async () => {
  let app: Application | undefined;
  const services: Hooks = {
    during: (_context, id) => app?.execute(OpenAccount, { accountId: id === 'ada' ? 'ada' : 'new', owner: 'x' }),
  };
  app = await createApplication({ store: memory(), aggregates: [Account], services });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  await app.execute(OpenAccount, { accountId: 'bob', owner: 'Bob' });
  await assert.rejects(app.execute(Deposit, { accountId, amount: 1 }), ReentrantCommandError);
  await app.execute(Deposit, { accountId: 'bob', amount: 1 });
  for await (const event of app.history(Account, 'new')) {
    for await (const outer of app.history(Account, 'bob')) {
      if (outer.type !== 'MoneyDeposited') continue;
      assert.equal(event.metadata.$correlationId, outer.metadata.$correlationId);
      assert.equal(event.metadata.$causationId, outer.metadata.$causationId);
    }
  }
  await app.stop();
});

test('a handler that does not settle in time is given up, and what it records later does not count', async () => {
  let late: Promise<unknown> = Promise.resolve();
  const services: Hooks = {
    during: ({ signal }: CommandContext) => {
      const wait = new Promise((resolve) => signal.addEventListener('abort', () => setTimeout(resolve, 5)));
      late = wait;
      return wait;
    },
  };
  await withApp(
    async (app) => {
      await app.execute(OpenAccount, { accountId, owner: 'Ada' });
      await assert.rejects(app.execute(Deposit, { accountId, amount: 1 }), { code: 'HANDLER_TIMEOUT' });
      await late;
      assert.equal(await streamLength(app), 1);
      assert.equal((await app.load(Account, accountId)).balance, 0);
    },
    { services, handlerTimeout: 20 },
  );
});

test('a caller can give up', async () => {
  const services: Hooks = {
    during: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
  };
  await withApp(
    async (app) => {
      await app.execute(OpenAccount, { accountId, owner: 'Ada' });
      const reason = new Error('enough');
      const giveUp = new AbortController();
      const refused = assert.rejects(app.execute(Deposit, { accountId, amount: 1 }, { signal: giveUp.signal }), reason);
      setTimeout(() => giveUp.abort(reason), 5);
      await refused;
      await assert.rejects(
        app.execute(Deposit, { accountId, amount: 1 }, { signal: AbortSignal.abort(reason) }),
        reason,
      );
      assert.equal(await streamLength(app), 1);
    },
    { services },
  );
});

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
