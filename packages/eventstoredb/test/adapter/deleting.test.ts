/** Soft deletes, and what others do to the stream at the same moment: nothing that was set on it or acknowledged is lost. */
import assert from 'node:assert/strict';
import { EventStoreDBClient } from '@eventstore/db-client';
import type { EventStore, ExpectedRevision } from '@tidemark/core';
import { test } from 'uvu';
import { eventStoreDB } from '../../src/index.ts';
import { held } from './held.ts';
import { any, errorOf, idsOf, noStream, numbered, opened, until } from './opened.ts';

const atLast = { expectedRevision: 1 } as const;
const custom = { owner: 'Ada' };

/** A stream in its second life, of two events, with all that can be set on one. */
async function written(events: EventStore, streamName = 'account-1') {
  await events.append(streamName, numbered(1), noStream);
  await events.deleteStream(streamName);
  const appended = numbered(1);
  await events.append(streamName, appended, any);
  await events.changeStreamMetadata(streamName, { maxCount: 7, custom });
  return { ids: appended.map(({ eventId }) => eventId), set: { maxCount: 7, custom, truncateBefore: 1, revivedAt: 1 } };
}

/** Each of these may be the first that looks at what a process left behind. */
const looks: Readonly<Record<string, (events: EventStore) => Promise<unknown>>> = {
  'a reader': (events) => idsOf(events.readStream('account-1')),
  'a reader from the event that is hidden': (events) => idsOf(events.readStream('account-1', { from: 1 })),
  'a reader backwards': (events) => idsOf(events.readStream('account-1', { direction: 'backwards' })),
  'a reader backwards of a few': (events) =>
    idsOf(events.readStream('account-1', { direction: 'backwards', limit: 2 })),
  'a reader of metadata': (events) => events.readStreamMetadata('account-1'),
  'a writer of metadata': (events) => events.changeStreamMetadata('account-1', {}),
  'a subscriber': async (events) => {
    const revisions: number[] = [];
    for await (const message of events.subscribeToStream('account-1')) {
      if (message.kind === 'events') revisions.push(...message.events.map(({ revision }) => revision));
      if (revisions.at(-1) === 2) break;
    }
    assert.deepEqual(revisions, [1, 2]);
  },
};

test('a deletion at a revision keeps what is set on the stream, and its revival too', async () => {
  await using store = await opened();
  const { set } = await written(store.events);
  await store.events.deleteStream('account-1', atLast);
  assert.equal((await errorOf(idsOf(store.events.readStream('account-1'))))['code'], 'STREAM_NOT_FOUND');
  assert.equal(
    (await errorOf(idsOf(store.events.readStream('account-1', { direction: 'backwards' }))))['code'],
    'STREAM_NOT_FOUND',
  );
  assert.deepEqual(await store.events.readStreamMetadata('account-1'), set);
  await store.events.append('account-1', numbered(1), any);
  assert.deepEqual(await store.events.readStreamMetadata('account-1'), { ...set, truncateBefore: 2, revivedAt: 2 });
});

test('two delete at the same moment: both have, and nothing that was set is lost', async () => {
  await using store = await opened();
  const { set } = await written(store.events);
  await using one = await held(store.server.connectionString);
  await using other = await held(store.server.connectionString);
  const deleting = Promise.all([one, other].map(({ events }) => events.deleteStream('account-1', atLast)));
  await Promise.all([one.arrived, other.arrived]);
  one.send();
  other.send();
  await deleting;
  assert.deepEqual(await store.events.readStreamMetadata('account-1'), set);
  assert.equal((await errorOf(idsOf(store.events.readStream('account-1'))))['code'], 'STREAM_NOT_FOUND');
});

test('what is set between the look and the deletion, by whatever tool, is kept', async () => {
  await using store = await opened();
  const { set } = await written(store.events);
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  await using one = await held(store.server.connectionString);
  const deleting = one.events.deleteStream('account-1', atLast);
  await one.arrived;
  const { metadata } = await client.getStreamMetadata('account-1');
  const acl = { readRoles: ['ada', 'bob'] };
  await client.setStreamMetadata('account-1', { ...metadata, acl });
  await store.events.changeStreamMetadata('account-1', { maxCount: 5 });
  one.send();
  await deleting;
  assert.deepEqual(await store.events.readStreamMetadata('account-1'), { ...set, maxCount: 5 });
  assert.deepEqual((await client.getStreamMetadata('account-1')).metadata?.acl, acl);
  assert.equal((await errorOf(idsOf(store.events.readStream('account-1'))))['code'], 'STREAM_NOT_FOUND');
  await client.dispose();
});

