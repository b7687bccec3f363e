/** What comes between the calls that a deletion, a revival or a reading of a deleted stream is made of. */
import assert from 'node:assert/strict';
import { EventStoreDBClient } from '@eventstore/db-client';
import { test } from 'uvu';
import { eventStoreDB } from '../../src/index.ts';
import { held } from './held.ts';
import { any, errorOf, idsOf, noStream, numbered, opened, until } from './opened.ts';

const atLast = { expectedRevision: 1 } as const;

test('metadata that another tool changes on a revived stream does not undo the deletion before it', async () => {
  await using store = await opened();
  await store.events.append('account-1', numbered(2), noStream);
  await store.events.deleteStream('account-1', atLast);
  const revival = numbered(1);
  await store.events.append('account-1', revival, any);
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  const { metadata } = await client.getStreamMetadata('account-1');
  await client.setStreamMetadata('account-1', { ...metadata, maxCount: 9 });
  await client.dispose();
  assert.deepEqual(await idsOf(store.events.readStream('account-1')), [revival[0]?.eventId]);
  assert.deepEqual(await store.events.readStreamMetadata('account-1'), {
    maxCount: 9,
    truncateBefore: 2,
    revivedAt: 2,
  });
});

for (const count of [1, 2]) {
  for (const expectedRevision of ['any', 1] as const) {
    test(`a revival by ${count} at no_stream, deleted at ${expectedRevision}, whose acknowledgement is lost is no failure`, async () => {
      await using store = await opened({ timeout: 300, retryFor: 5_000, batchAppends: false });
      await store.events.append('account-1', numbered(2), noStream);
      await store.events.deleteStream('account-1', { expectedRevision });
      store.server.faults.commitWithoutAcknowledging({ calls: ['append'], times: expectedRevision === 'any' ? 1 : 3 });
      const events = numbered(count);
      const { revision } = await store.events.append('account-1', events, noStream);
      assert.equal(revision, 1 + count);
      assert.deepEqual(
        await idsOf(store.events.readStream('account-1')),
        events.map(({ eventId }) => eventId),
      );
    });
  }
}

test('a deletion or the end of a deleted stream at no_stream spares what revived it meanwhile', async () => {
  for (const end of ['deleteStream', 'tombstoneStream'] as const) {
    await using store = await opened();
    await store.events.append('account-1', numbered(2), noStream);
    await store.events.deleteStream('account-1', any);
    const client = EventStoreDBClient.connectionString(store.server.connectionString);
    const read = client.readStream.bind(client);
    let looks = 0;
    const revival = numbered(1);
    Object.assign(client, {
      readStream: (...call: Parameters<typeof read>) =>
        (async function* slow() {
          const reading = read(...call);
          const all: unknown[] = [];
          for await (const event of reading) all.push(event);
          looks += 1;
          if (looks === 1) await store.events.append('account-1', revival, any);
          yield* all;
        })(),
    });
    const { events, close } = await eventStoreDB({ client: () => client }).open();
    await events[end]('account-1', noStream).catch(() => {});
    await close();
    assert.deepEqual(await idsOf(store.events.readStream('account-1')), [revival[0]?.eventId], end);
  }
});

for (const expectedRevision of ['stream_exists', 'any', 'no_stream', 1] as const) {
  for (const deleted of ['any', 1] as const) {
    test(`a stream that was deleted at ${deleted} is ended for good at ${expectedRevision}`, async () => {
      await using store = await opened();
      await store.events.append('account-1', numbered(2), noStream);
      await store.events.deleteStream('account-1', { expectedRevision: deleted });
      await store.events.tombstoneStream('account-1', { expectedRevision });
      const reading = errorOf(idsOf(store.events.readStream('account-1')));
      assert.deepEqual([(await reading)['code'], (await reading)['tombstone']], ['STREAM_DELETED', true]);
    });
  }
}

