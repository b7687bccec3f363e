/** Readings of a client that gives generators: they are ended as streams are. */
import assert from 'node:assert/strict';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { test } from 'uvu';
import type { ClientReading } from '../../src/client-type.ts';
import { readWhole } from '../../src/reading.ts';
import { errorOf, idsOf, noStream, numbered, opened } from './opened.ts';

const created = new Date();

async function* eventsOf(text: string, ended: () => void) {
  try {
    for (let revision = 0n; ; revision += 1n) {
      const place = { revision, position: { commit: revision, prepare: revision } };
      yield { event: { streamId: 'a-1', id: 'x', type: 'Said', data: { text }, isJson: true, created, ...place } };
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    ended();
  }
}

test('a generator is ended when its reader is told to stop', async () => {
  let ended = 0;
  const reading = eventsOf('short', () => {
    ended += 1;
  });
  const stopping = new AbortController();
  const whole = errorOf(readWhole(reading as unknown as ClientReading, 5_000, [stopping.signal]));
  setTimeout(() => stopping.abort(new RangeError('enough')), 5);
  assert.ok((await whole) instanceof RangeError);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(ended, 1);
});

test('a generator is ended when it has given as much as fits into a page', async () => {
  let ended = 0;
  const reading = eventsOf('x'.repeat(1_000_000), () => {
    ended += 1;
  });
  const { events, isCut } = await readWhole(reading as unknown as ClientReading, 5_000, []);
  assert.deepEqual([isCut, events.length], [true, 9]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(ended, 1);
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
