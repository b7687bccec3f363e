/** Proof that the conformance suite can fail: stores whose transactions of appends are broken in one way each. */
import type { InlineTransaction } from '@tidemark/core';
import { suite } from 'uvu';
import { inTransaction, running } from './breaks.ts';
import { assertNoticed, type Break, changed, oneByOne } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

noticed(
  'counts a transaction’s own events into the head before it',
  'transactions of inline projections: a transaction knows its log, and where that ended before',
  inTransaction(({ head }) => ({ head: head + 1 })),
);

const behind =
  'transactions of inline projections: events that others appended without it are there behind any position, by pages, and its own too';
noticed(
  'hides a transaction’s own events from it',
  behind,
  inTransaction((transaction) => ({
    eventsAfter: (position, limit) =>
      transaction.eventsAfter(position, limit).filter((event) => event.position <= transaction.head),
  })),
);
noticed(
  'gives more events than asked for',
  behind,
  inTransaction((transaction) => ({
    eventsAfter: (position) => transaction.eventsAfter(position, 1_000),
  })),
);
noticed(
  'gives the event at a position again',
  behind,
  inTransaction((transaction) => ({
    eventsAfter: (position, limit) => transaction.eventsAfter(Math.max(0, position - 1), limit),
  })),
);

noticed(
  'remembers the builds it saw first',
  'transactions of inline projections: builds are there as the transaction finds them',
  (stores) => {
    const builds = stores.readModels.builds();
    const broken = inTransaction(() => ({ builds: () => builds }));
    return broken(stores);
  },
);

noticed(
  'makes a new session each time',
  'transactions of inline projections: one build has one session in a transaction, which sees what it did',
  inTransaction((transaction) => ({ session: (id) => changed(transaction.session(id)) })),
);

noticed(
  'does not see what its session did',
  'transactions of inline projections: one build has one session in a transaction, which sees what it did',
  (stores) => {
    const broken = inTransaction((transaction) => {
      const sessions = new Map<number, ReturnType<InlineTransaction['session']>>();
      return {
        session: (id) => {
          const read = (key: string) => stores.readModels.read(id, key);
          const session = sessions.get(id) ?? changed(transaction.session(id), { read });
          sessions.set(id, session);
          return session;
        },
      };
    });
    return broken(stores);
  },
);

noticed(
  'gives a session of a build that is gone',
  'transactions of inline projections: a session of a build that is gone is refused',
  inTransaction((transaction) => ({
    session: (id) => {
      try {
        return transaction.session(id);
      } catch {
        return {} as ReturnType<InlineTransaction['session']>;
      }
    },
  })),
);

noticed(
  'lets whoever kept a session go on',
  'transactions of inline projections: whoever keeps a session cannot use it after the transaction',
  inTransaction((transaction) => ({
    session: (id) => changed(transaction.session(id), { read: () => undefined, write: () => {} }),
  })),
);

noticed(
  'refuses the neighbours of what is refused',
  'appends at once with inline projections: of appends at once only those are refused that a projection refuses',
  ({ events }) => {
    let group: Promise<unknown>[] = [];
    return {
      events: {
        append: async (...given) => {
          if (group.length === 0)
            setImmediate(() => {
              group = [];
            });
          const own = group;
          const appending = events.append(...given);
          own.push(appending);
          await Promise.resolve();
          await Promise.all(own);
          return appending;
        },
      },
    };
  },
);

noticed(
  'shows events of one moment in the wrong order',
  'appends at once with inline projections: what is written is shown once, in order of position, and nothing else was committed',
  running((projections) => ({ append: (events) => projections.append(events.toReversed()) })),
);

noticed(
  'shows a transaction twice',
  'appends at once with inline projections: what is written is shown once, in order of position, and nothing else was committed',
  running((projections) => ({
    append: (events) => {
      projections.append(events);
      projections.append(events);
    },
  })),
);

noticed(
  'takes a place for an append that is refused',
  'appends at once with inline projections: in one stream, those behind a refused append take its place',
  ({ events }) => ({
    events: {
      append: async (name, batch, options) => {
        try {
          return await events.append(name, batch, options);
        } catch (error) {
          if (batch.some(({ type }) => type === 'Refused'))
            await events.append(name, [{ ...batch[0], type: 'Lost' } as (typeof batch)[0]], {
              expectedRevision: 'any',
            });
          throw error;
        }
      },
    },
  }),
);

noticed(
  'does not see the checkpoint that another opening moved',
  'appends at once with inline projections: openings that count the log inline, at once and one without it, miss and double nothing',
  inTransaction((transaction) => ({
    builds: () => transaction.builds().map((build) => ({ ...build, checkpoint: undefined })),
  })),
);

noticed(
  'shows no events of others',
  'appends at once with inline projections: openings that count the log inline, at once and one without it, miss and double nothing',
  inTransaction((transaction) => ({
    eventsAfter: (position, limit) =>
      transaction.eventsAfter(position, limit).filter(({ revision }) => revision > 0 || position === 0),
  })),
);

noticed(
  'shows each stream of an append by itself',
  'appends to several streams with inline projections: an append to several streams is shown once, with all of its events',
  running((projections) => ({
    append: (events) => {
      for (const event of events) projections.append([event]);
    },
  })),
);

noticed(
  'writes to the streams before the refused one',
  'appends to several streams with inline projections: refused, it writes to none of them',
  oneByOne,
);

noticed(
  'keeps the command of an append that a projection refuses',
  'appends to several streams with inline projections: the command of a refused append was not handled',
  ({ events }) => ({
    events: {
      append: async (name, batch, { expectedRevision, command }) => {
        if (command !== undefined) await events.append('commands', [], { expectedRevision: 'any', command });
        return events.append(name, batch, { expectedRevision });
      },
    },
  }),
);

test.run();
