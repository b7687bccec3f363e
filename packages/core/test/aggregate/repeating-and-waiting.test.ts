import assert from 'node:assert/strict';
import {
  type Application,
  type CommandContext,
  createApplication,
  memory,
  ReentrantCommandError,
  type StoreProvider,
} from '@tidemark/core';
import { test } from 'uvu';
import { Account, Deposit, type Hooks, OpenAccount, purse, SendStatement } from '../fixtures/bank.ts';

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

test('a conflict on another stream, inside of a handler, is the handler’s own', async () => {
  let tries = 0;
  const services: Hooks = {
    during: async (_context, id) => {
      if (id !== accountId) return;
      tries += 1;
      await app.execute(Deposit, { accountId: 'bob', amount: 1 }, { expectedRevision: 5 });
    },
  };
  const app = await createApplication({ store: memory(), aggregates: [Account], services });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  await assert.rejects(app.execute(Deposit, { accountId, amount: 1 }), { streamName: 'account-bob', expected: 5 });
  assert.equal(tries, 1);
  await app.stop();
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

test('a caller who waits for his turn can give up, and the turn goes on to the next', async () => {
  let release: ((value?: unknown) => void) | undefined;
  const services: Hooks = { during: () => new Promise((resolve) => (release = resolve)) };
  await withApp(
    async (app) => {
      await app.execute(OpenAccount, { accountId, owner: 'Ada' });
      const first = app.execute(Deposit, { accountId, amount: 1 });
      while (release === undefined) await new Promise(setImmediate);
      const reason = new Error('enough');
      const giveUp = new AbortController();
      const second = assert.rejects(app.execute(Deposit, { accountId, amount: 2 }, { signal: giveUp.signal }), reason);
      const third = app.execute(SendStatement, { accountId });
      await new Promise(setImmediate);
      giveUp.abort(reason);
      await second;
      release?.();
      assert.equal((await first).returned, 1);
      assert.equal((await third).revision, 2);
    },
    { services },
  );
});

test('a command that finds a deleted aggregate and records nothing is remembered', () =>
  withApp(async (app) => {
    await app.execute(OpenAccount, { accountId, owner: 'Ada' });
    await app.eventStore.deleteStream('account-ada');
    await app.execute(SendStatement, { accountId }, { commandId: 'send-1' });
    assert.equal((await app.execute(SendStatement, { accountId }, { commandId: 'send-1' })).repeated, true);
  }));

test.run();
