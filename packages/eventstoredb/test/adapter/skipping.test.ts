/** A subscription with a filter lets the server leave out what is not wanted, and misses nothing for it. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { type EventFilter, eventData, StoredEvent } from '@tidemark/core';
import { suite } from 'uvu';
import { serverFilter } from '../../src/server-filter.ts';
import { Skipping } from '../../src/skipping.ts';
import { any, type Opened, opened, until } from './opened.ts';

const test = suite('a filtered subscription');

/** One event in a hundred is wanted. */
async function filled(store: Opened, count: number): Promise<void> {
  for (let first = 0; first < count; first += 500) {
    const others = Array.from({ length: 495 }, (_, index) => eventData('Other', { number: first + index }));
    const wanted = Array.from({ length: 5 }, (_, index) => eventData('Wanted', { number: first / 100 + index }));
    await store.events.append('other.stream-1', others, any);
    await store.events.append('wanted-1', wanted, any);
  }
}

/** The numbers of the first so many events. */
async function numbersOf({ events }: Opened, filter: EventFilter, count: number): Promise<readonly number[]> {
  const numbers: number[] = [];
  for await (const message of events.subscribeToAll({ filter })) {
    if (message.kind !== 'events') continue;
    for (const { data } of message.events) numbers.push((data as { number: number }).number);
    if (numbers.length >= count) break;
  }
  return numbers;
}

