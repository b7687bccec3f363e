/** Proof that the conformance suite can fail: stores whose writing is broken in one way each. */
import { type EventData, type EventStore, memory } from '@tidemark/core';
import { suite } from 'uvu';
import { assertNoticed, type Break, oneByOne } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

type Append = EventStore['append'];

/** A store whose `append` is another. */
const appending =
  (change: (append: Append, events: EventStore) => Append): Break =>
  ({ events }) => ({ events: { append: change((...given) => events.append(...given), events) } });

const codeOf = (error: unknown) => (error as { code?: unknown }).code;

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

noticed(
  'forgets the last event of an append',
  'append: writes the events of an append in their order',
  appending((append) => (name, events, options) => append(name, events.slice(0, -1), options)),
);

noticed(
  'loses the metadata of the events behind the sixteenth',
  'append: keeps each event of an append whole, however many they are',
  appending((append) => (name, events, options) => {
    const cut = events.map((event, index) => (index < 16 ? event : { ...event, metadata: undefined }));
    return append(name, cut, options);
  }),
);

noticed(
  'acknowledges before it has written',
  'append: shows an event everywhere as soon as its append is acknowledged',
  appending((append, store) => async (streamName, events, options) => {
    setImmediate(() => void append(streamName, events, options).catch(() => {}));
    return { streamName, revision: 0, position: (await store.head()) + events.length, repeated: false };
  }),
);

noticed(
  'looks at the given array only when it writes',
  'append: takes the events as they were when it was called',
  appending((append) => async (...given) => {
    await Promise.resolve();
    return append(...given);
  }),
);

/** A store that sets stream metadata otherwise. */
const changing =
  (change: (set: EventStore['changeStreamMetadata']) => EventStore['changeStreamMetadata']): Break =>
  ({ events }) => ({
    events: { changeStreamMetadata: change((...given) => events.changeStreamMetadata(...given)) },
  });

noticed(
  'takes a stream for one that exists where all its metadata was taken back',
  'stream metadata: a stream with neither events nor metadata is not written by `stream_exists`',
  changing((set) => (streamName, changes) => {
    const isEmpty = Object.values(changes).every((value) => value === null);
    return set(streamName, isEmpty ? { ...changes, custom: {} } : changes);
  }),
);

noticed(
  'looks at given metadata only when it writes',
  'stream metadata: takes a change as it was when it was called',
  changing((set) => async (...given) => {
    await Promise.resolve();
    return set(...given);
  }),
);

noticed(
  'passes over a key that it does not know where it is to be removed',
  'stream metadata: refuses what is no metadata, and changes nothing',
  changing((set) => (name, changes) => {
    const known = Object.entries(changes ?? 0).filter(([key, value]) => value !== null || key.startsWith('max'));
    return set(name, changes && Object.fromEntries(known));
  }),
);

noticed(
  'takes an id for unique in the log',
  'append: keeps one id in two streams, and twice in one append',
  appending((append) => (name, events, options) => {
    const unique = new Map(events.map((event) => [event.eventId, event]));
    return append(name, [...unique.values()], options);
  }),
);

noticed(
  'splits a large append',
  'append: answers with the last revision and the last position',
  appending((append) => async (name, events, options) => {
    let result = await append(name, events.slice(0, 1), options);
    for (const event of events.slice(1)) result = await append(name, [event], { expectedRevision: 'any' });
    return { ...result, revision: events.length - 1 };
  }),
);

const asAny = (expectation: unknown): Break =>
  appending(
    (append) => (name, events, options) =>
      append(
        name,
        events,
        options?.expectedRevision === expectation ? { ...options, expectedRevision: 'any' } : options,
      ),
  );

noticed(
  'takes `no_stream` for `any`',
  'expected revision: `no_stream` is refused for a stream that has events',
  asAny('no_stream'),
);
noticed(
  'takes `stream_exists` for `any`',
  'expected revision: `stream_exists` is refused for a missing stream',
  asAny('stream_exists'),
);
noticed('does not compare revisions', 'expected revision: a revision above the last is refused', asAny(3));

