/** How the server misbehaves on request, and what the client makes of it. Each test has a server of its own. */
import { EventStoreDBClient } from '@eventstore/db-client';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestServer, type TestServer } from '../../src/test-server/index.ts';
import {
  collect,
  connect,
  credentials,
  event,
  events,
  idsOf,
  paths,
  type Rejection,
  reconnecting,
  rejection,
} from './subject.ts';

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate);
}

/** Once the server has met a fault: whether the promise is still pending a little later. */
async function isPending(server: TestServer, promise: Promise<unknown>): Promise<boolean> {
  await until(() => server.faults.met > 0);
  const pending = Symbol();
  const settled = promise.then(
    () => undefined,
    () => undefined,
  );
  return (await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, 40, pending))])) === pending;
}

for (const [name, path] of paths) {
  const kind = name === 'append' ? 'append' : 'batchAppend';

  test(`${name}: answers late, and does late what it was asked`, async () => {
    await using server = await startTestServer();
    await using client = connect(server.connectionString);
    server.faults.answerLate(300, { calls: [kind], times: 1 });
    const late = client.appendToStream('a', event(), path);
    assert.is(await isPending(server, late), true);
    assert.equal(await idsOf(client, 'a'), []);
    assert.is((await late).nextExpectedRevision, 0n);
  });

  test(`${name}: never answers, and does nothing`, async () => {
    await using server = await startTestServer();
    await using client = connect(server.connectionString);
    server.faults.neverAnswer({ calls: [kind], times: 1 });
    const lost = client.appendToStream('a', event(), path);
    lost.catch(() => {});
    assert.is(await isPending(server, lost), true);
    assert.is(server.openCalls[kind], 1);
    await client.appendToStream('a', event(), path);
    assert.is((await idsOf(client, 'a')).length, 1);
  });

  test(`${name}: commits and does not acknowledge, so that a retry finds it done`, async () => {
    await using server = await startTestServer();
    await using client = connect(server.connectionString);
    server.faults.commitWithoutAcknowledging({ times: 1 });
    const written = event();
    const lost = client.appendToStream('a', written, { ...path, expectedRevision: 'no_stream' });
    lost.catch(() => {});
    assert.is(await isPending(server, lost), true);
    assert.equal(await idsOf(client, 'a'), [written.id]);
    const retry = await client.appendToStream('a', written, { ...path, expectedRevision: 'no_stream' });
    assert.is(retry.nextExpectedRevision, 0n);
    assert.equal(await idsOf(client, 'a'), [written.id]);
  });

  test(`${name}: says nothing of a write either that it refuses`, async () => {
    await using server = await startTestServer();
    await using client = connect(server.connectionString);
    server.faults.commitWithoutAcknowledging({ times: 1 });
    const lost = client.appendToStream('a', event(), { ...path, expectedRevision: 5n });
    lost.catch(() => {});
    assert.is(await isPending(server, lost), true);
    assert.equal(await idsOf(client, 'a'), []);
  });

  test(`${name}: commits and drops the connection`, async () => {
    await using server = await startTestServer();
    await using client = connect(server.connectionString);
    server.faults.commitWithoutAcknowledging({ times: 1, drops: true });
    const written = event();
    const error = await rejection(client.appendToStream('a', written, path));
    assert.equal([error.type, error.code], ['unavailable', 14]);
    assert.equal(await reconnecting(() => idsOf(client, 'a')), [written.id]);
  });

  test(`${name}: says that another node leads, and where`, async () => {
    await using server = await startTestServer();
    await using leader = await startTestServer();
    await using client = connect(server.connectionString);
    server.faults.answerNotLeader({ address: '127.0.0.1', port: leader.port });
    const error = await rejection(client.appendToStream('a', event(), path));
    assert.is(error.type, 'not-leader');
    assert.equal(error.leader, { address: '127.0.0.1', port: leader.port });
    await reconnecting(() => client.appendToStream('a', event(), path));
    assert.is((await idsOf(EventStoreDBClient.connectionString(leader.connectionString), 'a')).length, 1);
  });

  test(`${name}: says that it is not ready, or too busy`, async () => {
    await using server = await startTestServer();
    await using client = connect(server.connectionString);
    await client.appendToStream('a', event(), path);
    server.faults.answerNotReady({ times: 1 });
    const notReady = await rejection(client.appendToStream('a', event(), path));
    assert.match(notReady.message, /Server Is Not Ready/);
    assert.is(notReady.type, kind === 'append' ? 'unavailable' : 'unknown');
    server.faults.answerTooBusy({ times: 1 });
    const tooBusy = await rejection(client.appendToStream('a', event(), path));
    assert.match(tooBusy.message, kind === 'append' ? /Server Is Too Busy/ : /Server Is Busy/);
  });

  test(`${name}: drops connections, and takes new ones`, async () => {
    await using server = await startTestServer();
    await using client = connect(server.connectionString);
    await client.appendToStream('a', event(), path);
    server.faults.neverAnswer({ times: 1 });
    const lost = rejection(client.appendToStream('a', event(), path));
    await until(() => server.faults.met > 0);
    server.faults.dropConnections();
    assert.is((await lost).code, 14);
    assert.is(server.openCalls[kind], 0);
    await reconnecting(() => client.appendToStream('a', event(), path));
  });
}

