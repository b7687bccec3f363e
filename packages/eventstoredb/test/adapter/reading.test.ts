/** Readings of a client that gives generators, and readings that end early. */
import assert from 'node:assert/strict';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { test } from 'uvu';
import type { ClientReading, EventStoreClient } from '../../src/client-type.ts';
import { eventStoreDB } from '../../src/index.ts';
import { readWhole } from '../../src/reading.ts';
import { errorOf, idsOf, noStream, numbered, opened, until } from './opened.ts';

const created = new Date();
const megabyte = 'x'.repeat(1_000_000);

/** `count` events, each with this text. */
function generatorOf(count: number, text: string) {
  const progress = { given: 0, ended: false };
  async function* events() {
    try {
      for (; progress.given < count; progress.given += 1) {
        const revision = BigInt(progress.given);
        const place = { revision, position: { commit: revision, prepare: revision } };
        yield { event: { streamId: 'a-1', id: 'x', type: 'Said', data: { text }, isJson: true, created, ...place } };
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    } finally {
      progress.ended = true;
    }
  }
  return { reading: events() as unknown as ClientReading, progress };
}

test('a generator whose reader is told to stop is read to its end, as nothing else ends its call', async () => {
  const { reading, progress } = generatorOf(200, 'short');
  const stopping = new AbortController();
  const whole = errorOf(readWhole(reading, 5_000, [stopping.signal]));
  await until(() => progress.given > 3, 'some were read');
  stopping.abort(new RangeError('enough'));
  assert.ok((await whole) instanceof RangeError, 'the reader is told at once');
  await until(() => progress.ended, 'its end was read');
  assert.equal(progress.given, 200);
});

test('a generator that has given as much as fits into a page is read to its end', async () => {
  const { reading, progress } = generatorOf(20, megabyte);
  const { events, isCut } = await readWhole(reading, 5_000, []);
  assert.deepEqual([isCut, events.length], [true, 9]);
  await until(() => progress.ended, 'its end was read');
  assert.equal(progress.given, 20);
});

test('an event that is larger than a page is not all that a page has', async () => {
  const { reading } = generatorOf(4, megabyte.repeat(9));
  const { events, isCut } = await readWhole(reading, 5_000, []);
  assert.deepEqual([isCut, events.length], [true, 2]);
});

test('behind a page of large events no more are asked for than fitted into it', async () => {
  await using store = await opened();
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  const asked: unknown[] = [];
  for (const method of ['readStream', 'readAll'] as const) {
    const call = client[method].bind(client) as (...given: unknown[]) => unknown;
    Object.assign(client, {
      [method]: (...given: unknown[]) => {
        asked.push((given.at(-1) as { maxCount?: number }).maxCount);
        return call(...given);
      },
    });
  }
  const { events, close } = await eventStoreDB({ client: () => client as EventStoreClient }).open();
  for (let index = 0; index < 25; index += 1)
    await events.append('account-1', [{ ...numbered(1)[0], data: JSON.stringify(megabyte) }] as never, {
      expectedRevision: 'any',
    });
  const readings = {
    'a stream': () => idsOf(events.readStream('account-1')),
    'the log': () => idsOf(events.readAll({ direction: 'backwards' })),
  };
  for (const [what, read] of Object.entries(readings)) {
    asked.length = 0;
    assert.equal((await read()).length, 25, what);
    const behind = asked.slice(asked.findIndex((count) => Number(count) >= 128) + 1);
    assert.ok(behind.length >= 2 && behind.every((count) => Number(count) <= 18), `${what}: ${asked.join()}`);
  }
  await close();
});

test('a reading is whole, though another call costs it its client', async () => {
  await using store = await opened({ timeout: 1_000 });
  await store.events.append('account-1', numbered(3), noStream);
  store.server.faults.neverAnswer({ calls: ['batchAppend'], times: 1 });
  store.server.faults.answerLate(900, { calls: ['readStream', 'readAll'], times: 2 });
  const appending = store.events.append('account-2', numbered(1), noStream);
  await new Promise((resolve) => setTimeout(resolve, 400));
  const reading = [idsOf(store.events.readStream('account-1')), idsOf(store.events.readAll({ limit: 3 }))] as const;
  const [stream, log] = await Promise.all([...reading, appending]);
  assert.equal((await store.events.condition?.())?.reconnections, 1, 'the client was replaced');
  assert.deepEqual([stream.length, log.length], [3, 3]);
});

test('a log that begins with a server’s own events is not said to be empty', async () => {
  await using store = await opened();
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  const stats = Array.from({ length: 300 }, () => jsonEvent({ type: '$statsCollected', data: {} }));
  await client.appendToStream('$stats-127.0.0.1', stats, { credentials: { username: 'any', password: 'any' } });
  await store.events.append('account-1', numbered(1), noStream);
  for await (const { kind } of store.events.subscribeToAll()) {
    assert.equal(kind, 'events');
    break;
  }
  await client.dispose();
});

test.run();