noticed(
  'swallows a wrong expected revision',
  'expected revision: a revision below the last is refused',
  appending(
    (append) => (streamName, events, options) =>
      append(streamName, events, options).catch(() => ({ streamName, revision: 0, position: 1, repeated: true })),
  ),
);

noticed(
  'writes the first event of an append that it refuses',
  'expected revision: a refused append takes no revision',
  appending((append) => async (name, events, options) => {
    try {
      return await append(name, events, options);
    } catch (error) {
      if (codeOf(error) === 'WRONG_EXPECTED_REVISION')
        await append(name, events.slice(0, 1), { expectedRevision: 'any' });
      throw error;
    }
  }),
);

noticed(
  'answers an append of nothing without a look',
  'append of no events: is refused below the last revision',
  appending(
    (append) => async (streamName, events, options) =>
      events.length > 0
        ? append(streamName, events, options)
        : { streamName, revision: 2, position: undefined, repeated: false },
  ),
);

const withFreshIds = (events: readonly EventData[]) =>
  events.map((event) => ({ ...event, eventId: crypto.randomUUID() }));

noticed(
  'does not know its own ids again',
  'repeated append: a repeated `no_stream` append succeeds, writes nothing and says so',
  appending((append) => (name, events, options) => append(name, withFreshIds(events), options)),
);

noticed(
  'writes a repeated append again',
  'failures of others: one append, repeated at the same expected revision, gave two events',
  appending((append) => async (name, events, options) => {
    const result = await append(name, events, options);
    return result.repeated ? append(name, events, { expectedRevision: 'any' }) : result;
  }),
);

noticed(
  'adds what is new in a longer append',
  'repeated append: a longer append that begins with what was stored is refused',
  appending((append) => async (name, events, options) => {
    try {
      return await append(name, events, options);
    } catch (error) {
      const repeated = await append(name, events.slice(0, 2), options).catch(() => undefined);
      if (!repeated?.repeated) throw error;
      return append(name, events.slice(2), { expectedRevision: 'any' });
    }
  }),
);

noticed(
  'leaves half a batch behind',
  'append to several streams: writes to none when one stands elsewhere',
  ({ events }) => ({
    events: {
      appendToStreams: (appends) =>
        Promise.all(
          appends.map(({ streamName, events: batch, expectedRevision }) =>
            events.append(streamName, batch, { expectedRevision }),
          ),
        ),
    },
  }),
);

noticed(
  'mixes repeated with new in one batch',
  'append to several streams: is refused when some of it was stored before and some was not',
  oneByOne,
);

noticed(
  'says that it takes less than it takes',
  'bad input: an append above the limit is refused whole',
  ({ events }) => ({ events: { capabilities: { ...events.capabilities, maxAppendBytes: 5_000 } } }),
);

noticed(
  'throws where it should reject',
  'bad input: a call that gives a promise rejects it, and throws nothing beside',
  ({ events }) => ({
    events: {
      append: (name, batch, options) => {
        if (name === '') throw new TypeError('no name');
        return events.append(name, batch, options);
      },
    },
  }),
);

noticed(
  'loses the appends that wait when it is closed',
  'opening and closing: closing finishes the appends that were called before',
  ({ events }) => ({
    events: {
      append: async (...given) => {
        await new Promise((resolve) => setImmediate(resolve));
        return events.append(...given);
      },
    },
  }),
);

noticed(
  'forgets everything when it is closed',
  'opening and closing: what was acknowledged is there after the log was opened again',
  () => {
    let fresh: EventStore | undefined;
    const other = async () => (fresh ??= (await memory().open()).events);
    return {
      events: {
        append: async (...given) => (await other()).append(...given),
        head: async () => (await other()).head(),
      },
    };
  },
);

noticed('gives the log a new name each time', 'opening and closing: a log has a name of its own, which stays', () => {
  const id = crypto.randomUUID();
  return { events: { logId: async () => id } };
});

test.run();
