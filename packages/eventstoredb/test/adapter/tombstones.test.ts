/** An append meets a tombstone after an attempt that came to an unknown end, and streams of which other tools say something. */
import assert from 'node:assert/strict';
import { EventStoreDBClient } from '@eventstore/db-client';
import { test } from 'uvu';
import type { EventStoreClient } from '../../src/client-type.ts';
import { eventStoreDB } from '../../src/index.ts';
import { errorOf, noStream, numbered, opened, until } from './opened.ts';

for (const expectedRevision of ['no_stream', 1] as const) {
  test(`an append at ${expectedRevision} to a stream with a tombstone, whose refusal is lost, is refused`, async () => {
    await using store = await opened({ timeout: 300, retryFor: 5_000, batchAppends: false });
    await store.events.append('account-1', numbered(2), noStream);
    await store.events.tombstoneStream('account-1');
    store.server.faults.neverAnswer({ calls: ['append'], times: 1 });
    const appending = errorOf(store.events.append('account-1', numbered(1), { expectedRevision }));
    assert.equal((await appending)['code'], 'STREAM_DELETED');
    assert.equal(store.server.faults.met, 1);
  });

  test(`an append at ${expectedRevision} whose acknowledgement is lost is found behind a tombstone by others`, async () => {
    await using store = await opened({ timeout: 1_000, retryFor: 5_000, batchAppends: false });
    if (expectedRevision === 1) await store.events.append('account-1', numbered(2), noStream);
    const other = await store.another();
    await other.events.head();
    store.server.faults.commitWithoutAcknowledging({ calls: ['append'], times: 1 });
    const events = numbered(2);
    const appending = store.events.append('account-1', events, { expectedRevision });
    await until(() => store.server.faults.met === 1, 'the append has arrived');
    await other.events.tombstoneStream('account-1');
    const { revision, position, repeated } = await appending;
    const stored = [];
    for await (const event of store.events.readAll()) stored.push(event);
    assert.equal(stored.at(-1)?.eventId, events[1]?.eventId);
    assert.deepEqual([revision, position, repeated], [stored.length - 1, stored.at(-1)?.position, false]);
  });

  test(`where a node does not show the tombstone yet, the outcome at ${expectedRevision} stays unknown`, async () => {
    await using store = await opened();
    await store.events.append('account-1', numbered(2), noStream);
    await store.events.tombstoneStream('account-1');
    const client = EventStoreDBClient.connectionString(store.server.connectionString);
    const read = client.readStream.bind(client) as (...given: unknown[]) => unknown;
    // As on a node that follows: of the tombstone it shows nothing.
    const behind = (streamName: string, ...rest: unknown[]) =>
      read(streamName === '$$account-1' ? '$$account-2' : streamName, ...rest);
    Object.assign(client, { readStream: behind });
    const options = { timeout: 300, retryFor: 3_000, batchAppends: false };
    const { events, close } = await eventStoreDB({ client: () => client as EventStoreClient }, options).open();
    await events.head();
    store.server.faults.neverAnswer({ calls: ['append'], times: 1 });
    const appending = errorOf(events.append('account-1', numbered(1), { expectedRevision }));
    assert.equal((await appending)['code'], 'OUTCOME_UNKNOWN');
    await close();
  });
}

test('a stream of which another tool has set who may do what exists at `stream_exists`', async () => {
  await using store = await opened();
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  await client.setStreamMetadata('account-1', { acl: { readRoles: ['$all'] } } as never);
  await client.dispose();
  assert.equal(
    (await store.events.append('account-1', numbered(1), { expectedRevision: 'stream_exists' })).revision,
    0,
  );
});

test.run();
