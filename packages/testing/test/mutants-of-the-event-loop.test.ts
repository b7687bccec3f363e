/** Proof that the conformance suite can fail: stores that keep the event loop to themselves. */
import type { Subscription, SubscriptionMessage } from '@tidemark/core';
import { suite } from 'uvu';
import { assertNoticed, type Break, mapPages } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

/** All of it one after the other, on promises alone, after it was gathered. */
async function* atOnce<T>(items: AsyncIterable<T>, isLast: (item: T) => boolean = () => false): AsyncGenerator<T> {
  const gathered: T[] = [];
  for await (const item of items) {
    gathered.push(item);
    if (isLast(item)) break;
  }
  yield* gathered;
}

noticed(
  'keeps the event loop while it reads the log',
  'the event loop: reading a long log leaves others their turns',
  ({ events }) => ({
    events: { readAll: (options) => mapPages(atOnce(events.readAll(options).pages()), (page) => page) },
  }),
);

noticed(
  'keeps the event loop while it reads a stream',
  'the event loop: reading a long stream leaves others their turns',
  ({ events }) => ({
    events: {
      readStream: (name, options) => mapPages(atOnce(events.readStream(name, options).pages()), (page) => page),
    },
  }),
);

noticed(
  'keeps the event loop while a subscription catches up',
  'the event loop: a subscription that catches up leaves others their turns',
  ({ events }) => ({
    events: {
      subscribeToAll: (options): Subscription => ({
        [Symbol.asyncIterator]: () =>
          atOnce<SubscriptionMessage>(
            events.subscribeToAll(options),
            (message) => message.kind === 'progress' && message.caughtUp,
          ),
      }),
    },
  }),
);

test.run();
