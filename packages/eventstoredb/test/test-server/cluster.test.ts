/** Several nodes: who leads, what the others say, and what becomes of a client when the leader goes. */
import { FOLLOWER } from '@eventstore/db-client';
import { ArgumentError } from '@tidemark/core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestCluster, type TestCluster, type TestClusterNode } from '../../src/test-server/index.ts';
import {
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

function followersOf(cluster: TestCluster): TestClusterNode[] {
  return cluster.nodes.filter((node) => node !== cluster.leader);
}

function leaderOf({ leader }: TestCluster): TestClusterNode {
  assert.ok(leader);
  return leader as TestClusterNode;
}

test('leads a client to the leader, by asking any node', async () => {
  await using cluster = await startTestCluster();
  await using client = connect(cluster.connectionString);
  await client.appendToStream('a', event(), { credentials });
  assert.is(leaderOf(cluster).seenCalls.append, 1);
});

test('leads a client to a follower when it prefers one', async () => {
  await using cluster = await startTestCluster();
  await using client = connect(`${cluster.connectionString}&nodePreference=${FOLLOWER}`);
  await client.appendToStream('a', event(), { credentials });
  assert.is(leaderOf(cluster).seenCalls.append, 0);
  assert.is((await idsOf(client, 'a')).length, 1);
});

for (const [name, path] of paths) {
  test(`${name}: a follower hands a write on, or names the leader to who requires one`, async () => {
    await using cluster = await startTestCluster();
    const [follower] = followersOf(cluster);
    await using client = connect(follower?.connectionString ?? '');
    await client.appendToStream('a', event(), { credentials });
    const error = await rejection(client.appendToStream('a', event(), { ...path, requiresLeader: true }));
    assert.is(error.type, 'not-leader');
    assert.is(error.leader?.port, leaderOf(cluster).port);
    await reconnecting(() => client.appendToStream('a', event(), { ...path, requiresLeader: true }));
    assert.is((await idsOf(client, 'a')).length, 2);
  });

  test(`${name}: the leader is killed, the client finds the next one, and nothing is lost or doubled`, async () => {
    await using cluster = await startTestCluster();
    await using client = connect(cluster.connectionString);
    const written = events(20);
    const killed = leaderOf(cluster);
    for (const [revision, each] of written.entries()) {
      if (revision === 10) await cluster.kill(killed);
      const expectedRevision = revision === 0 ? 'no_stream' : BigInt(revision - 1);
      await retrying(() => client.appendToStream('a', each, { ...path, expectedRevision }));
    }
    assert.is.not(leaderOf(cluster), killed);
    assert.equal(
      await idsOf(client, 'a'),
      written.map(({ id }) => id),
    );
  });
}

/** As often as it takes until there is a leader again. */
async function retrying<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await reconnecting(act);
    } catch (error) {
      if (!/Server Is Not Ready/.test((error as Rejection).message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

test('writes nothing and still reads while no leader is elected', async () => {
  await using cluster = await startTestCluster({ electionTime: 60_000 });
  const [follower] = followersOf(cluster);
  await using client = connect(follower?.connectionString ?? '');
  await client.appendToStream('a', event(), { credentials });
  await cluster.kill(leaderOf(cluster));
  assert.is(cluster.leader, undefined);
  const error = await rejection(client.appendToStream('a', event(), { credentials }));
  assert.match(error.message, /Server Is Not Ready/);
  assert.is((await reconnecting(() => idsOf(client, 'a'))).length, 1);
  const required = await rejection(client.appendToStream('a', event(), { credentials, requiresLeader: true }));
  assert.match(required.message, /No leader info available/);
});

test('elects nobody without a majority, and somebody when there is one again', async () => {
  await using cluster = await startTestCluster({ electionTime: 1 });
  const [first, second] = cluster.nodes;
  assert.ok(first && second);
  await cluster.kill(first);
  await cluster.kill(second);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(cluster.leader, undefined);
  await cluster.start(first);
  while (cluster.leader === undefined) await new Promise(setImmediate);
  await using client = connect(cluster.connectionString);
  await retrying(() => client.appendToStream('a', event(), { credentials }));
});

test('moves the leader without cutting anybody off', async () => {
  await using cluster = await startTestCluster();
  await using client = connect(cluster.connectionString);
  await client.appendToStream('a', event(), { credentials, requiresLeader: true });
  const before = leaderOf(cluster);
  cluster.moveLeader();
  assert.is.not(leaderOf(cluster), before);
  const error = await rejection(client.appendToStream('a', event(), { credentials, requiresLeader: true }));
  assert.is(error.leader?.port, leaderOf(cluster).port);
  await client.appendToStream('a', event(), { credentials, requiresLeader: true });
  cluster.moveLeader(before);
  assert.is(leaderOf(cluster), before);
});

test('tells the ports that it is given, where something stands between it and its clients', async () => {
  await using cluster = await startTestCluster();
  const advertisedPorts = cluster.nodes.map(({ port }) => port);
  await using told = await startTestCluster({ advertisedPorts });
  assert.is(told.connectionString, cluster.connectionString);
  const [, follower] = told.nodes;
  await using client = connect(follower?.connectionString ?? '');
  const error = await rejection(client.appendToStream('a', event(), { credentials, requiresLeader: true }));
  assert.is(error.leader?.port, leaderOf(cluster).port);
  for (const wrong of [[1], [1, 2, 0], [1, 2, 3.5], 'no'])
    assert.instance(await rejection(startTestCluster({ advertisedPorts: wrong as never })), ArgumentError);
});

test('refuses nodes that are dead or not its own, and sizes that cannot be', async () => {
  await using cluster = await startTestCluster();
  await using other = await startTestCluster({ size: 1 });
  const [, second] = cluster.nodes;
  assert.ok(second);
  await cluster.kill(second);
  assert.throws(
    () => cluster.moveLeader(second),
    (error: unknown) => error instanceof ArgumentError,
  );
  assert.instance(await rejection(cluster.kill(leaderOf(other))), ArgumentError);
  assert.instance(await rejection(startTestCluster({ size: 0 })), ArgumentError);
});

test.run();