test('who does not mean to revive repeats an append at no_stream to a deleted stream', async () => {
  for (const expectedRevision of ['any', 1] as const) {
    await using store = await opened();
    const events = numbered(2);
    await store.events.append('account-1', events, noStream);
    await store.events.deleteStream('account-1', { expectedRevision });
    const meaning = { ...noStream, revive: false };
    assert.equal((await store.events.append('account-1', events, meaning)).repeated, true);
    for (const [others, code] of [
      [numbered(2), 'STREAM_DELETED'],
      [[...events.slice(0, 1), ...numbered(1)], 'WRONG_EXPECTED_REVISION'],
    ] as const)
      assert.equal((await errorOf(store.events.append('account-1', others, meaning)))['code'], code);
    assert.equal((await errorOf(idsOf(store.events.readStream('account-1'))))['code'], 'STREAM_NOT_FOUND');
  }
});

test('a subscriber skips nothing where another takes back a deletion that was none', async () => {
  await using store = await opened();
  await store.events.append('account-1', numbered(2), noStream);
  await using one = await held(store.server.connectionString);
  const deleting = errorOf(one.events.deleteStream('account-1', atLast));
  await one.arrived;
  await store.events.append('account-1', numbered(1), atLast);
  await one.sendAndKill();
  await deleting;
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  const read = client.readStream.bind(client);
  Object.assign(client, {
    readStream: (...call: Parameters<typeof read>) =>
      (async function* late() {
        if (call[0] === '$$account-1') await store.events.readStreamMetadata('account-1');
        yield* read(...call);
      })(),
  });
  const { events, close } = await eventStoreDB({ client: () => client }).open();
  const revisions: number[] = [];
  for await (const message of events.subscribeToStream('account-1')) {
    if (message.kind === 'events') revisions.push(...message.events.map(({ revision }) => revision));
    if (revisions.at(-1) === 2) break;
  }
  await close();
  assert.deepEqual(revisions, [0, 1, 2]);
});

test('who deletes a stream does not revive it in the same turn, whatever was read before', async () => {
  await using store = await opened();
  await store.events.append('account-1', numbered(2), noStream);
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  const [read, append] = [client.readStream.bind(client), client.appendToStream.bind(client)];
  let show = () => {};
  let reads = 0;
  const shown = new Promise<void>((resolve) => {
    show = resolve;
  });
  Object.assign(client, {
    appendToStream: async (...call: Parameters<typeof append>) => {
      const result = await append(...call);
      if (call[0] === '$$account-1') {
        show();
        for (let waited = 0; waited < 100; waited += 1) await undefined;
      }
      return result;
    },
    readStream: (...call: Parameters<typeof read>) =>
      (async function* late() {
        if (call[0] === 'account-1') reads += 1;
        const isFirst = call[0] === 'account-1' && reads === 1;
        for await (const event of read(...call)) yield event;
        if (isFirst) await shown;
      })(),
  });
  const { events, close } = await eventStoreDB({ client: () => client }).open();
  const reading = idsOf(events.readStream('account-1'));
  await until(() => reads === 1, 'the reading has begun');
  await events.deleteStream('account-1');
  const again = events.append('account-1', numbered(1), { expectedRevision: 1, revive: false });
  assert.equal((await errorOf(again))['code'], 'STREAM_DELETED');
  assert.equal((await reading).length, 2);
  await close();
});

test('several events at no_stream are written whole or not at all, whoever revives and deletes meanwhile', async () => {
  await using store = await opened();
  await store.events.append('account-1', numbered(2), noStream);
  await store.events.deleteStream('account-1', atLast);
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  const tool = EventStoreDBClient.connectionString(store.server.connectionString);
  const append = client.appendToStream.bind(client);
  let appends = 0;
  Object.assign(client, {
    appendToStream: async (...call: Parameters<typeof append>) => {
      appends += 1;
      if (appends === 2) {
        await store.events.append('account-1', numbered(1), any);
        await tool.deleteStream('account-1');
      }
      return append(...call);
    },
  });
  const { events, close } = await eventStoreDB({ client: () => client }).open();
  const error = await errorOf(events.append('account-1', numbered(2), noStream));
  assert.deepEqual([error['code'], appends], ['WRONG_EXPECTED_REVISION', 2]);
  assert.equal((await idsOf(store.events.readAll())).length, 3);
  await close();
  await tool.dispose();
});

