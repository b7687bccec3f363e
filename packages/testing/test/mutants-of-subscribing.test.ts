/** Proof that the conformance suite can fail: stores whose subscriptions are broken in one way each. */
import type { EventStore, StoredEvent, Subscription, SubscriptionMessage } from '@tidemark/core';
import { suite } from 'uvu';
import { assertNoticed, type Break } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

// All at once, as some of them are noticed by waiting in vain.
const noticed = (title: string, rule: string, broken: Break) => {
  const noticing = assertNoticed(rule, broken);
  noticing.catch(() => {});
  test(title, () => noticing);
};

/** A store whose subscriptions to the log give other messages. */
const telling =
  (
    change: (messages: AsyncIterable<SubscriptionMessage>, events: EventStore) => AsyncGenerator<SubscriptionMessage>,
  ): Break =>
  ({ events }) => ({
    events: {
      subscribeToAll: (options): Subscription => ({
        [Symbol.asyncIterator]: () => change(events.subscribeToAll(options), events),
      }),
    },
  });

noticed(
  'delivers an event twice where catching up ends',
  'live subscription: from catching up to live, while several write, it misses and doubles nothing',
  telling(async function* (messages) {
    let last: SubscriptionMessage | undefined;
    let live = false;
    for await (const message of messages) {
      yield message;
      if (!live && last !== undefined && message.kind === 'progress' && message.caughtUp) yield last;
      live ||= message.kind === 'progress' && message.caughtUp;
      if (message.kind === 'events') last = message;
    }
  }),
);

noticed(
  'skips what was written where catching up ends',
  'live subscription: from catching up to live, while several write, it misses and doubles nothing',
  telling(async function* (messages) {
    let skip = false;
    for await (const message of messages) {
      if (!(skip && message.kind === 'events')) yield message;
      skip = message.kind === 'progress' && message.caughtUp;
    }
  }),
);

noticed(
  'moves the checkpoint before the events were handled',
  'progress: comes only after all that it covers',
  telling(async function* (messages) {
    let held: SubscriptionMessage | undefined;
    for await (const message of messages) {
      if (message.kind === 'events') held = message;
      else {
        yield message;
        if (held !== undefined) yield held;
        held = undefined;
      }
    }
  }),
);

noticed(
  'gathers large events until it has caught up',
  'large events: what a subscription brings at once is bounded by what its events hold',
  telling(async function* (messages) {
    const gathered: StoredEvent[] = [];
    for await (const message of messages) {
      if (message.kind === 'events') gathered.push(...message.events);
      if (message.kind !== 'progress' || !message.caughtUp) continue;
      yield { kind: 'events', events: gathered };
      yield message;
    }
  }),
);

noticed(
  'says too early that it caught up',
  'progress: says that it caught up only when there was nothing further',
  telling(async function* (messages) {
    for await (const message of messages) yield message.kind === 'progress' ? { ...message, caughtUp: true } : message;
  }),
);

noticed(
  'does not say that it caught up where the log ends with a full page',
  'progress: says that it caught up wherever a page of the store ends',
  ({ events }) => ({
    events: {
      subscribeToAll: (options = {}): Subscription => ({
        async *[Symbol.asyncIterator]() {
          const isFull = options.after !== undefined && ((await events.head()) - options.after) % 64 === 0;
          for await (const message of events.subscribeToAll(options))
            yield message.kind === 'progress' && isFull ? { ...message, caughtUp: false } : message;
        },
      }),
    },
  }),
);

noticed(
  'keeps quiet about what does not match',
  'progress: passes over what does not match, to the end of the log',
  telling(async function* (messages) {
    let seen = 0;
    for await (const message of messages) {
      if (message.kind === 'events') seen = message.events.at(-1)?.position ?? seen;
      yield message.kind === 'progress' ? { ...message, position: seen } : message;
    }
  }),
);

noticed(
  'names the wrong event in its progress',
  'progress: names the event it stands at, whether that matched or not',
  telling(async function* (messages) {
    for await (const message of messages) yield message.kind === 'progress' ? { ...message, eventId: '' } : message;
  }),
);

