import assert from 'node:assert/strict';
import { Follower } from './follower.ts';
import { all, any, numbered, range } from './language.ts';
import type { Rules } from './rule.ts';

export const progressing: Rules = {
  'names the event it stands at, whether that matched or not': async ({ events }) => {
    for (const number of range(40)) await events.append(`account-${number % 4}`, numbered(20, number * 20), any);
    const ids = new Map((await all(events.readAll())).map(({ position, eventId }) => [position, eventId]));
    for (const filter of [undefined, { prefixes: ['account-1'] }, { types: ['Nothing'] }]) {
      const subscription = new Follower((signal) => events.subscribeToAll({ filter, signal }));
      await subscription.untilCaughtUp();
      const places = subscription.messages.filter((message) => message.kind === 'progress');
      assert.notEqual(places.length, 0);
      for (const { position, eventId } of places) assert.equal(eventId, ids.get(position));
    }
  },

  'passes over what does not match, to the end of the log': async ({ events }) => {
    await events.append('account-1', numbered(700), any);
    const filter = { types: ['Nothing'] };
    const subscription = new Follower((signal) => events.subscribeToAll({ filter, signal }));
    await subscription.untilCaughtUp();
    assert.equal(subscription.progress, await events.head());
    await events.append('account-1', numbered(300), any);
    await subscription.untilAt(await events.head());
    assert.deepEqual(subscription.seen, []);
  },

  'says that it caught up wherever a page of the store ends': async ({ events }) => {
    await events.append('account-1', numbered(270), any);
    const log = await all(events.readAll());
    for (const left of [1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 129, 190, 191, 255, 256, 257]) {
      const after = log[log.length - left - 1]?.position;
      for (const follow of [
        (signal: AbortSignal) => events.subscribeToAll({ after, filter: { types: ['Nothing'] }, signal }),
        (signal: AbortSignal) => events.subscribeToStream('account-1', { after: log.length - left - 1, signal }),
      ]) {
        const subscription = new Follower(follow);
        await subscription.untilCaughtUp();
        assert.equal(subscription.progress, await events.head(), `with ${left} left`);
        await subscription.end();
      }
    }
  },

  'comes only after all that it covers': async ({ events }) => {
    for (const number of range(50)) await events.append(`account-${number % 2}`, numbered(11, number * 11), any);
    const filter = { prefixes: ['account-0'] };
    const matching = await all(events.readAll({ filter }));
    const subscription = new Follower((signal) => events.subscribeToAll({ filter, signal }));
    for (let caughtUp = false; !caughtUp; ) {
      const message = await subscription.pull();
      if (message?.kind !== 'progress') continue;
      const due = matching.filter(({ position }) => position <= message.position).length;
      assert.equal(subscription.seen.length, due, `at ${message.position}`);
      caughtUp = message.caughtUp;
    }
  },

  'says that it caught up only when there was nothing further': async ({ events }) => {
    await events.append('account-1', numbered(2_500), any);
    const subscription = new Follower((signal) => events.subscribeToAll({ signal }));
    await subscription.untilCaughtUp();
    for (const message of subscription.messages) {
      if (message.kind === 'progress' && message.caughtUp) assert.equal(message.position, await events.head());
    }
    assert.equal(subscription.seen.length, 2_500);
  },

  'says again that it caught up after live events': async ({ events }) => {
    const subscription = new Follower((signal) => events.subscribeToAll({ signal }));
    await subscription.untilCaughtUp();
    for (const number of range(5)) {
      const { position = 0 } = await events.append('account-1', numbered(1, number), any);
      await subscription.until(
        (message) => message.kind === 'progress' && message.caughtUp && message.position === position,
      );
      assert.equal(subscription.seen.length, number + 1);
    }
  },

  'of a stream never passes what was delivered of it': async ({ events }) => {
    for (const number of range(40)) await events.append(`account-${number % 2}`, numbered(10, number * 10), any);
    const stream = await all(events.readStream('account-1'));
    const subscription = new Follower((signal) => events.subscribeToStream('account-1', { signal }));
    for (let caughtUp = false; !caughtUp; ) {
      const message = await subscription.pull();
      if (message?.kind !== 'progress') continue;
      assert.equal(subscription.seen.length, stream.filter(({ position }) => position <= message.position).length);
      caughtUp = message.caughtUp;
    }
    assert.equal(subscription.seen.length, stream.length);
  },
};
