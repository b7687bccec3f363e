import assert from 'node:assert/strict';
import { Follower } from './follower.ts';
import { all, any, at, noStream, numbered, numbers, range, refused, streamExists } from './language.ts';
import type { Rules } from './rule.ts';

export const truncating: Rules = {
  '`truncateBefore` hides the events before that revision': async ({ events }) => {
    await events.append('account-1', numbered(6), any);
    await events.changeStreamMetadata('account-1', { truncateBefore: 2 });
    assert.deepEqual(await numbers(events.readStream('account-1')), [2, 3, 4, 5]);
    assert.deepEqual(await numbers(events.readStream('account-1', { from: 1, limit: 2 })), [2, 3]);
    assert.deepEqual(await numbers(events.readStream('account-1', { from: 4 })), [4, 5]);
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards', from: 3 })), [3, 2]);
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards', from: 1 })), []);
  },

  '`maxCount` hides all but the last so many': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.changeStreamMetadata('account-1', { maxCount: 4 });
    assert.deepEqual(await numbers(events.readStream('account-1')), [0, 1, 2]);
    await events.append('account-1', numbered(3, 3), any);
    assert.deepEqual(await numbers(events.readStream('account-1')), [2, 3, 4, 5]);
    assert.deepEqual(await numbers(events.readStream('account-1', { from: 0, limit: 3 })), [2, 3, 4]);
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards' })), [5, 4, 3, 2]);
  },

  '`maxAge` hides events that were recorded longer ago than so many seconds': async ({ events, clock }) => {
    for (const number of range(6)) {
      await events.append('account-1', numbered(1, number), any);
      clock.advance(10_000);
    }
    await events.changeStreamMetadata('account-1', { maxAge: 25 });
    assert.deepEqual(await numbers(events.readStream('account-1')), [4, 5]);
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards', limit: 5 })), [5, 4]);
    assert.deepEqual(await numbers(events.readStream('account-1', { from: 0, limit: 1 })), [4]);
    clock.advance(60_000);
    assert.deepEqual(await numbers(events.readStream('account-1')), []);
  },

  'together they hide what any of them hides': async ({ events, clock }) => {
    await events.append('account-1', numbered(5), any);
    clock.advance(60_000);
    await events.append('account-1', numbered(5, 5), any);
    await events.changeStreamMetadata('account-1', { truncateBefore: 2, maxCount: 7 });
    assert.deepEqual(await numbers(events.readStream('account-1')), [3, 4, 5, 6, 7, 8, 9]);
    await events.changeStreamMetadata('account-1', { maxAge: 30 });
    assert.deepEqual(await numbers(events.readStream('account-1')), [5, 6, 7, 8, 9]);
    await events.changeStreamMetadata('account-1', { truncateBefore: 8 });
    assert.deepEqual(await numbers(events.readStream('account-1')), [8, 9]);
  },

  'a limit counts the events that are returned': async ({ events, clock }) => {
    for (const number of range(8)) {
      await events.append('account-1', numbered(100, number * 100), any);
      clock.advance(10_000);
    }
    await events.changeStreamMetadata('account-1', { maxAge: 35 });
    assert.deepEqual(await numbers(events.readStream('account-1', { limit: 3 })), [500, 501, 502]);
    assert.equal((await all(events.readStream('account-1', { direction: 'backwards', limit: 900 }))).length, 300);
  },

  'a stream with all events hidden is there, and empty': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.changeStreamMetadata('account-1', { truncateBefore: 100 });
    assert.deepEqual(await numbers(events.readStream('account-1')), []);
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards' })), []);
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), noStream));
    assert.equal((await events.append('account-1', numbered(1), streamExists)).revision, 3);
    assert.equal((await events.append('account-1', numbered(1), at(3))).revision, 4);
  },

  'can be set before the stream has events': async ({ events }) => {
    await events.changeStreamMetadata('account-1', { truncateBefore: 2, maxCount: 2 });
    await events.append('account-1', numbered(2), noStream);
    assert.deepEqual(await numbers(events.readStream('account-1')), []);
    await events.append('account-1', numbered(3, 2), at(1));
    assert.deepEqual(await numbers(events.readStream('account-1')), [3, 4]);
  },

  'hides nothing from the log, a category or a subscription to the log': async ({ events }) => {
    await events.append('account-1', numbered(5), any);
    await events.changeStreamMetadata('account-1', { truncateBefore: 4, maxCount: 1 });
    assert.deepEqual(await numbers(events.readAll()), range(5));
    assert.deepEqual(await numbers(events.readAll({ filter: { categories: ['account'] } })), range(5));
    const subscription = new Follower((signal) =>
      events.subscribeToAll({ filter: { prefixes: ['account-1'] }, signal }),
    );
    await subscription.untilCaughtUp();
    assert.deepEqual(subscription.numbers, range(5));
  },

  'hides from a subscription to the stream what it hides from reading it': async ({ events }) => {
    await events.append('account-1', numbered(5), any);
    await events.changeStreamMetadata('account-1', { truncateBefore: 3 });
    const subscription = new Follower((signal) => events.subscribeToStream('account-1', { signal }));
    await subscription.untilCaughtUp();
    await events.append('account-1', numbered(2, 5), any);
    await subscription.take(4);
    assert.deepEqual(subscription.numbers, [3, 4, 5, 6]);
  },

  'never lets a cache pass for fresh when its last event is hidden': async ({ events, clock, openAnother }) => {
    if (events.isUnchanged === undefined) return;
    await events.append('account-1', numbered(3), any);
    await all(events.readStream('account-1'));
    const other = await openAnother();
    await other.events.changeStreamMetadata('account-1', { truncateBefore: 3 });
    assert.equal(events.isUnchanged('account-1', 2), false);
    await events.append('account-2', numbered(1), any);
    await all(events.readStream('account-2'));
    await other.events.changeStreamMetadata('account-2', { maxAge: 10 });
    clock.advance(11_000);
    assert.equal(events.isUnchanged('account-2', 0), false);
  },
};