noticed(
  'buffers all it can find for a consumer who does not pull',
  'live subscription: a consumer that does not pull holds up nobody, and misses nothing',
  ({ events }) => ({
    events: {
      subscribeToAll: (options) => ({
        async *[Symbol.asyncIterator]() {
          const buffer: SubscriptionMessage[] = [];
          let wake = () => {};
          void (async () => {
            for await (const message of events.subscribeToAll(options)) {
              const last = buffer.at(-1);
              if (message.kind !== 'events') buffer.push(message);
              else if (last?.kind === 'progress') buffer.splice(-1, 1, ...merged(buffer, message));
              else buffer.push(message);
              wake();
            }
          })();
          for (;;) {
            while (buffer.length > 0) yield buffer.shift() as SubscriptionMessage;
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        },
      }),
    },
  }),
);

/** Joins the events before the last progress with these. */
function merged(
  buffer: SubscriptionMessage[],
  message: SubscriptionMessage & { kind: 'events' },
): SubscriptionMessage[] {
  const before = buffer.at(-2);
  if (before?.kind !== 'events') return [buffer.at(-1) as SubscriptionMessage, message];
  buffer.splice(-2, 1);
  return [{ kind: 'events', events: [...before.events, ...message.events] }];
}

noticed(
  'blocks the writer while a consumer does not pull',
  'live subscription: a consumer that does not pull holds up nobody, and misses nothing',
  ({ events }) => {
    let handled = 0;
    return {
      events: {
        append: async (...given) => {
          const head = await events.head();
          const late = handled > 0 && handled < head;
          for (let tries = 0; late && tries < 120; tries += 1) await new Promise((resolve) => setTimeout(resolve, 50));
          return events.append(...given);
        },
        subscribeToAll: (options) => ({
          async *[Symbol.asyncIterator]() {
            for await (const message of events.subscribeToAll(options)) {
              handled = Math.max(1, handled);
              yield message;
              if (message.kind === 'progress') handled = message.position;
            }
          },
        }),
      },
    };
  },
);

noticed(
  'reads all it can find ahead of its consumer',
  'live subscription: it reads ahead of its consumer by a page at most',
  ({ events }) => ({
    events: {
      subscribeToStream: (name, options) => ({
        async *[Symbol.asyncIterator]() {
          const page: StoredEvent[] = [];
          for await (const event of events.readStream(name)) page.push(event);
          while (page.length > 0) yield { kind: 'events', events: page.splice(0, 256) };
          yield* events.subscribeToStream(name, { ...options, after: 3_999 });
        },
      }),
    },
  }),
);

noticed(
  'looks for new events only now and then',
  'failures of others: a live event took 300 ms to arrive, as the consumer slept between looks',
  telling(async function* (messages) {
    for await (const message of messages) {
      if (message.kind === 'events') await new Promise((resolve) => setTimeout(resolve, 60));
      yield message;
    }
  }),
);

noticed(
  'throws when it is aborted',
  'end of a subscription: an abort while it waits ends it quietly',
  ({ events }) => ({
    events: {
      subscribeToAll: (options = {}) => ({
        async *[Symbol.asyncIterator]() {
          yield* events.subscribeToAll(options);
          options.signal?.throwIfAborted();
        },
      }),
    },
  }),
);

noticed(
  'includes the event at `after`',
  'subscription: `after` is exclusive, for the log and for a stream',
  ({ events }) => ({
    events: {
      subscribeToStream: (name, { after, signal } = {}) =>
        events.subscribeToStream(name, { after: after ? after - 1 : undefined, signal }),
    },
  }),
);

noticed(
  'skips the beginning of a stream where somebody waits for the log',
  'live subscription: a long stream is followed whole, also where another subscription waits at the end of the log',
  ({ events }) => {
    let after: number | undefined;
    const subscribeToAll: EventStore['subscribeToAll'] = (options) => {
      after = 127;
      return events.subscribeToAll(options);
    };
    return { events: { subscribeToAll, subscribeToStream: (name) => events.subscribeToStream(name, { after }) } };
  },
);

noticed(
  'shows deletions to consumers',
  'stream metadata: takes no position, and reaches no consumer',
  ({ events }) => ({
    events: {
      changeStreamMetadata: async (name, changes) => {
        await events.changeStreamMetadata(name, changes);
        await events.append('$metadata', [{ eventId: crypto.randomUUID(), type: 'Changed', data: '{}' }], {
          expectedRevision: 'any',
        });
      },
    },
  }),
);

noticed(
  'lets a waiting subscription wait when its stream is gone',
  'tombstone: end a subscription to the stream that waits',
  ({ events }) => ({
    events: {
      subscribeToStream: (name, options) => ({
        async *[Symbol.asyncIterator]() {
          try {
            yield* events.subscribeToStream(name, options);
          } catch {
            await new Promise(() => {});
          }
        },
      }),
    },
  }),
);

test.run();