function eventAt(position: number): StoredEvent {
  return new StoredEvent(`${position}`, 'Wanted', '{}', null, 'wanted-1', 'wanted', position, position, 0);
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

test('comes through a long log with few pages, by whatever it filters, and goes on with what is new', async () => {
  await using store = await opened();
  const count = 8_000;
  await filled(store, count);
  let next = count / 100;
  const filters: Readonly<Record<string, EventFilter>> = {
    'by category': { categories: ['wanted'] },
    'by type': { types: ['Wanted', 'Never'] },
    'by prefix': { prefixes: ['wan', 'n'] },
    'by two kinds': { categories: ['wanted', 'other'], types: ['Wanted'] },
  };
  for (const [title, filter] of Object.entries(filters)) {
    const before = store.server.seenCalls.readAll;
    const reading = numbersOf(store, filter, next + 5);
    await until(() => store.server.openCalls.subscribeToAll > 0, 'the server is asked');
    for (const last = next + 5; next < last; next += 1)
      await store.events.append('wanted-2', [eventData('Wanted', { number: next })], any);
    assert.deepEqual(await reading, upTo(next), title);
    const pages = store.server.seenCalls.readAll - before;
    assert.ok(pages < 16, `${title}: ${pages} pages`);
    await until(() => store.server.openCalls.subscribeToAll === 0, 'no call is open');
  }
});

test('a position that is told ahead of events counts only when these were handed on', async () => {
  const held = new PassThrough({ objectMode: true, highWaterMark: 64 });
  let tell: (position: number) => void = () => {};
  const skipping = new Skipping((checkpointReached) => {
    tell = (position) => checkpointReached(undefined, { commit: BigInt(position) });
    return held;
  }, 0);
  const { signal } = new AbortController();
  for (let position = 1; position <= 30; position += 1) held.write(eventAt(position));
  tell(40);
  const first = await skipping.next(10, [signal]);
  assert.deepEqual([first.events.length, first.place], [10, 10]);
  const second = await skipping.next(20, [signal]);
  assert.deepEqual([second.events.length, second.events[0]?.position, second.place], [20, 11, 40]);
  skipping.end();
});

test('events that come between the end and its telling are handed on, or lie behind the place', async () => {
  const held = new PassThrough({ objectMode: true, highWaterMark: 64 });
  let tell: (position: bigint) => void = () => {};
  const skipping = new Skipping((checkpointReached) => {
    tell = (commit) => checkpointReached(undefined, { commit });
    return held;
  }, 0);
  const found = skipping.next(100, [new AbortController().signal]);
  setTimeout(() => {
    held.pause();
    for (let position = 1; position <= 5; position += 1) held.write(eventAt(position));
    tell(40n);
    held.emit('caughtUp');
    held.resume();
  });
  const { events, place } = await found;
  assert.equal(skipping.isOver, true);
  assert.ok(events.length === 5 || place <= events.length, `${events.length} events, and the place is ${place}`);
});

test('nothing behind an event that cannot be taken counts', async () => {
  const held = new PassThrough({ objectMode: true });
  let tell: (position: bigint) => void = () => {};
  const skipping = new Skipping((checkpointReached) => {
    tell = (commit) => checkpointReached(undefined, { commit });
    return held;
  }, 0);
  const { signal } = new AbortController();
  const found = skipping.next(100, [signal]);
  held.write(eventAt(1));
  held.write({ event: { position: { commit: 2n ** 60n, prepare: 0n } } });
  held.write(eventAt(3));
  tell(40n);
  const parts = [await found];
  await new Promise((resolve) => setTimeout(resolve, 5));
  parts.push(await skipping.next(100, [signal]));
  assert.deepEqual(
    parts.flatMap(({ events }) => events.map(({ position }) => position)),
    [1],
  );
  assert.deepEqual([parts[1]?.place, skipping.isOver], [1, true]);
});

test('a position that no number can hold ends it, and throws nothing into the client', async () => {
  const held = new PassThrough({ objectMode: true });
  let tell: (position: bigint) => void = () => {};
  const skipping = new Skipping((checkpointReached) => {
    tell = (commit) => checkpointReached(undefined, { commit });
    return held;
  }, 7);
  tell(2n ** 60n);
  const { signal } = new AbortController();
  assert.deepEqual([await skipping.next(10, [signal]), skipping.isOver], [{ events: [], place: 7 }, true]);
});

test('misses and doubles nothing when the server drops it, again and again', async () => {
  await using store = await opened();
  await filled(store, 8_000);
  const dropping = setInterval(() => {
    store.server.faults.overflowSubscriptions();
    // Not more often than a page takes, or nobody would come any further.
    if (store.server.openCalls.subscribeToAll > 0 && store.server.openCalls.readAll === 0)
      store.server.faults.dropConnections();
  }, 20);
  try {
    assert.deepEqual(await numbersOf(store, { categories: ['wanted'] }, 80), upTo(80));
  } finally {
    clearInterval(dropping);
  }
});

test('goes on by pages where the server does not answer it', async () => {
  await using store = await opened();
  await filled(store, 3_000);
  store.server.faults.neverAnswer({ calls: ['subscribeToAll'], times: 1 });
  assert.deepEqual(await numbersOf(store, { categories: ['wanted'] }, 30), upTo(30));
});

test('ends with its store, also while the server is silent', async () => {
  const store = await opened();
  await filled(store, 3_000);
  store.server.faults.neverAnswer({ calls: ['subscribeToAll'] });
  const reading = numbersOf(store, { categories: ['nowhere'] }, 1);
  await until(() => store.server.openCalls.subscribeToAll === 1, 'the server is asked');
  await store[Symbol.asyncDispose]();
  assert.deepEqual(await reading, []);
});

test('sends only what .NET and JavaScript read alike, and one kind at most', () => {
  assert.deepEqual(serverFilter({ categories: ['a.b', 'c$'] }), {
    filterOn: 'streamName',
    regex: '^(a\\.b|c\\$)(-|$)',
  });
  assert.deepEqual(serverFilter({ types: ['Größe'], categories: ['user'] })?.filterOn, 'streamName');
  for (const filter of [undefined, {}, { types: [] }, { types: ['Größe'] }, { types: ['a\nb'] }])
    assert.equal(serverFilter(filter), undefined);
  assert.equal(serverFilter({ types: Array.from({ length: 1_000 }, (_, index) => `Type${index}`) }), undefined);
});

test.run();
