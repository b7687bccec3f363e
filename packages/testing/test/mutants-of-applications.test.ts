/** Proof that the rules of applications can fail: an application on stores that are broken in one way each. */
import { eventPages, StoredEvent, type Subscription, type SubscriptionMessage } from '@tidemark/core';
import { applicationConformance } from '@tidemark/testing';
import { suite } from 'uvu';
import { inTransaction } from './breaks.ts';
import { assertNoticed, type Break, changed, mapPages } from './mutant.ts';

const test = suite('the rules of applications notice a store that');

// All at once, as some of them are noticed by waiting in vain.
const noticed = (title: string, rule: string, broken: Break) => {
  const noticing = assertNoticed(rule, broken, applicationConformance);
  noticing.catch(() => {});
  test(title, () => noticing);
};

/** Whoever asks, leads, and commits whatever the checkpoint. */
const leaderless: Break = ({ readModels }) => ({
  leases: {
    acquire: async (name, owner) => ({ name, owner, token: 1 }),
    renew: async (leases) => leases,
    release: async () => {},
  },
  readModels: {
    transact: (id, { run }) => readModels.transact(id, { expected: 'any', run }),
    changeStates: (changes) => readModels.changeStates(changes),
    changeTypes: (id, types) => readModels.changeTypes(id, types),
  },
});

noticed(
  'does not compare revisions',
  'commands of others: two processes decided on one state, and one decision was lost',
  ({ events }) => {
    let acknowledged = 0;
    return {
      events: {
        append: async (name, batch, options) => {
          const result = await events.append(name, batch, { ...options, expectedRevision: 'any' });
          acknowledged += 1;
          return acknowledged % 2 === 0 ? result : { ...result, revision: 0 };
        },
      },
    };
  },
);

noticed('forgets commands', 'commands of others: one command, sent twice, gave two events', ({ events }) => ({
  events: { append: (name, batch, { expectedRevision }) => events.append(name, batch, { expectedRevision }) },
}));

noticed(
  'writes a known command again',
  'commands of others: one command, sent ten times at once to two processes, gave more than one event',
  ({ events }) => ({
    events: {
      append: (name, batch, { expectedRevision, command }) =>
        events.append(name, batch, {
          expectedRevision,
          command: command && { ...command, commandId: crypto.randomUUID() },
        }),
    },
  }),
);

noticed(
  'finds only what is visible in a stream when it reads backwards',
  'commands: a command that comes again is answered with its first receipt, whatever was done to its stream',
  ({ events }) => ({
    events: {
      readAll: (options = {}) => {
        const pages = events.readAll(options).pages();
        const visible = async ({ streamName, revision }: StoredEvent) => {
          for await (const event of events.readStream(streamName)) if (event.revision === revision) return true;
          return false;
        };
        return eventPages(async function* () {
          for await (const page of pages) {
            const seen: StoredEvent[] = [];
            for (const event of page) if (await visible(event).catch(() => false)) seen.push(event);
            yield seen;
          }
        });
      },
    },
  }),
);

noticed(
  'drops the side note, so that a Date is text',
  'commands of others: Date, bigint and Map came back as text, text and an empty object',
  ({ events }) => ({
    events: {
      readStream: (name, options) =>
        mapPages(events.readStream(name, options).pages(), (page) =>
          page.map(
            ({ eventId, type, dataText, streamName, category, revision, position, recordedTime }) =>
              new StoredEvent(eventId, type, dataText, null, streamName, category, revision, position, recordedTime),
          ),
        ),
    },
  }),
);

noticed(
  'looks neither at leases nor at the checkpoint',
  'consumers of others: two consumers with one name both handled all 13 events',
  leaderless,
);

noticed(
  'moves the checkpoint without the documents',
  'consumers of others: a failing event was skipped after a restart',
  ({ readModels }) => ({
    readModels: {
      transact: (id, transaction) =>
        readModels.transact(id, {
          ...transaction,
          run: (session) => transaction.run(changed(session, { writeAll: () => {} })),
        }),
    },
  }),
);

