/** What is no list, no step and no question is refused with the error that names it, where it is given. */
import assert from 'node:assert/strict';
import { createApplication, memory } from '@tidemark/core';
import { test } from 'uvu';
import { Account, Balances, OpenAccount } from '../fixtures/bank.ts';

const refused = (act: Promise<unknown>, argument: string, given: unknown) =>
  assert.rejects(act, { code: 'INVALID_ARGUMENT', argument }, `${argument} ${String(given)}`);

test('declarations that are no list are refused', async () => {
  for (const name of ['aggregates', 'projections', 'events', 'values', 'upcasters']) {
    for (const given of [null, 5, 'text', {}, Account, new Set()]) {
      await refused(createApplication({ store: memory(), [name]: given } as never), name, given);
    }
  }
});

test('upcasters that `upcast` did not make are refused', async () => {
  for (const given of [null, undefined, 5, {}, () => {}, { from: { type: 'A', version: 1 } }]) {
    await refused(createApplication({ store: memory(), upcasters: [given] } as never), 'upcasters', given);
  }
});

test('a command without fields, and a projection of another kind, are refused', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account], projections: [Balances] });
  for (const given of [null, undefined, 5, 'text', []]) {
    await refused(app.execute(OpenAccount, given as never), 'fields of OpenAccount', given);
  }
  assert.throws(() => app.tables(Balances as never), { code: 'INVALID_ARGUMENT', found: /onto documents/ });
  for (const name of [null, 5, ''])
    assert.throws(() => app.subscribe({}, () => {}, { name: name as never }), {
      code: 'INVALID_ARGUMENT',
      argument: 'name',
    });
  assert.equal(await app.eventStore.head(), 0);
  await app.stop();
});

test('questions to documents, and to what is parked, that are none are refused', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account], projections: [Balances] });
  const documents = app.documents(Balances);
  const parked = app.parked(Balances);
  for (const given of [null, 5, 'text']) {
    await refused(documents.find(given as never), 'options', given);
    await refused(documents.count(given as never), 'where', given);
    await refused(parked.retry(given as never), 'options', given);
    await refused(parked.skip(given as never), 'options', given);
  }
  await refused(parked.skip(undefined as never), 'options', undefined);
  for (const given of [null, -1, '5'])
    await refused(parked.skip({ streamName: 'account-1', position: given as never }), 'position', given);
  await assert.rejects(parked.retry({ stream: 'account-1' } as never), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(parked.skip({ streamName: 'account-1', postion: 1 } as never), { code: 'INVALID_ARGUMENT' });
  await assert.rejects(parked.skip({} as never), { code: 'INVALID_STREAM_NAME' });
  await assert.rejects(parked.retry({ streamName: 5 as never }), { code: 'INVALID_STREAM_NAME' });
  await app.stop();
});

test.run();