test('an event that comes before the deletion makes it none: it is refused, and all is there', async () => {
  await using store = await opened();
  const { ids, set } = await written(store.events);
  await using one = await held(store.server.connectionString);
  const deleting = errorOf(one.events.deleteStream('account-1', atLast));
  await one.arrived;
  const [event] = numbered(1);
  assert.ok(event);
  await store.events.append('account-1', [event], { expectedRevision: 1, revive: false });
  one.send();
  const refusal = await deleting;
  assert.deepEqual([refusal['code'], refusal['expected'], refusal['actual']], ['WRONG_EXPECTED_REVISION', 1, 2]);
  assert.deepEqual(await idsOf(store.events.readStream('account-1')), [...ids, event.eventId]);
  assert.deepEqual(await store.events.readStreamMetadata('account-1'), set);
});

test('an event that comes after the deletion revives the stream, and the deletion has been', async () => {
  await using store = await opened();
  const { set } = await written(store.events);
  await using one = await held(store.server.connectionString);
  const deleting = one.events.deleteStream('account-1', atLast);
  await one.arrived;
  await one.sendAlone();
  const [event] = numbered(1);
  assert.ok(event);
  await store.events.append('account-1', [event], { expectedRevision: 1 });
  one.send();
  await deleting;
  assert.deepEqual(await idsOf(store.events.readStream('account-1')), [event.eventId]);
  assert.deepEqual(await store.events.readStreamMetadata('account-1'), { ...set, truncateBefore: 2, revivedAt: 2 });
});

for (const [who, look] of Object.entries(looks)) {
  test(`a process is killed behind a deletion that an event came before: ${who} takes it back`, async () => {
    await using store = await opened();
    const { ids, set } = await written(store.events);
    await using one = await held(store.server.connectionString);
    const deleting = errorOf(one.events.deleteStream('account-1', atLast));
    await one.arrived;
    const [event] = numbered(1);
    assert.ok(event);
    await store.events.append('account-1', [event], { expectedRevision: 1 });
    await one.sendAndKill();
    await deleting;
    const all = [...ids, event.eventId];
    const found = await look(store.events);
    if (Array.isArray(found)) assert.deepEqual(who.includes('backwards') ? found.toReversed() : found, all);
    const client = EventStoreDBClient.connectionString(store.server.connectionString);
    assert.equal((await client.getStreamMetadata('account-1')).metadata?.truncateBefore, 1);
    await client.dispose();
    assert.deepEqual(await idsOf(store.events.readStream('account-1')), all);
    assert.deepEqual(await store.events.readStreamMetadata('account-1'), set);
  });
}

test('a reader backwards of more than one page takes such a deletion back, too', async () => {
  await using store = await opened();
  await store.events.append('account-1', numbered(2), noStream);
  await using one = await held(store.server.connectionString);
  const deleting = errorOf(one.events.deleteStream('account-1', atLast));
  await one.arrived;
  await store.events.append('account-1', numbered(130, 2), { expectedRevision: 1 });
  await one.sendAndKill();
  await deleting;
  const ids = await idsOf(store.events.readStream('account-1', { direction: 'backwards' }));
  assert.deepEqual(ids.toReversed(), await idsOf(store.events.readStream('account-1')));
  assert.equal(ids.length, 132);
});

for (const [mode, expectedRevision] of Object.entries({ any: 'any', 'no stream': 'no_stream', 'its revision': 1 })) {
  for (const count of [1, 2]) {
    test(`a process is killed behind its deletion: ${count} at ${mode} revive the stream, and nothing is lost`, async () => {
      await using store = await opened();
      const { set } = await written(store.events);
      await using one = await held(store.server.connectionString);
      const deleting = errorOf(one.events.deleteStream('account-1', atLast));
      await one.arrived;
      await one.sendAndKill();
      await deleting;
      const events = numbered(count);
      const { revision } = await store.events.append('account-1', events, {
        expectedRevision: expectedRevision as ExpectedRevision,
      });
      assert.equal(revision, 1 + count);
      assert.deepEqual(
        await idsOf(store.events.readStream('account-1')),
        events.map(({ eventId }) => eventId),
      );
      assert.deepEqual(await store.events.readStreamMetadata('account-1'), { ...set, truncateBefore: 2, revivedAt: 2 });
    });
  }
}

test('two revive a deleted stream with `no_stream` at the same moment: one does, and the other is refused', async () => {
  await using store = await opened();
  await written(store.events);
  await store.events.deleteStream('account-1', atLast);
  const other = await store.another();
  const outcomes = await Promise.allSettled(
    [store, other].map(({ events }) => events.append('account-1', numbered(2), noStream)),
  );
  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const { reason } = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  assert.deepEqual([reason.code, reason.expected], ['WRONG_EXPECTED_REVISION', 'no_stream']);
  assert.equal((await idsOf(store.events.readStream('account-1'))).length, 2);
});

