/** Whoever waits for a read model, or loads an aggregate, hears at once of options that cannot be meant. */
import assert from 'node:assert/strict';
import { createApplication, live, memory } from '@tidemark/core';
import { test } from 'uvu';
import { Account, Balances } from '../fixtures/bank.ts';

const latest = live('latest', {}, (events$) => events$);
const wrong = { code: 'INVALID_ARGUMENT' };

test('waiting with what are no options is refused', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account], projections: [Balances, latest] });
  const none = [null, 5, 'soon', [], { signal: 'stop' }, { signal: null }, { signal: {} }, { timout: 1 }];
  const late = [2 ** 31, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY, -1, 0.5, null, '5'];
  for (const bad of [...none, ...late.map((timeout) => ({ timeout }))]) {
    const options = bad as object;
    for (const projection of [Balances, latest]) {
      await assert.rejects(app.caughtUp(projection, 1, options), wrong, JSON.stringify(bad));
      await assert.rejects(app.ready(projection, options), wrong, JSON.stringify(bad));
    }
  }
  await app.stop();
});

test('the longest timeout that a timer can wait is waited for', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account], projections: [Balances, latest] });
  for (const projection of [Balances, latest]) {
    const over = new AbortController();
    const waiting = app.caughtUp(projection, 1, { timeout: 2 ** 31 - 1, signal: over.signal });
    setTimeout(() => over.abort(new Error('waited')), 20);
    await assert.rejects(waiting, { message: 'waited' });
  }
  await app.stop();
});

test('loading with what are no options is refused', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account] });
  for (const bad of [null, 5, 'now', []]) {
    await assert.rejects(app.load(Account, 'ada', bad as object), wrong, JSON.stringify(bad));
  }
  await app.stop();
});

test.run();
