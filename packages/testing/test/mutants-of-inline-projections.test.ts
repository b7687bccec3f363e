/** Proof that the conformance suite can fail: stores whose inline projections are broken in one way each. */
import { type InlineProjections, type InlineTransaction, StoredEvent, type Stores } from '@tidemark/core';
import { suite } from 'uvu';
import { inTransaction, running } from './breaks.ts';
import { assertNoticed, type Break, changed, mapPages } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

/** A store that shows events otherwise than they are. */
const showing = (change: (event: StoredEvent) => StoredEvent): Break =>
  running((projections) => ({ append: (events) => projections.append(events.map(change)) }));

const shown = 'inline projections: an append is shown before it is acknowledged, as it will be read';
const refuses = 'inline projections: what a projection refuses is not written, and rejected with what it threw';

noticed(
  'shows events without their place',
  shown,
  showing(
    ({ eventId, type, dataText, metadataText, streamName, category, recordedTime }) =>
      new StoredEvent(eventId, type, dataText, metadataText, streamName, category, 0, 0, recordedTime),
  ),
);

noticed(
  'shows events without their metadata',
  shown,
  showing(
    ({ eventId, type, dataText, streamName, category, revision, position, recordedTime }) =>
      new StoredEvent(eventId, type, dataText, null, streamName, category, revision, position, recordedTime),
  ),
);

noticed(
  'shows the last event of an append only',
  shown,
  running((projections) => ({
    append: (events) => projections.append(events.slice(-1)),
  })),
);

noticed(
  'does not flush',
  shown,
  running(() => ({ flush: () => {} })),
);
noticed(
  'does not say that it committed',
  shown,
  running(() => ({ committed: () => {} })),
);

noticed(
  'acknowledges before it says that it committed',
  shown,
  running((projections) => ({ committed: () => void setTimeout(() => projections.committed(), 5) })),
);

noticed('projects behind the append', refuses, ({ events }) => {
  const given: InlineProjections[] = [];
  return {
    useInline: (projections) => void given.push(projections),
    events: {
      append: async (name, batch, options) => {
        const result = await events.append(name, batch, options);
        for (const projections of given) {
          projections.begin({ head: 0 } as InlineTransaction);
          projections.append(await stored(events, name));
          projections.flush();
          projections.committed();
        }
        return result;
      },
    },
  };
});

noticed(
  'swallows what a projection throws',
  refuses,
  running((projections) => ({
    append: (events) => {
      try {
        projections.append(events);
      } catch {
        // A broken store.
      }
    },
  })),
);

noticed(
  'wraps what a projection throws',
  refuses,
  running((projections) => ({
    append: (events) => {
      try {
        projections.append(events);
      } catch (cause) {
        throw new RangeError('a projection failed', { cause });
      }
    },
  })),
);

noticed(
  'tries a projection again that looks as if the file was busy',
  'inline projections: anything that is thrown is the reason, as it is',
  ({ events }) => ({
    events: {
      append: (...given) =>
        events.append(...given).catch((error: unknown) => {
          if ((error as { code?: unknown } | undefined)?.code === 'SQLITE_BUSY') return events.append(...given);
          throw error;
        }),
    },
  }),
);

noticed(
  'leaves a deleted stream revived and empty',
  'inline projections: a refused append does not revive a deleted stream',
  ({ events }) => {
    let revived = false;
    return {
      events: {
        append: async (...given) => {
          revived = true;
          return events.append(...given);
        },
        deleteStream: async (...given) => {
          await events.deleteStream(...given);
          revived = false;
        },
        readStream: (name, options) =>
          revived ? mapPages(events.readAll().pages(), () => []) : events.readStream(name, options),
      },
    };
  },
);

noticed(
  'commits though `flush` failed',
  'inline projections: what `flush` throws refuses all, and nothing is stored',
  running((projections) => ({
    flush: () => {
      try {
        projections.flush();
      } catch {
        // A broken store.
      }
    },
  })),
);

noticed(
  'passes over a `begin` that failed',
  'inline projections: what `begin` throws refuses all, and nothing is stored',
  running((projections) => ({
    begin: (transaction) => {
      try {
        projections.begin(transaction);
      } catch {
        // A broken store.
      }
    },
  })),
);

noticed(
  'does not say that it rolled back',
  'inline projections: what `flush` throws refuses all, and nothing is stored',
  running(() => ({ rolledBack: () => {} })),
);

noticed(
  'shows what was appended before',
  'inline projections: a repeated append, an empty one and a refused one are not shown',
  ({ events, useInline }) => {
    let given: InlineProjections | undefined;
    return {
      useInline: (projections) => {
        given = projections;
        useInline?.(projections);
      },
      events: {
        append: async (name, batch, options) => {
          const result = await events.append(name, batch, options);
          if (result.repeated) given?.append(await stored(events, name));
          return result;
        },
      },
    };
  },
);

noticed(
  'keeps the checkpoint where it was',
  'inline projections: documents, letters and checkpoint are committed with the events',
  inTransaction(() => ({ moveCheckpoint: () => {} })),
);

const everyOpening: Stores[] = [];
noticed(
  'runs the projections of one opening for all',
  'inline projections: appends of an opening that was given none are shown to nobody',
  (stores) => {
    everyOpening.push(stores);
    return {
      useInline: (projections) => {
        for (const opening of everyOpening) opening.useInline?.(projections);
      },
    };
  },
);

noticed(
  'stays with the first projections',
  'inline projections: projections that are given later take the place of the former',
  ({ useInline }) => {
    let given = false;
    return {
      useInline: (projections) => {
        if (!given) useInline?.(projections);
        given = true;
      },
    };
  },
);

noticed(
  'drops what a projection appends',
  'inline projections: an append that a projection begins is written by a later transaction',
  ({ events, useInline }) => {
    let open = false;
    return {
      useInline: (projections) =>
        useInline?.(
          changed(projections, {
            append: (given) => {
              open = true;
              projections.append(given);
              open = false;
            },
          }),
        ),
      events: {
        append: async (streamName, batch, options) =>
          open ? { streamName, revision: 0, position: 1, repeated: false } : events.append(streamName, batch, options),
      },
    };
  },
);

async function stored(events: Stores['events'], name: string): Promise<readonly StoredEvent[]> {
  const read: StoredEvent[] = [];
  for await (const event of events.readStream(name)) read.push(event);
  return read;
}

test.run();