test('events that begin as the deleted stream did, and are more, are refused whole', async () => {
  await using store = await opened();
  const first = numbered(1);
  await store.events.append('account-1', first, noStream);
  await store.events.deleteStream('account-1', { expectedRevision: 0 });
  const error = await errorOf(store.events.append('account-1', [...first, ...numbered(1, 1)], noStream));
  assert.equal(error['code'], 'WRONG_EXPECTED_REVISION');
  assert.equal((await store.events.append('account-1', first, noStream)).repeated, true);
  assert.equal((await errorOf(idsOf(store.events.readStream('account-1'))))['code'], 'STREAM_NOT_FOUND');
  assert.equal((await idsOf(store.events.readAll())).length, 1);
});

for (const expectedRevision of ['any', 1] as const) {
  test(`deleted at ${expectedRevision}, a stream stays so while metadata is changed, whoever revives it meanwhile`, async () => {
    await using store = await opened();
    const { set } = await written(store.events);
    await store.events.deleteStream('account-1', { expectedRevision });
    for (const maxCount of [8, 9]) {
      await store.events.changeStreamMetadata('account-1', { maxCount });
      assert.equal((await errorOf(idsOf(store.events.readStream('account-1'))))['code'], 'STREAM_NOT_FOUND');
      assert.deepEqual(await store.events.readStreamMetadata('account-1'), { ...set, maxCount });
      const error = await errorOf(store.events.append('account-1', numbered(1), { expectedRevision: 'stream_exists' }));
      assert.equal(error['code'], 'STREAM_DELETED');
    }
    await using one = await held(store.server.connectionString);
    const changing = one.events.changeStreamMetadata('account-1', { maxCount: 6 });
    await one.arrived;
    const [event] = numbered(1);
    assert.ok(event);
    await store.events.append('account-1', [event], any);
    one.send();
    await changing;
    assert.deepEqual(await idsOf(store.events.readStream('account-1')), [event.eventId]);
    const revived = { ...set, maxCount: 6, truncateBefore: 2, revivedAt: 2 };
    assert.deepEqual(await store.events.readStreamMetadata('account-1'), revived);
  });
}

test('a revival whose events have all grown too old is one all the same', async () => {
  let now = new Date('2026-01-01');
  await using store = await opened({}, { clock: { now: () => now } });
  await store.events.append('account-1', numbered(2), noStream);
  await store.events.changeStreamMetadata('account-1', { maxAge: 10 });
  await store.events.deleteStream('account-1', atLast);
  await store.events.append('account-1', numbered(1), any);
  now = new Date(now.getTime() + 11_000);
  assert.deepEqual(await idsOf(store.events.readStream('account-1')), []);
  assert.equal((await store.events.readStreamMetadata('account-1')).revivedAt, 2);
});

test('what another tool deletes by the server’s own delete is deleted, and has lost what was set on it', async () => {
  await using store = await opened();
  await written(store.events);
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  await client.deleteStream('account-1', { expectedRevision: 1n });
  await client.dispose();
  assert.equal((await errorOf(idsOf(store.events.readStream('account-1'))))['code'], 'STREAM_NOT_FOUND');
  assert.deepEqual(await store.events.readStreamMetadata('account-1'), {});
  const appending = store.events.append('account-1', numbered(1), { expectedRevision: 1, revive: false });
  assert.equal((await errorOf(appending))['code'], 'STREAM_DELETED');
});

test('a deletion that the node which is read does not show yet is waited for', async () => {
  await using store = await opened();
  const { set } = await written(store.events);
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  const [read, append] = [client.readStream.bind(client), client.appendToStream.bind(client)];
  let lagging = 0;
  Object.assign(client, {
    appendToStream: async (...call: Parameters<typeof append>) => {
      if (call[0] === '$$account-1') lagging = 3;
      return append(...call);
    },
    readStream: (...call: Parameters<typeof read>) => {
      if (call[0] !== '$$account-1' || lagging === 0) return read(...call);
      lagging -= 1;
      return (async function* none() {})();
    },
  });
  const { events, close } = await eventStoreDB({ client: () => client }).open();
  await events.deleteStream('account-1', atLast);
  assert.equal(lagging, 0);
  assert.deepEqual(await events.readStreamMetadata('account-1'), set);
  await close();
});

test('a deletion that is acknowledged late, or never, is done once', async () => {
  await using store = await opened({ timeout: 300, retryFor: 5_000, batchAppends: false });
  const { set } = await written(store.events);
  // The look at the last revision is the first append of the deletion, its mark the second.
  store.server.faults.answerLate(1, { calls: ['append'], times: 1 });
  store.server.faults.commitWithoutAcknowledging({ calls: ['append'], times: 1 });
  await store.events.deleteStream('account-1', atLast);
  await until(() => store.server.faults.met === 2, 'both faults were met');
  assert.deepEqual(await store.events.readStreamMetadata('account-1'), set);
  assert.equal((await errorOf(idsOf(store.events.readStream('account-1'))))['code'], 'STREAM_NOT_FOUND');
});

test.run();
