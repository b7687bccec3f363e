/** Proof that the conformance suite can fail: stores whose subscriptions cannot be left as they should. */
import { suite } from 'uvu';
import { assertNoticed, type Break } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

// All at once, as some of them are noticed by waiting in vain.
const noticed = (title: string, rule: string, broken: Break) => {
  const noticing = assertNoticed(rule, broken);
  noticing.catch(() => {});
  test(title, () => noticing);
};

noticed(
  'cannot be left while it waits',
  'end of a subscription: leaving it from elsewhere ends it at once, though it waits',
  ({ events }) => ({
    events: {
      subscribeToAll: (options) => ({
        async *[Symbol.asyncIterator]() {
          yield* events.subscribeToAll(options);
        },
      }),
    },
  }),
);

noticed(
  'listens to its signal before it begins',
  'end of a subscription: leaving it before it begins reads nothing, and ends it',
  ({ events }) => ({
    events: {
      subscribeToStream: (name, options = {}) => {
        options.signal?.addEventListener('abort', () => {});
        return events.subscribeToStream(name, options);
      },
    },
  }),
);

noticed(
  'answers one of several questions only',
  'end of a subscription: asked several times at once it answers in order, each message once',
  ({ events }) => ({
    events: {
      subscribeToAll: (options) => ({
        [Symbol.asyncIterator]: () => {
          const messages = events.subscribeToAll(options)[Symbol.asyncIterator]();
          let coming: ReturnType<typeof messages.next> | undefined;
          const next = () => {
            coming ??= messages.next().finally(() => {
              coming = undefined;
            });
            return coming;
          };
          return { next, return: () => messages.return?.() ?? Promise.resolve({ done: true, value: undefined }) };
        },
      }),
    },
  }),
);

noticed(
  'forgets its subscriptions when it is closed',
  'end of a subscription: closing the store ends it quietly, waiting or not',
  ({ events }) => ({
    events: {
      subscribeToAll: (options) => ({
        async *[Symbol.asyncIterator]() {
          yield* events.subscribeToAll(options);
          await new Promise(() => {});
        },
      }),
    },
  }),
);

noticed(
  'keeps listening to the signal of what has ended',
  'end of a subscription: nothing of it stays on its signal',
  ({ events }) => ({
    events: {
      subscribeToAll: (options = {}) => {
        options.signal?.addEventListener('abort', () => {});
        return events.subscribeToAll(options);
      },
    },
  }),
);

test.run();
