/** Proof that the conformance suite can fail: stores whose reading, deleting or keeping is broken in one way each. */
import { type EventStore, type ReadStreamOptions, StoredEvent } from '@tidemark/core';
import { suite } from 'uvu';
import { assertNoticed, type Break, mapPages } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

/** A store whose `readStream` reads with other options. */
const readingWith =
  (change: (options: ReadStreamOptions) => ReadStreamOptions): Break =>
  ({ events }) => ({ events: { readStream: (name, options = {}) => events.readStream(name, change(options)) } });

const rewritten = ({ events }: { readonly events: EventStore }, rewrite: (event: StoredEvent) => StoredEvent) => ({
  events: {
    readStream: ((name, options) =>
      mapPages(events.readStream(name, options).pages(), (page) => page.map(rewrite))) as EventStore['readStream'],
  },
});

/** The event with other metadata, or with another time of the store's. */
const retold = (event: StoredEvent, metadata: string | null, time = event.recordedTime) =>
  new StoredEvent(
    event.eventId,
    event.type,
    event.dataText,
    metadata,
    event.streamName,
    event.category,
    event.revision,
    event.position,
    time,
  );

noticed(
  'reads behind `from`',
  'reading a stream: forwards: from the first, or from a revision, inclusive',
  readingWith((options) => (options.from === undefined ? options : { ...options, from: options.from + 1 })),
);

noticed(
  'takes the limit for a revision',
  'failures of others: a revision to read up to was passed as a count',
  readingWith((options) =>
    options.limit === undefined ? options : { ...options, limit: Math.max(0, options.limit - (options.from ?? 0)) },
  ),
);

noticed(
  'ignores the direction',
  'reading a stream: backwards: from the last, or from a revision, inclusive',
  readingWith(({ direction: _, ...options }) => options),
);

noticed(
  'ignores an abort',
  'reading a stream: an abort ends it with the reason given',
  readingWith(({ signal: _, ...options }) => options),
);

const atOnce = (events: AsyncIterable<StoredEvent>) => {
  const whole = async function* () {
    const page: StoredEvent[] = [];
    for await (const event of events) page.push(event);
    yield page;
  };
  return mapPages(whole(), (page) => page);
};
const wholeStreams: Break = ({ events }) => ({
  events: { readStream: (...given) => atOnce(events.readStream(...given)) },
});

noticed('loads a whole stream at once', 'reading a stream: a long stream comes in pages', wholeStreams);
noticed(
  'loads a whole stream of large events at once',
  'large events: pages of a stream are bounded by what its events hold',
  wholeStreams,
);
noticed(
  'loads events with large metadata at once',
  'large events: a limit holds among large events, and metadata counts',
  wholeStreams,
);
noticed(
  'loads the whole log at once',
  'large events: pages of the log are bounded by what its events hold',
  ({ events }) => ({ events: { readAll: (options) => atOnce(events.readAll(options)) } }),
);

noticed(
  'finds no fault with a missing stream',
  'reading a stream: a missing stream is not found, however it is read',
  ({ events }) => ({
    events: {
      readStream: (name, options) => {
        const lenient = async function* () {
          try {
            yield* events.readStream(name, options).pages();
          } catch {
            // nothing there
          }
        };
        return mapPages(lenient(), (page) => page);
      },
    },
  }),
);

noticed(
  'drops the side note, so that a Date is text',
  'exactness: data is read as it was given: Date, bigint, Map, Set, bytes, undefined, -0, any text',
  (stores) => rewritten(stores, (event) => retold(event, null)),
);

const withoutNote = (event: StoredEvent) =>
  retold(event, event.metadataText?.replace('"$recordedAt"', '"recordedAt"') ?? null);

noticed(
  'reads by its own clock what was moved',
  'recorded time: `$recordedAt` in the metadata wins over the store’s clock, however the event is read',
  (stores) => rewritten(stores, withoutNote),
);
noticed(
  'takes the recording for the occurrence',
  'recorded time: when it occurred is still what `$occurredAt` says',
  (stores) => rewritten(stores, (event) => retold(event, event.metadataText?.replace('"$occurredAt"', '"at"') ?? null)),
);
noticed(
  'believes any note of a time',
  'recorded time: the store’s clock counts where `$recordedAt` is no time, or stands elsewhere',
  (stores) => rewritten(stores, (event) => retold(event, event.metadataText, 0)),
);
noticed(
  'counts `maxAge` from when it was recorded first',
  'recorded time: `maxAge` counts from the store’s own clock',
  ({ events }) => {
    let oldest = 0;
    return {
      events: {
        changeStreamMetadata: async (name, changes) => {
          oldest = changes.maxAge === undefined ? 0 : Date.UTC(2000, 11);
          await events.changeStreamMetadata(name, {});
        },
        readStream: (name, options) =>
          mapPages(events.readStream(name, options).pages(), (page) =>
            page.filter(({ recordedAt }) => recordedAt.getTime() >= oldest),
          ),
      },
    };
  },
);

