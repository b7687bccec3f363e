/** Leaving `app.events(…)`: at once, whatever it waits for, and without a trace in the store. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { type Application, createApplication, eventData, memory, type RecordedEvent } from '@tidemark/core';
import { test } from 'uvu';
import { counting } from './counting.ts';

type Events = AsyncIterator<RecordedEvent, undefined>;
const log = Array.from({ length: 600 }, (_, number) => eventData('Ticked', { number }));

/** An application on a log of 600 events, the open subscriptions of its store, and how many events these handed out. */
async function following(run: (app: Application, store: ReturnType<typeof counting>) => Promise<void>): Promise<void> {
  const store = counting(memory());
  const app = await createApplication({ store: store.provider });
  await app.eventStore.append('tick-1', log, { expectedRevision: 'any' });
  await run(app, store);
  await app.stop();
}

/** An iterator that waits for what is to come, and what waits for it. */
async function waiting(app: Application, signal?: AbortSignal) {
  const iterator = app.events({}, { after: 'end', signal })[Symbol.asyncIterator]() as Required<Events>;
  const next = iterator.next();
  for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
  return { iterator, next };
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => setTimeout(reject, 2_000, new Error('it hangs')).unref());
  return Promise.race([promise, late]);
}

test('return() while a next() waits ends both at once, and frees the subscription', () =>
  following(async (app, store) => {
    const { signal } = new AbortController();
    const { iterator, next } = await waiting(app, signal);
    assert.equal(store.open, 1);
    assert.deepEqual(await inTime(iterator.return()), { done: true, value: undefined });
    assert.deepEqual(await inTime(next), { done: true, value: undefined });
    assert.deepEqual(await inTime(iterator.next()), { done: true, value: undefined });
    await new Promise(setImmediate);
    assert.deepEqual([store.open, getEventListeners(signal, 'abort').length], [0, 0]);
  }));

test('throw() while a next() waits ends that, and rejects with what was thrown', () =>
  following(async (app, store) => {
    const { iterator, next } = await waiting(app);
    await assert.rejects(inTime(iterator.throw(new Error('enough'))), { message: 'enough' });
    assert.deepEqual(await inTime(next), { done: true, value: undefined });
    await new Promise(setImmediate);
    assert.equal(store.open, 0);
  }));

test('leaving a loop frees the subscription before what follows the loop', () =>
  following(async (app, store) => {
    for await (const _ of app.events()) break;
    assert.equal(store.open, 0);
    await assert.rejects(async () => {
      for await (const _ of app.events()) throw new Error('enough');
    });
    assert.equal(store.open, 0);
  }));

test('return() before the first next() reads nothing', () =>
  following(async (app, store) => {
    const { signal } = new AbortController();
    const iterator = app.events({}, { signal })[Symbol.asyncIterator]() as Required<Events>;
    assert.deepEqual(await iterator.return(), { done: true, value: undefined });
    assert.deepEqual(await iterator.next(), { done: true, value: undefined });
    assert.deepEqual([store.begun, getEventListeners(signal, 'abort').length], [0, 0]);
  }));

test('many next() at once get the events in order, each once', () =>
  following(async (app) => {
    const iterator = app.events()[Symbol.asyncIterator]() as Required<Events>;
    const results = await inTime(Promise.all(log.map(() => iterator.next())));
    assert.deepEqual(
      results.map(({ value }) => value?.revision),
      log.map((_, number) => number),
    );
    await iterator.return();
    const pages = app.eventStore.readAll()[Symbol.asyncIterator]();
    const read = await Promise.all(log.map(() => pages.next()));
    assert.deepEqual(
      read.map(({ value }) => value?.revision),
      log.map((_, number) => number),
    );
  }));

test('what is left in the middle of a page gives none of its rest', () =>
  following(async (app) => {
    const iterator = app.events()[Symbol.asyncIterator]() as Required<Events>;
    await iterator.next();
    const [next] = await Promise.all([iterator.next(), iterator.return()]);
    assert.equal(next.value?.revision, 1);
    assert.deepEqual(await iterator.next(), { done: true, value: undefined });
  }));

test.run();
