/** Proof that the conformance suite can fail: stores whose documents or dead letters are broken in one way each. */
import type { DeadLetter, ModelTransaction, ReadModelStore } from '@tidemark/core';
import { suite } from 'uvu';
import { inSession, transacting } from './breaks.ts';
import { assertNoticed, type Break, changed } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

noticed(
  'removes nothing',
  'documents: a later transaction changes what it names, and removes what is null',
  inSession((session) => ({
    write: (key, document) => {
      if (document !== null) session.write(key, document);
    },
  })),
);

noticed(
  'drops the side note',
  'documents: text and side note come back to the letter',
  inSession((session) => ({
    write: (key, document) => session.write(key, document && { ...document, types: null }),
  })),
);

noticed(
  'writes JSON in its own way',
  'documents: text and side note come back to the letter',
  inSession((session) => ({
    write: (key, document) =>
      session.write(key, document && { ...document, json: JSON.stringify(JSON.parse(document.json)) }),
  })),
);

noticed(
  'folds the case of keys',
  'documents: any text is a key of its own',
  inSession((session) => ({ write: (key, document) => session.write(key.toLowerCase(), document) })),
);

noticed(
  'scans in the order of UTF-16',
  'documents: scanning goes in the order of the keys as UTF-8, by pages',
  ({ readModels }) => ({
    readModels: {
      scan: (id, { after, limit }) =>
        readModels
          .scan(id, { limit: 1_000 })
          .toSorted((a, b) => (a.key < b.key ? -1 : 1))
          .filter(({ key }) => after === undefined || key > after)
          .slice(0, limit),
    },
  }),
);

noticed(
  'gives out its own objects',
  'documents: what is given, and what is got, can be changed afterwards',
  (stores) => {
    const own = new Map<string, ReturnType<ReadModelStore['read']>>();
    return {
      readModels: {
        read: (id, key) => {
          if (!own.has(key)) own.set(key, stores.readModels.read(id, key));
          return own.get(key);
        },
      },
    };
  },
);

const parked =
  (change: (letters: readonly DeadLetter[]) => readonly DeadLetter[]): Break =>
  (stores) => ({
    readModels: { parked: (id) => change(stores.readModels.parked(id)) },
  });

noticed(
  'orders parked events as text',
  'dead letters: parked events are in order of position',
  parked((letters) => letters.toSorted((a, b) => (`${a.position}` < `${b.position}` ? -1 : 1))),
);

noticed(
  'takes an empty error for none',
  'dead letters: a parked event comes back with all that is known of it',
  parked((letters) => letters.map((letter) => ({ ...letter, error: letter.error || undefined }))),
);

noticed(
  'keeps what was known of a parked event',
  'dead letters: an event that is parked again replaces what was known of it',
  inSession((session) => ({
    park: (letter) => {
      const known = session.parkedIn(letter.streamName).some(({ position }) => position === letter.position);
      if (!known) session.park(letter);
    },
  })),
);

noticed(
  'unparks the whole stream',
  'dead letters: an event that is unparked is gone, and one that was not parked does not matter',
  inSession((session) => ({
    unpark: () => {
      for (const { position } of session.parkedIn('account-1')) session.unpark(position);
    },
  })),
);

noticed(
  'lets unparking win over parking',
  'dead letters: parked and unparked in one transaction, the last word counts',
  inSession((session) => {
    const gone = new Set<number>();
    return {
      unpark: (position) => {
        gone.add(position);
        session.unpark(position);
      },
      park: (letter) => {
        if (!gone.has(letter.position)) session.park(letter);
      },
    };
  }),
);

noticed(
  'parks also when the transaction fails',
  'dead letters: a failed transaction parks and unparks nothing',
  transacting((transact) => async (id, transaction) => {
    const letters: DeadLetter[] = [];
    const run: ModelTransaction['run'] = (session) =>
      transaction.run(
        changed(session, {
          park: (letter) => {
            letters.push(letter);
            session.park(letter);
          },
        }),
      );
    try {
      await transact(id, { ...transaction, run });
    } catch (error) {
      const park: ModelTransaction['run'] = (session) => {
        for (const letter of letters) session.park(letter);
        return undefined;
      };
      await transact(id, { expected: 'any', run: park });
      throw error;
    }
  }),
);

noticed(
  'shows a session what was parked before it',
  'dead letters: a session sees the parked events of a stream, its own changes included',
  inSession((_, id, store) => ({
    parkedIn: (streamName) => store.parked(id).filter((letter) => letter.streamName === streamName),
  })),
);

noticed(
  'counts the parked events of all builds',
  'dead letters: builds have their parked events apart',
  ({ readModels }) => ({
    readModels: {
      countParked: () => readModels.builds().reduce((count, { id }) => count + readModels.countParked(id), 0),
    },
  }),
);

noticed(
  'counts each time that an event was parked',
  'dead letters: an event that is unparked is gone, and one that was not parked does not matter',
  (stores) => {
    let most = 0;
    return {
      readModels: {
        countParked: (id) => {
          most = Math.max(most, stores.readModels.countParked(id));
          return most;
        },
      },
    };
  },
);

noticed(
  'shows the parked events of all builds',
  'dead letters: builds have their parked events apart',
  ({ readModels }) => ({
    readModels: { parked: () => readModels.builds().flatMap(({ id }) => readModels.parked(id)) },
  }),
);

test.run();
