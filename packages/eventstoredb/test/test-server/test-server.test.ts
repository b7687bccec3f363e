/** What the server is to those who test with it: how it starts, what it tells, what it refuses. */
import { BACKWARDS, END } from '@eventstore/db-client';
import { ArgumentError } from '@tidemark/core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestServer } from '../../src/test-server/index.ts';
import {
  collect,
  connect,
  credentials,
  event,
  events,
  freshStream,
  idsOf,
  reconnecting,
  rejection,
} from './subject.ts';

test('can be found by gossip', async () => {
  await using server = await startTestServer();
  await using client = connect(server.connectionString.replace('esdb:', 'esdb+discover:'));
  await client.appendToStream('a', event());
  assert.is((await idsOf(client, 'a')).length, 1);
  assert.ok(server.seenCalls.gossip >= 1);
});

test('advertises batch appends, so that a client uses one stream for all of them', async () => {
  await using server = await startTestServer();
  await using client = connect(server.connectionString);
  for (const each of events(3)) await client.appendToStream('a', each);
  assert.is(server.seenCalls.batchAppend, 1);
  assert.is(server.seenCalls.append, 0);
  for (const each of events(3)) await client.appendToStream('a', each, { credentials });
  assert.is(server.seenCalls.append, 3);
});

test('counts the calls that are open', async () => {
  await using server = await startTestServer();
  await using client = connect(server.connectionString);
  await client.appendToStream('a', events(2), { credentials });
  const subscription = client.subscribeToStream('a');
  await new Promise((resolve) => subscription.once('confirmation', resolve));
  assert.is(server.openCalls.subscribeToStream, 1);
  assert.is(server.openCalls.append, 0);
  await subscription.unsubscribe();
  while (server.openCalls.subscribeToStream > 0) await new Promise(setImmediate);
  assert.is(server.seenCalls.subscribeToStream, 1);
});

test('shows the call that a client leaks when it breaks off a subscription', async () => {
  await using server = await startTestServer();
  await using client = connect(server.connectionString);
  await client.appendToStream('a', events(2), { credentials });
  for await (const _ of client.subscribeToStream('a')) break;
  await idsOf(client, 'a');
  assert.is(server.openCalls.subscribeToStream, 1);
});

test('says UNIMPLEMENTED to what it has not', async () => {
  await using server = await startTestServer();
  const error = await rejection(connect(server.connectionString).listProjections());
  assert.is(error.code, 12);
});

test('refuses options that cannot be meant', async () => {
  for (const options of [{ port: -1 }, { maxAppendSize: 0 }, { liveBuffer: 0.5 }, { users: [] }, { prot: 1 }]) {
    const error = await rejection(startTestServer(options as never));
    assert.instance(error, ArgumentError);
  }
});

test('rejects with the error of the system when its port is taken', async () => {
  await using server = await startTestServer();
  const error = await rejection(startTestServer({ port: server.port }));
  assert.is(String(error.code), 'EADDRINUSE');
});

test('restarts on its port with its log, and has forgotten the ids that any recognises', async () => {
  await using server = await startTestServer();
  await using client = connect(server.connectionString);
  const [first, second] = [event(), event()];
  const original = await client.appendToStream('a', first, { credentials, expectedRevision: 'no_stream' });
  await client.appendToStream('a', second, { credentials });
  await server.restart({ log: 'kept' });
  const retry = () => client.appendToStream('a', first, { credentials, expectedRevision: 'no_stream' });
  assert.equal(await reconnecting(retry), original);
  await client.appendToStream('a', second, { credentials });
  assert.equal(await idsOf(client, 'a'), [first.id, second.id, second.id]);
});

test('restarts empty', async () => {
  await using server = await startTestServer();
  await using client = connect(server.connectionString);
  await client.appendToStream('a', event(), { credentials });
  await server.restart({ log: 'empty' });
  assert.equal(await reconnecting(() => idsOf(client, 'a')), []);
  assert.equal(await collect(client.readAll({ direction: BACKWARDS, fromPosition: END })), []);
});

test('stops once and for all', async () => {
  const server = await startTestServer();
  await server.stop();
  await server.stop();
  const error = await rejection(connect(server.connectionString).appendToStream(freshStream(), event()));
  assert.is(error.code, 14);
});
test.run();