for (const expectedRevision of ['any', 1] as const) {
  test(`how a stream began that was deleted at ${expectedRevision} and then at 2 is known without the log`, async () => {
    await using store = await opened();
    await store.events.append('account-1', numbered(2), noStream);
    await store.events.deleteStream('account-1', { expectedRevision });
    await store.events.append('account-1', numbered(1), any);
    await store.events.changeStreamMetadata('account-1', { maxCount: 3 });
    await store.events.deleteStream('account-1', { expectedRevision: 2 });
    const { readAll } = store.server.seenCalls;
    assert.equal((await store.events.append('account-1', numbered(2), noStream)).revision, 4);
    assert.equal(store.server.seenCalls.readAll, readAll);
  });
}

test('where another tool has deleted the note how a stream began, the log tells', async () => {
  await using store = await opened();
  const first = numbered(2);
  await store.events.append('account-1', first, noStream);
  const tool = EventStoreDBClient.connectionString(store.server.connectionString);
  await tool.deleteStream('account-1');
  await tool.dispose();
  await store.events.append('account-1', numbered(1), any);
  await store.events.deleteStream('account-1', { expectedRevision: 2 });
  const longer = [...first, ...numbered(1)];
  assert.equal((await errorOf(store.events.append('account-1', longer, noStream)))['code'], 'WRONG_EXPECTED_REVISION');
  assert.equal((await store.events.append('account-1', numbered(2), noStream)).revision, 4);
});

test('a revival whose acknowledgement is lost is not made again where others delete the stream meanwhile', async () => {
  await using store = await opened({ timeout: 1_000, retryFor: 5_000, batchAppends: false });
  await store.events.append('account-1', numbered(2), noStream);
  await store.events.deleteStream('account-1');
  const other = await store.another();
  await other.events.head();
  store.server.faults.commitWithoutAcknowledging({ calls: ['append'], times: 1 });
  const appending = store.events.append('account-1', numbered(1), noStream);
  await until(() => store.server.faults.met === 1, 'the append has arrived');
  await other.events.deleteStream('account-1');
  assert.equal((await appending).revision, 2);
  assert.equal((await errorOf(idsOf(store.events.readStream('account-1'))))['code'], 'STREAM_NOT_FOUND');
  assert.equal((await idsOf(store.events.readAll())).length, 3);
});

test('a revival whose acknowledgement is lost is found behind deletions and revivals by others', async () => {
  await using store = await opened({ timeout: 1_000, retryFor: 5_000, batchAppends: false });
  await store.events.append('account-1', numbered(2), noStream);
  await store.events.deleteStream('account-1');
  const other = await store.another();
  await other.events.head();
  store.server.faults.commitWithoutAcknowledging({ calls: ['append'], times: 1 });
  const events = numbered(2);
  const appending = store.events.append('account-1', events, noStream);
  await until(() => store.server.faults.met === 1, 'the append has arrived');
  const tool = EventStoreDBClient.connectionString(store.server.connectionString);
  await tool.deleteStream('account-1');
  await tool.dispose();
  await other.events.append('account-1', numbered(1), any);
  const { revision, position, repeated } = await appending;
  const stored = [];
  for await (const event of store.events.readAll()) stored.push(event);
  const last = stored.find(({ eventId }) => eventId === events[1]?.eventId);
  assert.deepEqual([revision, position, repeated], [3, last?.position, false]);
  assert.equal(stored.length, 5);
});

test.run();
