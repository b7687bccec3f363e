/** Answers that nobody waits for any more do not end the process, wherever they come from. */
import assert from 'node:assert/strict';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { eventData } from '@tidemark/core';
import { test } from 'uvu';
import { eventStoreDB } from '../../src/index.ts';
import { guardSharedStreams } from '../../src/shared-streams.ts';
import { startTestCluster, startTestServer } from '../../src/test-server/index.ts';
import { any, errorOf, idsOf, noStream, numbered, opened, until } from './opened.ts';

/** What was thrown outside every promise: any of it would have ended the process. */
const thrown: string[] = [];
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error: Error) => void thrown.push(String(error)));

function holds(title: string, run: () => Promise<void>): void {
  test(title, async () => {
    await run();
    assert.deepEqual([...new Set(thrown.splice(0))], [], 'nothing is thrown outside every promise');
  });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

holds('a shared stream that was left behind ends while its successor’s appends are under way', async () => {
  await using cluster = await startTestCluster();
  const [first, second] = cluster.nodes;
  assert.ok(first && second);
  const stores = await eventStoreDB(first.connectionString, { timeout: 3_000 }).open();
  const { events } = stores;
  await events.append('account-1', numbered(1), noStream);
  assert.equal(first.openCalls.batchAppend, 1);
  const endpoint = { address: '127.0.0.1', port: second.port };
  first.faults.answerNotLeader(endpoint, { calls: ['readStream'], times: 1 });
  await idsOf(events.readStream('account-1'));
  second.faults.answerLate(300, { calls: ['batchAppend'] });
  const late = Promise.allSettled([
    events.append('account-2', numbered(1), noStream),
    events.append('account-3', numbered(1), any),
  ]);
  await until(() => second.faults.met === 2, 'the appends have arrived at the other node');
  assert.equal(first.openCalls.batchAppend, 1, 'the stream from before is still open');
  await cluster.kill(first);
  const [exact, unsure] = await late;
  assert.equal(exact.status, 'fulfilled', 'tried again with the same id');
  if (unsure.status === 'rejected') assert.equal(unsure.reason.code, 'OUTCOME_UNKNOWN');
  await pause(400);
  await stores.close();
});

holds('the end of a client that the store knows nothing of empties what all clients share', async () => {
  await using store = await opened();
  await using other = await startTestServer();
  const client = EventStoreDBClient.connectionString(other.connectionString);
  await Promise.all([store.events.append('account-1', numbered(1), any), client.appendToStream('a-1', said())]);
  store.server.faults.answerLate(200, { calls: ['batchAppend'], times: 1 });
  other.faults.neverAnswer();
  const own = store.events.append('account-2', numbered(1), noStream);
  const others = errorOf(client.appendToStream('a-1', said()));
  await until(() => store.server.faults.met + other.faults.met === 2, 'both have arrived');
  other.faults.dropConnections();
  await others;
  assert.equal((await own).revision, 0);
  await pause(300);
  assert.equal((await idsOf(store.events.readStream('account-2'))).length, 1);
  await client.dispose();
});

holds('an append that is answered twice', async () => {
  await using server = await startTestServer({ writeTimeout: 100 });
  const client = EventStoreDBClient.connectionString(server.connectionString);
  guardSharedStreams(client as never);
  assert.match((await errorOf(client.appendToStream('a-1', { ...said(), type: '' }))).message, /./);
  await pause(300);
  assert.equal((await client.appendToStream('a-1', said())).success, true);
  await client.dispose();
});

holds('more messages than a stream takes at once, and then it fails', async () => {
  await using store = await opened({ timeout: 1_000, retryFor: 200 });
  const { faults } = store.server;
  await store.events.append('account-1', numbered(1), any);
  const text = 'x'.repeat(200_000);
  for (let round = 0; round < 3; round += 1) {
    const before = faults.met;
    faults.neverAnswer({ calls: ['batchAppend'] });
    const appends = Array.from({ length: 100 }, (_, index) =>
      store.events.append(`account-${round}-${index}`, [eventData('Large', { text })], any),
    );
    const outcomes = Promise.allSettled(appends);
    await until(() => faults.met > before, 'the first has arrived, others wait to be sent');
    faults.clear();
    faults.dropConnections();
    for (const outcome of await outcomes) {
      if (outcome.status === 'rejected') assert.match(outcome.reason.code, /^(OUTCOME_UNKNOWN|STORE_UNREACHABLE)$/);
    }
  }
});

holds('stores one after the other, closed with appends under way that are answered late or never', async () => {
  await using server = await startTestServer();
  for (let round = 0; round < 12; round += 1) {
    const stores = await eventStoreDB(server.connectionString, { timeout: 100, retryFor: 50 }).open();
    if (round % 2 === 0) server.faults.answerLate(95 + round, { calls: ['batchAppend', 'append'], times: 20 });
    else server.faults.neverAnswer({ calls: ['batchAppend', 'append'], times: 10 });
    const appends = Promise.allSettled(
      Array.from({ length: 32 }, (_, index) =>
        stores.events.append(`account-${round}-${index}`, numbered(1), noStream),
      ),
    );
    if (round % 3 === 0) await pause(20 * round);
    if (round % 4 === 1) await server.restart({ log: 'kept' });
    await stores.close();
    await appends;
    server.faults.clear();
  }
  await pause(300);
});

holds('a shared stream that the server ended under an append makes room for the next one', async () => {
  await using server = await startTestServer();
  const first = await eventStoreDB(server.connectionString, { timeout: 200 }).open();
  await first.events.append('account-1', numbered(1), noStream);
  server.faults.endBatchStreams();
  await first.events.append('account-2', numbered(1), noStream);
  await first.close();
  const next = await eventStoreDB(server.connectionString).open();
  await until(async () => {
    await next.events.append('account-3', numbered(1), any);
    return server.openCalls.batchAppend === 1;
  }, 'the next store appends over a shared stream');
  await next.close();
});

function said() {
  return jsonEvent({ type: 'Said', data: {} });
}

test.run();
