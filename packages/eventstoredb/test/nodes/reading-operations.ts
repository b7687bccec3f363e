/** Readings and subscriptions: whole, in order, and nothing twice. */
import assert from 'node:assert/strict';
import type { Subscription } from '@tidemark/core';
import { idsOf, noStream, numbered } from '../adapter/saying.ts';
import type { Operation, Place } from './operation.ts';

/** More than the first call of a reading asks for. */
const several = 140;

/** What is read, and where it begins in the log. */
async function written({ stores: { events }, name }: Place): Promise<{ ids: readonly string[]; from: number }> {
  const given = numbered(several);
  const { position } = await events.append(`${name}-1`, given.slice(0, 1), noStream);
  await events.append(`${name}-1`, given.slice(1), { expectedRevision: 0 });
  return { ids: given.map(({ eventId }) => eventId), from: position as number };
}

/** As many as are wanted, and what comes in the same message. */
async function idsFollowed(subscription: Subscription, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const message of subscription) {
    if (message.kind === 'events') ids.push(...message.events.map(({ eventId }) => eventId));
    if (ids.length >= count) break;
  }
  return ids;
}

export const readingOperations: Readonly<Record<string, Operation>> = {
  'read a stream': {
    appends: false,
    start: async (place) => {
      const { ids } = await written(place);
      const { events } = place.stores;
      return {
        turn: async (number) => {
          const isBackwards = number % 2 === 1;
          const direction = isBackwards ? 'backwards' : 'forwards';
          const read = await idsOf(events.readStream(`${place.name}-1`, { direction }));
          assert.deepEqual(isBackwards ? [...read].reverse() : read, ids);
        },
      };
    },
  },
  'read the log': {
    appends: false,
    start: async (place) => {
      const { ids, from } = await written(place);
      const filter = { categories: [place.name] };
      return {
        turn: async () => assert.deepEqual(await idsOf(place.stores.events.readAll({ from, filter })), ids),
      };
    },
  },
  'ask for the head': {
    appends: false,
    start: ({ stores: { events }, name }) => ({
      turn: async (number) => {
        const { position } = await events.append(`${name}-${number}`, numbered(1), noStream);
        assert.ok((await events.head()) >= (position as number), 'it is not before what was acknowledged');
      },
    }),
  },
  'follow the log': {
    appends: false,
    start: async ({ stores: { events }, name }) => {
      const given: string[] = [];
      const seen: string[] = [];
      const ending = new AbortController();
      const following = (async () => {
        for await (const message of events.subscribeToAll({ after: await events.head(), signal: ending.signal }))
          if (message.kind === 'events')
            for (const { eventId, category } of message.events) if (category === name) seen.push(eventId);
      })();
      return {
        turn: async (number) => {
          const [event] = numbered(1, number);
          assert.ok(event);
          await events.append(`${name}-${number}`, [event], noStream);
          given.push(event.eventId);
          while (!seen.includes(event.eventId)) await new Promise((resolve) => setTimeout(resolve, 5));
        },
        end: async () => {
          ending.abort();
          await following;
          assert.deepEqual(seen, given);
        },
      };
    },
  },
  'subscribe to the log': {
    appends: false,
    start: async (place) => {
      const { ids, from } = await written(place);
      const { events } = place.stores;
      // What comes after the first one.
      const rest = ids.slice(1);
      const options = { after: from, filter: { categories: [place.name] } };
      return {
        turn: async () => assert.deepEqual(await idsFollowed(events.subscribeToAll(options), rest.length), rest),
      };
    },
  },
  'subscribe to a stream': {
    appends: false,
    start: async (place) => {
      const { ids } = await written(place);
      return {
        turn: async () => {
          const subscription = place.stores.events.subscribeToStream(`${place.name}-1`);
          assert.deepEqual(await idsFollowed(subscription, ids.length), ids);
        },
      };
    },
  },
};