noticed('gives the same object to every reader', 'exactness: each reading gives copies of its own', (stores) => {
  const kept = new Map<string, StoredEvent>();
  return rewritten(stores, (event) => {
    const first = kept.get(event.eventId) ?? event;
    kept.set(event.eventId, first);
    return first;
  });
});

noticed(
  'begins a backwards reading of the log at `before`',
  'reading the log: backwards before a position, exclusive',
  ({ events }) => ({
    events: {
      readAll: (options = {}) =>
        events.readAll(options.before === undefined ? options : { ...options, before: options.before + 1 }),
    },
  }),
);

noticed('takes prefixes for patterns', 'filter: beginnings of stream names, exactly', ({ events }) => ({
  events: {
    readAll: ({ filter = {}, ...options } = {}) => {
      const { prefixes, ...others } = filter;
      const like = prefixes?.map(
        (prefix) =>
          new RegExp(
            `^${prefix
              .replace(/[[\]?*+()]/g, '\\$&')
              .replaceAll('_', '.')
              .replaceAll('%', '.*')}`,
          ),
      );
      const pages = events.readAll({ ...options, filter: others }).pages();
      return mapPages(pages, (page) =>
        page.filter(({ streamName }) => like?.some((pattern) => pattern.test(streamName)) ?? true),
      );
    },
  },
}));

noticed('takes OR for AND between the kinds', 'filter: AND between the kinds', ({ events }) => ({
  events: {
    readAll: ({ filter, ...options } = {}) => {
      const { categories, types } = filter ?? {};
      if (categories === undefined || types === undefined) return events.readAll({ filter, ...options });
      return mapPages(events.readAll(options).pages(), (page) =>
        page.filter(({ category, type }) => categories.includes(category) || types.includes(type)),
      );
    },
  },
}));

noticed(
  'counts what does not match towards the limit',
  'reading the log: a limit counts the events that match',
  ({ events }) => ({
    events: {
      readAll: ({ filter, ...options } = {}) => {
        const { prefixes = [''] } = filter ?? {};
        return mapPages(events.readAll(options).pages(), (page) =>
          page.filter((event) => prefixes.some((prefix) => event.streamName.startsWith(prefix))),
        );
      },
    },
  }),
);

noticed(
  'hides truncated events from the log',
  'truncation: hides nothing from the log, a category or a subscription to the log',
  ({ events }) => {
    let hidden = 0;
    return {
      events: {
        changeStreamMetadata: async (name, changes) => {
          hidden = changes.truncateBefore ?? 0;
          await events.changeStreamMetadata(name, changes);
        },
        readAll: (options) =>
          mapPages(events.readAll(options).pages(), (page) => page.filter(({ revision }) => revision >= hidden)),
      },
    };
  },
);

noticed(
  'forgets the metadata of a deleted stream',
  'revival: what limits and describes the stream outlives its deletion',
  ({ events }) => ({
    events: {
      deleteStream: async (name, options) => {
        await events.deleteStream(name, options);
        await events.changeStreamMetadata(name, { maxCount: null, custom: null });
      },
    },
  }),
);

noticed(
  'deletes what never was',
  'delete: is refused for a stream that was never written, whatever is expected',
  ({ events }) => ({
    events: { deleteStream: (name, options) => events.deleteStream(name, options).catch(() => {}) },
  }),
);

noticed('lets no events pass a tombstone', 'tombstone: end every write, even of no events', ({ events }) => ({
  events: {
    append: async (streamName, batch, options) =>
      batch.length > 0
        ? events.append(streamName, batch, options)
        : { streamName, revision: undefined, position: undefined, repeated: false },
  },
}));

noticed(
  'takes a soft deletion for a tombstone',
  'revival: `no_stream`, `any` and the last revision revive a deleted stream, and its numbering goes on',
  ({ events }) => ({
    events: { deleteStream: (name, options) => events.tombstoneStream(name, options) },
  }),
);

noticed(
  'calls every stream unchanged',
  'concurrency: never calls a stream unchanged that another opening wrote to',
  () => ({
    events: { isUnchanged: () => true },
  }),
);

noticed(
  'lets an older snapshot replace a newer one',
  'snapshots: an older one of the same fingerprint is ignored',
  ({ snapshots }) => ({
    snapshots: {
      save: async (snapshot) => {
        await snapshots.remove(snapshot.streamName, snapshot.kind);
        await snapshots.save(snapshot);
      },
    },
  }),
);

test.run();
