/** What an application is told of its store: at start, and in `health()`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { EventStoreDBClient } from '@eventstore/db-client';
import {
  createApplication,
  Documents,
  DomainEvent,
  memory,
  On,
  Projection,
  type RecordedEvent,
  type StoreCondition,
  type Stores,
} from '@tidemark/core';
import { test } from 'uvu';
import { eventStoreDB } from '../../src/index.ts';
import { startTestCluster, type TestClusterNode } from '../../src/test-server/index.ts';
import { noStream, numbered, opened, until } from './opened.ts';

@DomainEvent('Counted')
class Counted {
  constructor(readonly n: number) {}
}

@Projection('counts', { version: 1 })
class Counts extends Documents<number> {
  @On(Counted)
  counted({ streamName, data }: RecordedEvent<Counted>): void {
    this.put(streamName, data.n);
  }
}

test('an application with projections is told that its read models do not last, and one that keeps them is not', async () => {
  await using store = await opened();
  const given = { events: [Counted], projections: [Counts], store: eventStoreDB(store.server.connectionString) };
  const warned = once(process, 'warning');
  await (await createApplication(given)).stop();
  const [warning] = (await warned) as [Error];
  assert.equal(warning.name, 'TidemarkWarning');
  assert.match(warning.message, /esdb:\/\/127\.0\.0\.1:\d+ .*made anew at each start.*readModels/);
  const warnings: Error[] = [];
  const note = (other: Error) => warnings.push(other);
  process.on('warning', note);
  await (await createApplication({ ...given, readModels: memory() })).stop();
  await (await createApplication({ events: [Counted], store: given.store })).stop();
  await new Promise(setImmediate);
  process.off('warning', note);
  assert.deepEqual(warnings, []);
});

test('health tells of the server, of what went wrong and of new beginnings, without a password', async () => {
  await using store = await opened();
  const address = store.server.connectionString.replace('//', '//ada:hunter2@');
  const app = await createApplication({
    store: eventStoreDB(address, { timeout: 500, retryFor: 5_000 }),
    readModels: memory(),
    events: [Counted],
    projections: [Counts],
  });
  await app.ready(Counts);
  const { connection, status } = await app.health();
  const node = `127.0.0.1:${store.server.port}`;
  assert.deepEqual([status, connection?.server, connection?.lastError], ['ok', `esdb://${node}`, undefined]);
  assert.deepEqual([connection?.node, connection?.leader?.address], [node, node]);
  await until(() => store.server.openCalls.subscribeToAll === 1, 'it follows');
  await store.server.restart({ log: 'kept' });
  await until(async () => ((await app.health()).connection?.reconnections ?? 0) > 0, 'it began anew');
  const later = (await app.health()).connection;
  assert.equal((later?.lastError as { code?: unknown } | undefined)?.code, 'STORE_UNREACHABLE');
  assert.equal(JSON.stringify(await app.health()).includes('hunter2'), false);
  await app.stop();
});

const conditionOf = async ({ events }: Stores) => (await events.condition?.()) as StoreCondition;

test('one node says that it leads, as soon as the store is connected to it', async () => {
  await using store = await opened();
  const before = await conditionOf(store);
  assert.deepEqual([before.node, before.leader], [undefined, undefined]);
  await store.events.append('account-1', numbered(1), noStream);
  const { node, leader } = await conditionOf(store);
  assert.deepEqual([node, leader?.address], [`127.0.0.1:${store.server.port}`, node]);
});

test('of a cluster, the node and the leader are told, also when they change', async () => {
  const now = new Date('2026-01-01');
  await using cluster = await startTestCluster();
  const options = { requiresLeader: true, clock: { now: () => now } };
  const stores = await eventStoreDB(cluster.connectionString, options).open();
  const at = (node: TestClusterNode | undefined) => `127.0.0.1:${node?.port}`;
  const first = cluster.leader;
  await stores.events.append('account-1', numbered(1), noStream);
  const before = await conditionOf(stores);
  assert.deepEqual([before.node, before.leader], [at(first), { address: at(first), toldAt: now }]);
  cluster.moveLeader();
  assert.notEqual(cluster.leader, first);
  const moved = await conditionOf(stores);
  assert.deepEqual([moved.node, moved.leader?.address], [at(first), at(cluster.leader)]);
  await stores.events.append('account-2', numbered(1), noStream);
  const later = await conditionOf(stores);
  assert.deepEqual([later.node, later.leader?.address], [at(cluster.leader), at(cluster.leader)]);
  await stores.close();
});

test('a node that is cut off from a leader says that there is none', async () => {
  await using cluster = await startTestCluster({ electionTime: 60_000 });
  const [leader, other] = cluster.nodes as [TestClusterNode, TestClusterNode];
  const stores = await eventStoreDB(other.connectionString).open();
  await stores.events.append('account-1', numbered(1), noStream);
  const { node, leader: told } = await conditionOf(stores);
  assert.deepEqual([node, told?.address], [`127.0.0.1:${other.port}`, `127.0.0.1:${leader.port}`]);
  await cluster.kill(leader);
  const alone = (await conditionOf(stores)).leader;
  assert.ok(alone);
  assert.equal(alone.address, undefined);
  await stores.close();
});

test('of a server that is gone, or says nothing, the last that is known is told at once, with its time', async () => {
  let now = new Date('2026-01-01');
  await using store = await opened({ clock: { now: () => now }, timeout: 60_000 });
  await store.events.append('account-1', numbered(1), noStream);
  const leader = { address: `127.0.0.1:${store.server.port}`, toldAt: now };
  assert.deepEqual((await conditionOf(store)).leader, leader);
  now = new Date('2026-01-02');
  store.server.faults.neverAnswer({ calls: ['gossip'] });
  const began = performance.now();
  const silent = await conditionOf(store);
  assert.deepEqual([silent.node, silent.leader], [leader.address, leader]);
  assert.ok(performance.now() - began < 5_000);
  await store.server.stop();
  await until(async () => (await conditionOf(store)).node === undefined, 'it is connected to nobody');
  assert.deepEqual((await conditionOf(store)).leader, leader);
});

test('a client that is made otherwise has a node that nobody knows', async () => {
  await using store = await opened();
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  const methods = ['appendToStream', 'readStream', 'readAll', 'subscribeToAll', 'tombstoneStream', 'dispose'] as const;
  const other = Object.fromEntries(
    methods.map((name) => [name, (client[name] as (...args: unknown[]) => unknown).bind(client)]),
  );
  const stores = await eventStoreDB({ client: () => other as never }).open();
  await stores.events.append('account-1', numbered(1), noStream);
  const { node, leader } = await conditionOf(stores);
  assert.deepEqual([node, leader], [undefined, undefined]);
  await stores.close();
});

test.run();
