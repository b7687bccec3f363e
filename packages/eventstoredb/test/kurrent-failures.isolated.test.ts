/** Servers that go, seen through `@kurrent/kurrentdb-client`; and what happens where the other client is loaded beside it. */
import assert from 'node:assert/strict';
import { type StoredEvent, WrongExpectedRevisionError } from '@tidemark/core';
import { test } from 'uvu';
import { type EventStoreDBOptions, eventStoreDB } from '../src/index.ts';
import { errorOf, idsOf, noStream, numbered, until } from './adapter/saying.ts';
import { through } from './kurrent-target.ts';
import { serversOfAnotherProcess } from './servers.ts';

const servers = serversOfAnotherProcess();
test.after(() => servers.end());

const open = (address: string, options?: EventStoreDBOptions) => eventStoreDB(through(address), options).open();

test('a server that is killed and started again under writers and a subscription loses, skips and doubles nothing', async () => {
  const address = await servers.start();
  const { events, close } = await open(address, { timeout: 2_000 });
  const seen: StoredEvent[] = [];
  const ending = new AbortController();
  const following = (async () => {
    for await (const message of events.subscribeToAll({ signal: ending.signal })) {
      if (message.kind === 'events') seen.push(...message.events);
    }
  })();
  let isOver = false;
  const write = async (_: unknown, writer: number) => {
    const written: string[] = [];
    for (let last: number | undefined; !isOver; ) {
      const [event] = numbered(1, written.length);
      assert.ok(event);
      const expected = last === undefined ? noStream : { expectedRevision: last };
      ({ revision: last } = await events.append(`writer-${writer}`, [event], expected));
      written.push(event.eventId);
    }
    return written;
  };
  const writing = Promise.all(Array.from({ length: 8 }, write));
  for (let round = 0; round < 2; round += 1) {
    const before = seen.length;
    await until(() => seen.length > before + 50, 'events come');
    await servers.restart(address);
  }
  const before = seen.length;
  await until(() => seen.length > before + 50, 'events come again');
  isOver = true;
  const written = await writing;
  await until(async () => seen.at(-1)?.position === (await events.head()), 'all was seen');
  for (const [writer, ids] of written.entries()) {
    const own = seen.filter(({ streamName }) => streamName === `writer-${writer}`);
    assert.deepEqual(
      own.map(({ eventId }) => eventId),
      ids,
    );
  }
  ending.abort();
  await following;
  await close();
  await until(
    async () => Object.values(await servers.openCalls(address)).every((open) => open === 0),
    'no call is open',
  );
  await servers.stop(address);
});

test('what a server refuses, and one that is not there, are told as through the other client', async () => {
  const address = await servers.start();
  const { events, close } = await open(address, { timeout: 2_000, retryFor: 100 });
  await events.append('account-1', numbered(2), noStream);
  const condition = await events.condition?.();
  const node = /127\.0\.0\.1:\d+/.exec(address)?.[0];
  assert.deepEqual([condition?.node, condition?.leader?.address], [node, node]);
  const error = (await errorOf(events.append('account-1', numbered(1), noStream))) as unknown;
  assert.ok(error instanceof WrongExpectedRevisionError);
  assert.equal(error.actual, 1);
  assert.equal((await errorOf(idsOf(events.readStream('account-2'))))['code'], 'STREAM_NOT_FOUND');
  await events.tombstoneStream('account-1');
  assert.equal((await errorOf(idsOf(events.readStream('account-1'))))['code'], 'STREAM_DELETED');
  await servers.stop(address);
  for (const call of [
    () => events.head(),
    () => idsOf(events.readStream('account-3')),
    () => events.append('account-3', numbered(1), noStream),
  ])
    assert.match(String((await errorOf(call()))['code']), /^(STORE_UNREACHABLE|OUTCOME_UNKNOWN)$/);
  await close();
});

test('a client that was asked to read before there was a server reads as soon as there is one', async () => {
  const address = await servers.start();
  await servers.stop(address);
  const { events, close } = await open(address, { timeout: 2_000, retryFor: 50 });
  assert.equal((await errorOf(events.head()))['code'], 'STORE_UNREACHABLE');
  assert.equal(await servers.start({ port: Number(new URL(address).port) }), address);
  const [event] = numbered(1);
  assert.ok(event);
  await until(
    () =>
      events.head().then(
        () => true,
        () => false,
      ),
    'it reads',
  );
  await events.append('account-1', [event], noStream);
  assert.deepEqual(await idsOf(events.readStream('account-1')), [event.eventId]);
  await close();
  await servers.stop(address);
});

// The last one: this process is spoilt by it.
test('once the other client is loaded, too, no store is opened', async () => {
  const address = await servers.start();
  await import('@eventstore/db-client');
  const { events, close } = await open(address);
  const error = await errorOf(events.append('account-1', numbered(1), noStream));
  assert.equal(error['code'], 'CONFIGURATION');
  assert.match(error.message, /found both @eventstore\/db-client and @kurrent\/kurrentdb-client in one process/);
  await close();
  await servers.stop(address);
});

test.run();