noticed(
  'does not say that it has looked further where nothing matches',
  'several runners: waiting ends for what concerns nobody, also where another leads, and for all before it',
  ({ events }) => ({
    events: {
      subscribeToAll: (options): Subscription => ({
        async *[Symbol.asyncIterator]() {
          let matched = false;
          for await (const message of events.subscribeToAll(options)) {
            if (message.kind !== 'progress' || matched) yield message;
            matched = message.kind === 'events';
          }
        },
      }),
    },
  }),
);

noticed(
  'says of a checkpoint that it is on whatever event is there',
  'inline projections: an inline read model of another history is not gone on with, and says so',
  (stores) => {
    const broken = inTransaction((transaction) => ({
      builds: () =>
        transaction.builds().map((build) => {
          const { checkpoint } = build;
          const [there] = transaction.eventsAfter((checkpoint?.position ?? 1) - 1, 1);
          return checkpoint && there ? { ...build, checkpoint: { ...checkpoint, eventId: there.eventId } } : build;
        }),
    }));
    return broken(stores);
  },
);

noticed(
  'looks for new events only now and then',
  'consumers of others: a live event took 300 ms to arrive, as the consumer slept after each batch',
  ({ events }) => ({
    events: {
      subscribeToAll: (options): Subscription => ({
        async *[Symbol.asyncIterator]() {
          for await (const message of events.subscribeToAll(options)) {
            if (message.kind === 'events') await new Promise((resolve) => setTimeout(resolve, 60));
            yield message;
          }
        },
      }),
    },
  }),
);

noticed(
  'skips what was written while a subscription catches up',
  'consumers of others: a projection skipped events that were committed while it caught up',
  ({ events }) => ({
    events: {
      subscribeToAll: (options): Subscription => ({
        async *[Symbol.asyncIterator]() {
          let skip = false;
          for await (const message of events.subscribeToAll(options)) {
            if (message.kind === 'events' && skip) yield { ...message, events: message.events.slice(1) };
            else yield message;
            skip = message.kind === 'progress' && message.position > 900;
          }
        },
      }),
    },
  }),
);

noticed(
  'gives the last event again where catching up ends',
  'traced consumers: subscribe, events and events$ give each event once and in order, while others write',
  ({ events }) => ({
    events: {
      subscribeToAll: (options): Subscription => ({
        async *[Symbol.asyncIterator]() {
          let last: SubscriptionMessage | undefined;
          for await (const message of events.subscribeToAll(options)) {
            yield message;
            if (message.kind === 'events') last = { ...message, events: message.events.slice(-1) };
            else if (last !== undefined && message.kind === 'progress' && message.caughtUp) yield last;
          }
        },
      }),
    },
  }),
);

noticed(
  'begins a subscription at its place, not behind it',
  'traced consumers: a subscription that goes on behind what it handled skips nothing and repeats nothing',
  ({ events }) => ({
    events: {
      subscribeToAll: ({ after = 0, ...options } = {}) =>
        events.subscribeToAll({ ...options, after: Math.max(0, after - 1) }),
    },
  }),
);

noticed(
  'lets two runners commit the same events',
  'traced consumers: of two processes with one projection each event is committed once, by one that saw it',
  leaderless,
);

noticed(
  'moves the checkpoint further than the events that were applied',
  'traced consumers: a projection that is started again and again goes on behind its checkpoint',
  ({ readModels, events, leases }) => ({
    leases: {
      async acquire(name, owner, duration) {
        const logId = await events.logId();
        for await (const { position, eventId } of events.readAll({ direction: 'backwards', limit: 1 })) {
          const run = () => ({ logId, position, eventId });
          for (const { id, checkpoint } of readModels.builds())
            if (checkpoint !== undefined) await readModels.transact(id, { expected: 'any', run });
        }
        return leases.acquire(name, owner, duration);
      },
    },
  }),
);

test.run();
