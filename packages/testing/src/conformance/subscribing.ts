import assert from 'node:assert/strict';
import { Follower } from './follower.ts';
import { all, any, at, nextTurn, numbered, numbers, range } from './language.ts';
import { largestPage } from './reading-streams.ts';
import type { Rules } from './rule.ts';

export const subscribing: Rules = {
  'from the beginning: every event once, in order, then that there is no more': async ({ events }) => {
    for (const number of range(30)) await events.append(`account-${number % 3}`, numbered(10, number * 10), any);
    const subscription = new Follower((signal) => events.subscribeToAll({ signal }));
    await subscription.untilCaughtUp();
    assert.deepEqual(subscription.numbers, range(300));
    assert.equal(subscription.progress, await events.head());
  },

  '`after` is exclusive, for the log and for a stream': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.append('account-2', numbered(3, 3), any);
    const [, , third] = await all(events.readAll());
    const log = new Follower((signal) => events.subscribeToAll({ after: third?.position, signal }));
    await log.untilCaughtUp();
    assert.deepEqual(log.numbers, [3, 4, 5]);
    const stream = new Follower((signal) => events.subscribeToStream('account-2', { after: 0, signal }));
    await stream.untilCaughtUp();
    assert.deepEqual(stream.numbers, [4, 5]);
  },

  'goes on exactly where each checkpoint was taken': async ({ events }) => {
    for (const number of range(60)) await events.append(`account-${number % 2}`, numbered(10, number * 10), any);
    const filter = { categories: ['account'], prefixes: ['account-1'] };
    const whole = await numbers(events.readAll({ filter }));
    let after = 0;
    const handled: number[] = [];
    for (let run = 0; handled.length < whole.length; run += 1) {
      assert.ok(run <= whole.length, 'no progress was made');
      const subscription = new Follower((signal) => events.subscribeToAll({ after, filter, signal }));
      await subscription.until(({ kind }) => kind === 'progress');
      handled.push(...subscription.numbers);
      after = subscription.progress;
      await subscription.leave();
    }
    assert.deepEqual(handled, whole);
  },

  'of an empty log: says so, and waits': async ({ events }) => {
    const subscription = new Follower((signal) => events.subscribeToAll({ signal }));
    assert.deepEqual(await subscription.pull(), { kind: 'empty' });
    await events.append('account-1', numbered(1), any);
    await subscription.take(1);
  },

  'of a missing stream: waits for it': async ({ events }) => {
    await events.append('account-2', numbered(1, 9), any);
    const subscription = new Follower((signal) => events.subscribeToStream('account-1', { signal }));
    await subscription.untilCaughtUp();
    await events.append('account-2', numbered(1, 9), any);
    await events.append('account-1', numbered(2), any);
    await subscription.take(2);
    assert.deepEqual(subscription.numbers, [0, 1]);
  },

  'of a deleted stream: waits for its revival': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.deleteStream('account-1');
    const subscription = new Follower((signal) => events.subscribeToStream('account-1', { signal }));
    await subscription.untilCaughtUp();
    await events.append('account-1', numbered(2, 3), at(2));
    await subscription.take(2);
    assert.deepEqual(subscription.numbers, [3, 4]);
  },

  'from the end: says at once that it caught up there, and waits': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    const position = await events.head();
    const eventId = (await all(events.readAll())).at(-1)?.eventId;
    const log = new Follower((signal) => events.subscribeToAll({ after: position, signal }));
    const stream = new Follower((signal) => events.subscribeToStream('account-1', { after: 2, signal }));
    for (const subscription of [log, stream]) {
      assert.deepEqual(await subscription.pull(), { kind: 'progress', position, eventId, caughtUp: true });
    }
    await events.append('account-1', numbered(1, 3), any);
    await Promise.all([log.take(1), stream.take(1)]);
    assert.deepEqual([log.numbers, stream.numbers], [[3], [3]]);
  },

  'from beyond the end: nothing comes of what is not after that place': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    const after = (await events.head()) + 2;
    const log = new Follower((signal) => events.subscribeToAll({ after, signal }));
    const stream = new Follower((signal) => events.subscribeToStream('account-1', { after: 4, signal }));
    const pulling = Promise.all([log.take(1), stream.take(1)]);
    for (const number of range(7, 3)) {
      await events.append('account-1', numbered(1, number), any);
      await nextTurn();
    }
    await pulling;
    assert.deepEqual(
      log.seen.filter(({ position }) => position <= after),
      [],
    );
    assert.deepEqual(
      log.messages.filter((message) => message.kind === 'progress' && message.position < after),
      [],
    );
    assert.equal(stream.numbers[0], 5);
  },

  'comes in messages of a page at most': async ({ events }) => {
    await events.append('account-1', numbered(2_500), any);
    for (const subscribe of [
      (signal: AbortSignal) => events.subscribeToAll({ signal }),
      (signal: AbortSignal) => events.subscribeToStream('account-1', { signal }),
    ]) {
      const subscription = new Follower(subscribe);
      await subscription.untilCaughtUp();
      assert.deepEqual(subscription.numbers, range(2_500));
      for (const message of subscription.messages) {
        if (message.kind === 'events')
          assert.ok(message.events.length <= largestPage, `${message.events.length} at once`);
      }
    }
  },

  'a tombstone or a deletion takes nothing from a subscription to the log': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.append('account-2', numbered(3, 3), any);
    await events.tombstoneStream('account-1');
    await events.deleteStream('account-2');
    const subscription = new Follower((signal) => events.subscribeToAll({ signal }));
    await subscription.untilCaughtUp();
    assert.deepEqual(subscription.numbers, range(6));
  },
};
