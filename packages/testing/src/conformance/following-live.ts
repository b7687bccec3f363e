import assert from 'node:assert/strict';
import type { EventFilter, EventStore } from '@tidemark/core';
import { Follower } from './follower.ts';
import { all, any, inTime, nextTurn, numbered, range } from './language.ts';
import { largestPage } from './reading-streams.ts';
import type { Rules } from './rule.ts';

export const followingLive: Rules = {
  'an event reaches a waiting subscription as soon as it is written': async ({ events }) => {
    const subscription = new Follower((signal) => events.subscribeToAll({ signal }));
    await subscription.untilCaughtUp();
    for (const number of range(100)) {
      await events.append('account-1', numbered(1, number), any);
      await subscription.take(number + 1);
    }
    assert.deepEqual(subscription.numbers, range(100));
  },

  'no wake-up is lost, whenever the event comes': async ({ events }) => {
    const log = new Follower((signal) => events.subscribeToAll({ signal }));
    const stream = new Follower((signal) => events.subscribeToStream('account-1', { signal }));
    for (const number of range(60)) {
      const pulling = Promise.all([log.take(number + 1), stream.take(number + 1)]);
      for (const _ of range(number % 7)) await (number % 2 ? nextTurn() : Promise.resolve());
      await events.append('account-1', numbered(1, number), any);
      await pulling;
    }
    assert.deepEqual(log.numbers, range(60));
    assert.deepEqual(stream.numbers, range(60));
  },

  'from catching up to live, while several write, it misses and doubles nothing': async ({ events }) => {
    await events.append('account-0', numbered(600), any);
    const writing = writers(events, 4, 60);
    const subscription = new Follower((signal) => events.subscribeToAll({ signal }));
    const stream = new Follower((signal) => events.subscribeToStream('account-2', { signal }));
    await Promise.all([writing, subscription.take(840), stream.take(60)]);
    assert.deepEqual(placesOf(subscription), await logged(events));
    assert.deepEqual(
      stream.seen.map(({ revision }) => revision),
      range(60),
    );
  },

  'the same with a filter, at whatever moment it begins': async ({ events }) => {
    const writing = writers(events, 3, 80);
    const filter = { prefixes: ['account-1'], types: ['Numbered'] };
    const begun: Promise<Follower>[] = [];
    for (const _ of range(8)) {
      await nextTurn();
      const subscription = new Follower((signal) => events.subscribeToAll({ filter, signal }));
      begun.push(subscription.take(80).then(() => subscription));
    }
    await writing;
    for (const subscription of await Promise.all(begun)) {
      assert.deepEqual(placesOf(subscription), await logged(events, filter));
    }
  },

  'a long stream is followed whole, also where another subscription waits at the end of the log': async ({
    events,
  }) => {
    await events.append('account-1', numbered(600), any);
    const waiting = new Follower((signal) => events.subscribeToAll({ signal }));
    await waiting.untilCaughtUp();
    const pulling = waiting.take(601);
    pulling.catch(() => {}); // it is awaited below, unless what comes first fails
    const stream = new Follower((signal) => events.subscribeToStream('account-1', { signal }));
    await stream.take(600);
    await events.append('account-1', numbered(1, 600), any);
    await Promise.all([stream.take(601), pulling]);
    assert.deepEqual(stream.numbers, range(601));
  },

  'sees what another opening of the log writes': async ({ events, openAnother }) => {
    const subscription = new Follower((signal) => events.subscribeToAll({ signal }));
    const stream = new Follower((signal) => events.subscribeToStream('account-1', { signal }));
    await Promise.all([subscription.untilCaughtUp(), stream.untilCaughtUp()]);
    const other = await openAnother();
    for (const number of range(10)) {
      await other.events.append('account-1', numbered(1, number), any);
      await Promise.all([subscription.take(number + 1), stream.take(number + 1)]);
    }
    assert.deepEqual(subscription.numbers, range(10));
  },

  'the same while two openings write at once': async ({ events, openAnother }) => {
    const other = await openAnother();
    await events.append('account-0', numbered(300), any);
    const writing = [writers(events, 2, 60), writers(other.events, 2, 60)];
    const followers = [events, other.events].map(
      (opening) => new Follower((signal) => opening.subscribeToAll({ signal })),
    );
    await Promise.all([...writing, ...followers.map((subscription) => subscription.take(540))]);
    for (const subscription of followers) assert.deepEqual(placesOf(subscription), await logged(events));
  },

  'a consumer that does not pull holds up nobody, and misses nothing': async ({ events }) => {
    await events.append('account-1', numbered(300), any);
    const idle = new Follower((signal) => events.subscribeToAll({ signal }));
    await idle.until(({ kind }) => kind === 'events');
    const waiting = new Follower((signal) => events.subscribeToAll({ signal }));
    await waiting.untilCaughtUp();
    for (const number of range(27, 3)) {
      await inTime(events.append('account-1', numbered(100, number * 100), any), 'an append beside an idle consumer');
    }
    await waiting.take(3_000);
    await idle.take(3_000);
    assert.deepEqual(idle.numbers, range(3_000));
    assert.deepEqual(
      idle.messages.filter((message) => message.kind === 'events' && message.events.length > largestPage),
      [],
    );
  },

  'it reads ahead of its consumer by a page at most': async ({ events }) => {
    await events.append('account-1', numbered(4_000), any);
    const idle = new Follower((signal) => events.subscribeToStream('account-1', { signal }));
    await idle.until(({ kind }) => kind === 'events');
    for (const _ of range(20)) await nextTurn();
    // What is hidden now was not read yet, unless it is in a buffer.
    await events.changeStreamMetadata('account-1', { truncateBefore: 3_999 });
    await idle.until(() => idle.seen.at(-1)?.revision === 3_999);
    assert.ok(idle.seen.length <= 2 * largestPage + 1, `${idle.seen.length} events were read ahead`);
  },

  'a slow consumer sees everything in order': async ({ events }) => {
    const writing = writers(events, 4, 50);
    const subscription = new Follower((signal) => events.subscribeToAll({ signal }));
    while (subscription.seen.length < 200) {
      await subscription.pull();
      for (const _ of range(5)) await nextTurn();
    }
    await writing;
    assert.deepEqual(placesOf(subscription), await logged(events));
  },

  'fifty subscriptions each see everything': async ({ events }) => {
    const subscriptions = range(50).map(() => new Follower((signal) => events.subscribeToAll({ signal })));
    await Promise.all([writers(events, 2, 20), ...subscriptions.map((subscription) => subscription.take(40))]);
    const log = await logged(events);
    for (const subscription of subscriptions) assert.deepEqual(placesOf(subscription), log);
  },

  'what one consumer does to an event, no other sees': async ({ events }) => {
    const subscriptions = range(2).map(() => new Follower((signal) => events.subscribeToAll({ signal })));
    await Promise.all(subscriptions.map((subscription) => subscription.untilCaughtUp()));
    await events.append('account-1', numbered(1), any);
    await Promise.all(subscriptions.map((subscription) => subscription.take(1)));
    const [first, second] = subscriptions.map(({ seen }) => seen[0]?.data as { number: number });
    Object.assign(first ?? {}, { number: 99 });
    assert.deepEqual(second, { number: 0 });
  },
};

/** Several writers, each with a stream of its own, that write one event after the other. */
async function writers(events: EventStore, count: number, each: number): Promise<void> {
  const write = async (writer: number) => {
    for (const number of range(each)) {
      await events.append(`account-${writer}`, numbered(1, number), any);
      // Otherwise a store that never waits has all of it written before anybody has caught up.
      await nextTurn();
    }
  };
  await Promise.all(range(count, 1).map(write));
}

function placesOf({ seen }: Follower): readonly string[] {
  return seen.map(({ position, eventId }) => `${position} ${eventId}`);
}

async function logged(events: EventStore, filter?: EventFilter): Promise<readonly string[]> {
  return (await all(events.readAll({ filter }))).map(({ position, eventId }) => `${position} ${eventId}`);
}
