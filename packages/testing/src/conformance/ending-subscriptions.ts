import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { EventStore, Subscription, SubscriptionMessage } from '@tidemark/core';
import { Follower } from './follower.ts';
import { all, any, inTime, nextTurn, numbered, numberOf, range } from './language.ts';
import type { Rules } from './rule.ts';

export const endingSubscriptions: Rules = {
  'an abort while it waits ends it quietly': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    for (const subscribe of subscriptions(events)) {
      const controller = new AbortController();
      const reading = all(subscribe(controller.signal));
      for (const _ of range(3)) await nextTurn();
      controller.abort(new Error('not to be seen'));
      await reading;
    }
  },

  'an abort before it begins ends it quietly': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    for (const subscribe of subscriptions(events)) assert.deepEqual(await all(subscribe(AbortSignal.abort())), []);
  },

  'an abort while it catches up ends it quietly': async ({ events }) => {
    await events.append('account-1', numbered(2_500), any);
    for (const subscribe of subscriptions(events)) {
      const subscription = new Follower(subscribe);
      await subscription.until(({ kind }) => kind === 'events');
      await subscription.end();
      assert.notEqual(subscription.seen.length, 2_500);
    }
  },

  'leaving it ends it, and others go on': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    for (const subscribe of subscriptions(events)) {
      const [staying, leaving] = [new Follower(subscribe), new Follower(subscribe)];
      await Promise.all([staying.untilCaughtUp(), leaving.untilCaughtUp()]);
      await leaving.leave();
      const before = staying.seen.length;
      await events.append('account-1', numbered(1, 3), any);
      await staying.take(before + 1);
      assert.equal(await leaving.pull(), undefined);
      await staying.end();
    }
  },

  'leaving it from elsewhere ends it at once, though it waits': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    for (const subscribe of subscriptions(events)) {
      const { signal } = new AbortController();
      const iterator = subscribe(signal)[Symbol.asyncIterator]();
      await untilCaughtUp(iterator);
      const waiting = [iterator.next(), iterator.next()];
      await nextTurn();
      await inTime(Promise.resolve(iterator.return?.()), 'leaving a subscription that waits');
      for (const next of waiting) assert.equal((await inTime(next, 'what waited for what was left')).done, true);
      assert.equal((await inTime(iterator.next(), 'the next message of what was left')).done, true);
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    }
  },

  'leaving it before it begins reads nothing, and ends it': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    for (const subscribe of subscriptions(events)) {
      const { signal } = new AbortController();
      const iterator = subscribe(signal)[Symbol.asyncIterator]();
      await inTime(Promise.resolve(iterator.return?.()), 'leaving a subscription that has not begun');
      assert.equal((await inTime(iterator.next(), 'the next message of what was left')).done, true);
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    }
  },

  'asked several times at once it answers in order, each message once': async ({ events }) => {
    await events.append('account-1', numbered(600), any);
    for (const subscribe of subscriptions(events)) {
      const iterator = subscribe(new AbortController().signal)[Symbol.asyncIterator]();
      const results = await inTime(Promise.all(range(5).map(() => iterator.next())), 'five messages asked for at once');
      await iterator.return?.();
      const seen = results.flatMap(({ value }) => (value?.kind === 'events' ? value.events.map(numberOf) : []));
      assert.deepEqual(seen, range(seen.length));
      assert.ok(seen.length > 256, `${seen.length} events in five messages`);
    }
  },

  'nothing of it stays on its signal': async ({ events }) => {
    await events.append('account-1', numbered(600), any);
    for (const subscribe of subscriptions(events)) {
      const { signal } = new AbortController();
      for (const pulls of range(5)) {
        const iterator = subscribe(signal)[Symbol.asyncIterator]();
        for (const _ of range(pulls + 1)) await iterator.next();
        await iterator.return?.();
      }
      const waiting = subscribe(signal)[Symbol.asyncIterator]();
      await untilCaughtUp(waiting);
      const next = waiting.next();
      await nextTurn();
      await events.append('account-1', numbered(1), any);
      await next;
      await waiting.return?.();
      assert.equal(getEventListeners(signal, 'abort').length, 0);
    }
  },

  'closing the store ends it quietly, waiting or not': async ({ events, close }) => {
    await events.append('account-1', numbered(2_500), any);
    const waiting = subscriptions(events).map((subscribe) => new Follower(subscribe));
    await Promise.all(waiting.map((subscription) => subscription.untilCaughtUp()));
    const reading = subscriptions(events).map((subscribe) => new Follower(subscribe));
    await Promise.all(reading.map((subscription) => subscription.until(({ kind }) => kind === 'events')));
    const endings = [...waiting, ...reading].map(async (subscription) => {
      while ((await subscription.pull()) !== undefined);
    });
    await close();
    await Promise.all(endings);
  },
};

async function untilCaughtUp(iterator: AsyncIterator<SubscriptionMessage>): Promise<void> {
  for (let caughtUp = false; !caughtUp; ) {
    const { value } = await iterator.next();
    caughtUp = value?.kind === 'progress' && value.caughtUp;
  }
}

function subscriptions(events: EventStore): readonly ((signal: AbortSignal) => Subscription)[] {
  return [
    (signal: AbortSignal) => events.subscribeToAll({ signal }),
    (signal: AbortSignal) => events.subscribeToStream('account-1', { signal }),
  ];
}
