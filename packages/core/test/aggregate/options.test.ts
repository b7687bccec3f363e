/** What a caller says about a command, and cannot be meant. */
import assert from 'node:assert/strict';
import { type Application, createApplication, eventData, memory } from '@tidemark/core';
import { test } from 'uvu';
import { Account, Deposit, type Hooks, OpenAccount } from '../fixtures/bank.ts';

const accountId = 'ada';

async function withApp(run: (app: Application) => Promise<void>, services?: Hooks): Promise<void> {
  const app = await createApplication({ store: memory(), aggregates: [Account], services });
  try {
    await run(app);
  } finally {
    await app.stop();
  }
}

const wrong: Readonly<Record<string, readonly unknown[]>> = {
  options: [null, 'c-1', 5, [], new Map(), () => {}, { expectedRevison: 0 }, { commandID: 'c-1' }],
  metadata: [null, 'abc', 5, [], ['a'], new Date(0), new Map([['a', 1]]), () => {}],
  'metadata.$correlationId': [{ $correlationId: 7 }, { $correlationId: null }],
  'metadata.$causationId': [{ $causationId: {} }],
  'expected revision': [1.5, -1, null, 'none', '0', Number.NaN, 1n],
  occurredAt: [null, '2026-01-01', 0, new Date(Number.NaN), {}],
  signal: [null, 'abort', {}, new AbortController(), { aborted: false }],
};
const options = (argument: string) =>
  argument.split('.')[0]?.replace('expected revision', 'expectedRevision') as string;

for (const [argument, values] of Object.entries(wrong)) {
  test(`${argument} that cannot be meant is refused, and nothing is written`, () =>
    withApp(async (app) => {
      for (const value of values) {
        const given = argument === 'options' ? value : { [options(argument)]: value };
        await assert.rejects(app.execute(OpenAccount, { accountId, owner: 'Ada' }, given as never), {
          code: 'INVALID_ARGUMENT',
          argument,
        });
      }
      assert.equal(await app.eventStore.head(), 0);
    }));
}

test('metadata that is no plain JSON is refused, also where nothing is recorded', () =>
  withApp(async (app) => {
    for (const metadata of [{ at: new Date(0) }, { user: { name: undefined } }, { count: 1n }, { call: () => {} }]) {
      await assert.rejects(app.execute(OpenAccount, { accountId, owner: 'Ada' }, { metadata } as never), {
        code: 'NOT_SERIALIZABLE',
      });
    }
    assert.equal(await app.eventStore.head(), 0);
  }));

test('what a caller does to its options afterwards changes nothing', async () => {
  const [user, occurredAt] = [{ name: 'eve' }, new Date(5)];
  const metadata: Record<string, never> = { user } as never;
  await withApp(
    async (app) => {
      await app.execute(OpenAccount, { accountId, owner: 'Ada' });
      await app.execute(Deposit, { accountId, amount: 1 }, { metadata, occurredAt });
      for await (const event of app.history(Account, accountId)) {
        if (event.type !== 'MoneyDeposited') continue;
        assert.deepEqual([event.metadata['user'], event.metadata.$schemaVersion], [{ name: 'eve' }, undefined]);
        assert.deepEqual(event.occurredAt, new Date(5));
      }
    },
    {
      during() {
        user.name = 'mallory';
        Object.assign(metadata, { $schemaVersion: 9 });
        occurredAt.setTime(6);
      },
    },
  );
});

test('a foreign event whose correlation is no text does not stop a reaction', () =>
  withApp(async (app) => {
    const foreign = { ...eventData('Noted', {}), metadata: '{"$correlationId":7}' };
    await app.eventStore.append('foreign-1', [foreign], { expectedRevision: 'any' });
    const reaction = app.subscribe({ categories: ['foreign'] }, async () => {
      await app.execute(OpenAccount, { accountId, owner: 'Ada' });
      void reaction.stop();
    });
    await reaction.stopped;
    assert.equal(reaction.error, undefined);
    for await (const { metadata } of app.history(Account, accountId)) {
      assert.deepEqual([metadata.$correlationId, metadata.$causationId], [foreign.eventId, foreign.eventId]);
    }
  }));

test('fields that would replace the command’s class are refused', () =>
  withApp(async (app) => {
    for (const key of ['constructor', '__proto__']) {
      const fields = JSON.parse(`{"accountId":"ada","owner":"Ada","${key}":{}}`);
      await assert.rejects(app.execute(OpenAccount, fields), { argument: 'fields of OpenAccount' });
    }
    assert.equal(await app.eventStore.head(), 0);
  }));

test.run();
