/**
 * The suites in this folder run on a real server where TIDEMARK_EVENTSTOREDB names one. Where it does not, this says so by
 * name; where it does, this says which server it is, before hundreds of rules fail for one reason.
 */
import assert from 'node:assert/strict';
import { eventData } from '@tidemark/core';
import { test } from 'uvu';
import { eventStoreDB } from '../src/index.ts';
import { startTestServer } from '../src/test-server/index.ts';
import { ownPart } from './own-part.ts';
import { realServer } from './target.ts';

const skip = (title: string, reason: string) =>
  (globalThis as { __tidemarkSkip?: (title: string, reason: string) => void }).__tidemarkSkip?.(title, reason);

const reason = 'TIDEMARK_EVENTSTOREDB is not set to the connection string of a server';
const onRealServer = [
  'the store contract on a real server (conformance.isolated.test.ts)',
  'the application suite on a real server (application.test.ts)',
  'the semantics on a real server (test-server/*.test.ts)',
];
if (realServer === undefined) for (const title of onRealServer) skip(title, reason);

test('a part of a log looks like a log of its own, though there is another one before it', async () => {
  await using server = await startTestServer();
  const provider = eventStoreDB(realServer ?? server.connectionString);
  const whole = await provider.open();
  await whole.events.append('account-1', [eventData('Opened', {})], { expectedRevision: 'any' });
  for (const round of [1, 2]) {
    const stores = await (await ownPart(provider)).open();
    assert.equal(await stores.events.head(), 0);
    const { revision } = await stores.events.append('account-1', [eventData('Paid', { round })], {
      expectedRevision: 'no_stream',
    });
    assert.equal(revision, 0);
    for (const reading of [{}, { direction: 'backwards' }, { filter: { categories: ['account'] } }] as const) {
      const read = [];
      for await (const { streamName, data } of stores.events.readAll(reading)) read.push([streamName, data]);
      assert.deepEqual(read, [['account-1', { round }]]);
    }
    await assert.rejects(
      stores.events.append('account-1', [eventData('Paid', {})], { expectedRevision: 'no_stream' }),
      {
        code: 'WRONG_EXPECTED_REVISION',
        streamName: 'account-1',
      },
    );
    await stores.close();
  }
  await whole.close();
});

test.run();
