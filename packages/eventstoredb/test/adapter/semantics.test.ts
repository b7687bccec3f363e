/** What the adapter adds to what the server does: lines of the contract that the server alone would not hold. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { eventData } from '@tidemark/core';
import { test } from 'uvu';
import { eventStoreDB, withCredentials } from '../../src/index.ts';
import { assertOneClient } from '../../src/process-wide.ts';
import { any, errorOf, idsOf, noStream, numbered, opened, until } from './opened.ts';

test('every early exit of a reading ends the server’s call', async () => {
  await using store = await opened({ timeout: 700, retryFor: 50 });
  // The first call of a process also loads the client, which may take longer than that.
  const patient = await store.another({});
  await patient.events.append('account-1', numbered(600), noStream);
  for await (const _ of store.events.readStream('account-1')) break;
  await assert.rejects(async () => {
    for await (const _ of store.events.readAll()) throw new RangeError('the reader failed');
  }, RangeError);
  const leaving = new AbortController();
  store.server.faults.neverAnswer({ calls: ['readStream', 'readAll'] });
  const reading = errorOf(idsOf(store.events.readStream('account-1', { signal: leaving.signal })));
  await until(() => store.server.openCalls.readStream === 1, 'the call is open');
  leaving.abort(new RangeError('the user left'));
  assert.equal((await reading).name, 'RangeError');
  assert.equal((await errorOf(idsOf(store.events.readAll())))['code'], 'STORE_UNREACHABLE');
  await until(() => store.server.openCalls.readStream + store.server.openCalls.readAll === 0, 'no call is open');
});

test('a store that is closed, and a client that was replaced, leave no connection behind', async () => {
  await using store = await opened();
  for (let count = 0; count < 3; count += 1) {
    const other = await store.another();
    const following = other.events.subscribeToAll()[Symbol.asyncIterator]();
    await other.events.append(`account-${count}`, numbered(1), noStream);
    await following.next();
    await other.close();
  }
  await until(() => store.server.openConnections === 0, 'no connection is open');
  store.server.faults.dropConnections();
  await store.events.append('account-9', numbered(1), noStream);
  await store.server.restart({ log: 'kept' });
  await store.events.append('account-10', numbered(1), noStream);
  await store.events.close();
  await until(() => store.server.openConnections === 0, 'no connection is open either');
});

test('all subscribers of a store share one subscription, which ends with the last of them', async () => {
  await using store = await opened();
  const leaving = new AbortController();
  const followers = Array.from({ length: 20 }, async () => {
    let seen = 0;
    for await (const message of store.events.subscribeToAll({ signal: leaving.signal })) {
      if (message.kind === 'events') seen += message.events.length;
      if (seen === 3) return;
    }
  });
  await until(() => store.server.openCalls.subscribeToAll === 1, 'one subscription is open');
  await store.events.append('account-1', numbered(3), any);
  await Promise.all(followers);
  assert.equal(store.server.seenCalls.subscribeToAll, 1);
  await until(() => store.server.openCalls.subscribeToAll === 0, 'it has ended');
});

test('a subscription that is dropped as too slow, again and again, misses and doubles nothing', async () => {
  await using store = await opened({}, { liveBuffer: 4 });
  const numbers: unknown[] = [];
  const following = (async () => {
    for await (const message of store.events.subscribeToAll()) {
      if (message.kind === 'events')
        numbers.push(...message.events.map(({ data }) => (data as { number: number }).number));
      if (numbers.length === 400) return;
    }
  })();
  for (let number = 0; number < 400; number += 20) {
    store.server.faults.overflowSubscriptions();
    await store.events.append('account-1', numbered(20, number), any);
  }
  await following;
  assert.deepEqual(
    numbers,
    Array.from({ length: 400 }, (_, number) => number),
  );
});

test('a soft delete keeps the access list, and what others have set', async () => {
  await using store = await opened();
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  await store.events.append('account-1', numbered(2), noStream);
  const acl = { readRoles: ['ada', 'bob'] };
  await client.setStreamMetadata('account-1', { maxCount: 7, acl, region: 'north' });
  for (const expectedRevision of ['any', 2] as const) {
    await store.events.deleteStream('account-1', { expectedRevision });
    assert.equal((await errorOf(idsOf(store.events.readStream('account-1'))))['code'], 'STREAM_NOT_FOUND');
    const { revision } = await store.events.append('account-1', numbered(1), any);
    const { metadata } = await client.getStreamMetadata('account-1');
    assert.deepEqual([metadata?.maxCount, metadata?.acl, metadata?.['region']], [7, acl, 'north']);
    assert.equal((await store.events.readStreamMetadata('account-1')).revivedAt, revision);
  }
  await client.dispose();
});

test('data is stored as the text it was given, as JSON', async () => {
  await using store = await opened();
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  const [event] = numbered(1);
  const data = '{"large": 12345678901234567890, "b": 1.0, "1": -0}';
  await store.events.append('account-1', [{ ...event, eventId: String(event?.eventId), type: 'Odd', data }], any);
  for await (const read of store.events.readStream('account-1')) assert.equal(read.dataText, data);
  for await (const { event: raw } of client.readStream('account-1')) assert.equal(raw?.isJson, true);
  await client.dispose();
});

test('events of other tools are read: bytes as bytes, without their metadata where that is no JSON', async () => {
  await using store = await opened();
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  const bytes = new Uint8Array([0, 255, 1]);
  const contentType = 'application/octet-stream';
  await client.appendToStream('camera-1', [
    { id: '6f1c2a34-0000-4000-8000-000000000001', type: 'Frame', contentType, data: bytes, metadata: bytes },
    jsonEvent({ type: 'Noted', data: { a: 1 }, metadata: { $recordedAt: '2001-02-03T04:05:06.789Z', by: 'ada' } }),
  ]);
  const read = [];
  for await (const event of store.events.readAll()) read.push(event);
  const [frame, noted] = read;
  assert.deepEqual([frame?.data, frame?.metadata['by']], [bytes, undefined]);
  assert.deepEqual([noted?.data, noted?.metadata['by']], [{ a: 1 }, 'ada']);
  assert.equal(noted?.recordedAt.toISOString(), '2001-02-03T04:05:06.789Z');
  await client.dispose();
});

test('snapshots and the log’s name are in streams of their own, which no consumer sees', async () => {
  await using store = await opened();
  await store.events.logId();
  const snapshot = { streamName: 'account-1', kind: 'Account@1', fingerprint: 'f', eventId: 'e', state: '{}' };
  await store.snapshots.save({ ...snapshot, revision: 1, position: 2 });
  await store.snapshots.save({ ...snapshot, revision: 2, position: 3 });
  assert.deepEqual(await idsOf(store.events.readAll()), []);
  assert.equal(await store.events.head(), 0);
  const { position } = await store.events.append('account-1', [eventData('Opened', {})], any);
  for await (const message of store.events.subscribeToAll()) {
    if (message.kind === 'progress') assert.deepEqual([message.position, message.caughtUp], [position, true]);
    if (message.kind === 'progress') break;
  }
});

test('a log that was begun anew has another name and another head', async () => {
  await using store = await opened();
  await store.events.append('account-1', numbered(300), noStream);
  assert.ok((await store.events.head()) > 0);
  const before = await store.events.logId();
  await store.server.restart({ log: 'empty' });
  const later = await store.another();
  assert.notEqual(await later.events.logId(), before);
  assert.equal(await store.events.head(), 0);
});

test('a factory is asked for one client when a store is opened, and for no other as long as that one serves', async () => {
  await using store = await opened();
  let made = 0;
  const provider = eventStoreDB({
    client: () => {
      made += 1;
      return EventStoreDBClient.connectionString(store.server.connectionString);
    },
  });
  assert.equal(made, 0);
  const stores = await provider.open();
  assert.equal(made, 1);
  assert.equal(stores.events.capabilities.multiStreamAppend, false);
  await stores.events.append('account-1', numbered(1), noStream);
  assert.equal((await idsOf(stores.events.readStream('account-1'))).length, 1);
  assert.equal(made, 1);
  await stores.close();
  const wrong = await eventStoreDB({ client: () => ({}) as never }).open();
  assert.equal((await errorOf(wrong.events.head()))['code'], 'CONFIGURATION');
});

test('both clients in one process are refused, with the reason', () => {
  const files = [
    '/app/node_modules/@eventstore/db-client/dist/index.js',
    'C:\\app\\node_modules\\@kurrent\\kurrentdb-client\\x.js',
  ];
  assert.throws(() => assertOneClient(files), /register the same messages/);
  assertOneClient(files.slice(0, 1));
  assertOneClient(Object.keys(createRequire(import.meta.url).cache));
});

test('credentials of a call win over the store’s', async () => {
  await using store = await opened();
  await withCredentials({ username: 'ada', password: 'secret' }, () =>
    store.events.append('account-1', numbered(1), noStream),
  );
  assert.deepEqual([store.server.seenCalls.append, store.server.seenCalls.batchAppend], [1, 0]);
});

test.run();