test('ends batch streams as if all were well, so that the client waits for ever, also with its next append', async () => {
  await using server = await startTestServer();
  const client = EventStoreDBClient.connectionString(server.connectionString); // whose dispose() would wait for ever
  server.faults.neverAnswer({ times: 1 });
  const lost = client.appendToStream('a', event());
  lost.catch(() => {});
  await until(() => server.faults.met > 0);
  server.faults.endBatchStreams();
  assert.is(await isPending(server, lost), true);
  assert.is(server.openCalls.batchAppend, 0);
  const next = client.appendToStream('a', event());
  next.catch(() => {});
  assert.is(await isPending(server, next), true);
  await client.appendToStream('a', event(), { credentials });
});

test('drops subscriptions as too slow, so that the client reports it and does not come back', async () => {
  await using server = await startTestServer();
  await using client = connect(server.connectionString);
  await client.appendToStream('a', event(), { credentials });
  const subscription = client.subscribeToStream('a');
  const failed = new Promise<Rejection>((resolve) => subscription.once('error', resolve));
  await new Promise((resolve) => subscription.once('caughtUp', resolve));
  server.faults.overflowSubscriptions();
  subscription.resume();
  const error = await failed;
  assert.equal([error.type, error.code], ['timeout', 10]);
  assert.match(error.message, /Consumer too slow to handle event while live/);
  assert.is(server.openCalls.subscribeToStream, 0);
});

test('drops a slow subscriber by itself when it has a live buffer, as the real server has', async () => {
  await using server = await startTestServer({ liveBuffer: 32 });
  await using client = connect(server.connectionString);
  const subscription = client.subscribeToStream('a');
  const failed = new Promise<Rejection>((resolve) => subscription.once('error', resolve));
  await new Promise((resolve) => subscription.once('caughtUp', resolve));
  await client.appendToStream('a', events(20), { credentials });
  assert.is(server.openCalls.subscribeToStream, 1);
  await client.appendToStream('a', events(200), { credentials });
  subscription.resume();
  assert.is((await failed).type, 'timeout');
});

test('serves a slow subscriber from the log otherwise', async () => {
  await using server = await startTestServer();
  await using client = connect(server.connectionString);
  const subscription = client.subscribeToStream('a');
  await new Promise((resolve) => subscription.once('caughtUp', resolve));
  await client.appendToStream('a', events(300), { credentials });
  const received = [];
  for await (const { event } of subscription) {
    received.push(event?.revision);
    if (received.length === 300) break;
  }
  await subscription.unsubscribe();
  assert.equal(
    received,
    Array.from({ length: 300 }, (_, revision) => BigInt(revision)),
  );
});

test('says nothing of a deletion that it refuses', async () => {
  await using server = await startTestServer();
  await using client = connect(server.connectionString);
  server.faults.commitWithoutAcknowledging({ times: 1 });
  const lost = client.deleteStream('a');
  lost.catch(() => {});
  assert.is(await isPending(server, lost), true);
});

test('never answers a read, or answers it late', async () => {
  await using server = await startTestServer();
  await using client = connect(server.connectionString);
  await client.appendToStream('a', event(), { credentials });
  server.faults.neverAnswer({ calls: ['readStream'], times: 1 });
  const lost = client.readStream('a');
  assert.is(await isPending(server, collect(lost)), true);
  assert.is(server.openCalls.readStream, 1);
  await lost.cancel();
  await until(() => server.openCalls.readStream === 0);
  server.faults.answerLate(50, { calls: ['readStream'], times: 1 });
  assert.is((await idsOf(client, 'a')).length, 1);
});

test('fails what clients ask before they append', async () => {
  await using server = await startTestServer();
  await using client = connect(server.connectionString);
  server.faults.answerNotReady({ calls: ['serverFeatures'], times: 1 });
  assert.match((await rejection(client.appendToStream('a', event()))).message, /Server Is Not Ready/);
  await reconnecting(() => client.appendToStream('a', event()));
});

test('behaves again when it is told to', async () => {
  await using server = await startTestServer();
  await using client = connect(server.connectionString);
  server.faults.answerNotReady();
  server.faults.clear();
  await client.appendToStream('a', event());
});

test.run();
