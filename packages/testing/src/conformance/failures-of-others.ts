/**
 * What was seen to break in other frameworks on the same ground, one rule for each: its title tells the failure, its check
 * shows that it does not happen here. Each is looked at by name, even where another theme covers the ground.
 */
import assert from 'node:assert/strict';
import { eventData } from '@tidemark/core';
import { Follower } from './follower.ts';
import { all, any, at, nextTurn, noStream, numbered, numbers, one, range, refused, streamExists } from './language.ts';
import type { Rules } from './rule.ts';

export const failuresOfOthers: Rules = {
  '`no_stream` was accepted on an existing stream': async ({ events }) => {
    await events.append('account-1', numbered(1), noStream);
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), noStream));
    assert.equal((await all(events.readStream('account-1'))).length, 1);
  },

  '`stream_exists` was accepted on a missing stream': async ({ events }) => {
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), streamExists));
    assert.equal(await events.head(), 0);
  },

  'two processes created one stream, and both were told so': async ({ events, openAnother }) => {
    const other = await openAnother();
    const both = [events, other.events].map((opening) => opening.append('account-1', numbered(2), noStream));
    const outcomes = await Promise.allSettled(both);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.equal((await all(other.events.readStream('account-1'))).length, 2);
  },

  'one append, repeated at the same expected revision, gave two events': async ({ events }) => {
    await events.append('account-1', numbered(3), noStream);
    const event = one(3);
    for (const _ of range(2)) assert.equal((await events.append('account-1', [event], at(2))).revision, 3);
    assert.deepEqual(await numbers(events.readStream('account-1')), [0, 1, 2, 3]);
  },

  'a consumer was told revision 1 of an event at revision 4': async ({ events }) => {
    const subscription = new Follower((signal) => events.subscribeToAll({ signal }));
    await events.append('account-1', numbered(3), any);
    await events.append('account-2', numbered(1), any);
    await events.append('account-1', numbered(2, 3), at(2));
    await subscription.take(6);
    assert.deepEqual(
      subscription.seen.map(({ revision }) => revision),
      [0, 1, 2, 0, 3, 4],
    );
  },

  '`from` 1 with a limit of 1 gave two events': async ({ events }) => {
    await events.append('account-1', numbered(5), any);
    assert.deepEqual(await numbers(events.readStream('account-1', { from: 1, limit: 1 })), [1]);
  },

  'Date, bigint and Map came back as text, text and an empty object': async ({ events }) => {
    const data = { at: new Date(1_700_000_000_123), amount: 2n ** 64n, limits: new Map([['day', 5]]) };
    await events.append('account-1', [eventData('Opened', data)], any);
    const [read] = await all(events.readStream('account-1'));
    assert.deepEqual(read?.data, data);
  },

  'of 1,500 appends at once 499 were rejected': async ({ events }) => {
    await Promise.all(range(1_500).map((number) => events.append(`account-${number}`, numbered(1), noStream)));
    assert.equal((await all(events.readAll())).length, 1_500);
  },

  'an append of 3,300 events had too many variables': async ({ events }) => {
    assert.equal((await events.append('account-1', numbered(3_300), noStream)).revision, 3_299);
  },

  'a rejected append moved the revision, so that the next right one was rejected too': async ({ events }) => {
    await events.append('account-1', numbered(2), noStream);
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), at(0)));
    await events.append('account-1', numbered(1, 2), at(1));
    assert.deepEqual(
      (await all(events.readStream('account-1'))).map(({ revision }) => revision),
      [0, 1, 2],
    );
  },

  'two consumers with one name both handled every event': async ({ events, readModels, openAnother }) => {
    await events.append('account-1', numbered(13), any);
    const other = await openAnother();
    const checkpoint = { logId: await events.logId(), position: 13, eventId: '' };
    const racing = [readModels, other.readModels].map(async (store) => {
      const { id } = await store.begin({ name: 'balances', version: 1 }, { indexes: [], tables: [] });
      await store.transact(id, { expected: undefined, run: () => checkpoint });
    });
    const outcomes = await Promise.allSettled(racing);
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  },

  'a live event took 300 ms to arrive, as the consumer slept between looks': async ({ events }) => {
    const subscription = new Follower((signal) => events.subscribeToAll({ signal }));
    await subscription.untilCaughtUp();
    const times: number[] = [];
    for (const number of range(21)) {
      for (const _ of range(number % 3)) await nextTurn();
      const written = performance.now();
      await events.append('account-1', numbered(1, number), any);
      await subscription.take(number + 1);
      times.push(performance.now() - written);
    }
    const median = times.toSorted((a, b) => a - b)[10] ?? 0;
    assert.ok(median < 50, `half of the events took more than ${median.toFixed(0)} ms`);
  },

  'an expected revision on a missing stream was a SyntaxError': async ({ events }) => {
    const error = await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), at(5)));
    assert.deepEqual([error['expected'], error['actual']], [5, undefined]);
  },

  "the user's filter was overwritten, and its checkpoints were not kept": async ({ events }) => {
    for (const number of range(60))
      await events.append(number % 2 ? 'loan-1' : 'account-1', numbered(10, number * 10), any);
    const filter = { types: ['Numbered'], categories: ['loan'] };
    const subscription = new Follower((signal) => events.subscribeToAll({ filter, signal }));
    await subscription.untilCaughtUp();
    assert.deepEqual(new Set(subscription.seen.map(({ category }) => category)), new Set(['loan']));
    await events.append('account-1', numbered(500), any);
    await subscription.untilAt(await events.head());
    const resumed = new Follower((signal) => events.subscribeToAll({ filter, after: subscription.progress, signal }));
    await resumed.untilCaughtUp();
    assert.deepEqual([subscription.seen.length, resumed.seen.length], [300, 0]);
  },

  'a revision to read up to was passed as a count': async ({ events }) => {
    await events.append('account-1', numbered(10), any);
    assert.deepEqual(await numbers(events.readStream('account-1', { from: 6, limit: 3 })), [6, 7, 8]);
    assert.deepEqual(
      await numbers(events.readStream('account-1', { direction: 'backwards', from: 6, limit: 3 })),
      [6, 5, 4],
    );
  },

  'a subscription skipped events that were committed while it caught up': async ({ events, openAnother }) => {
    const other = await openAnother();
    await events.append('account-0', numbered(500), any);
    const write = async (opening: typeof events, name: string) => {
      for (const number of range(40)) await opening.append(name, numbered(1 + (number % 3), number), any);
    };
    const writing = Promise.all([
      write(events, 'account-1'),
      write(events, 'account-2'),
      write(other.events, 'account-3'),
    ]);
    let after = 0;
    const handled: number[] = [];
    const total = 500 + 3 * range(40).reduce((sum, number) => sum + 1 + (number % 3), 0);
    while (handled.length < total) {
      // Begins anew from its checkpoint all the time, as after a crash.
      const subscription = new Follower((signal) => events.subscribeToAll({ after, signal }));
      await subscription.until(({ kind }) => kind === 'progress');
      await subscription.leave();
      await nextTurn();
      handled.push(...subscription.seen.map(({ position }) => position));
      after = subscription.progress;
    }
    await writing;
    assert.deepEqual(
      handled,
      (await all(events.readAll())).map(({ position }) => position),
    );
  },
};
