/** Proof that the rules for moving a log can fail: stores that are broken in one way each. */
import type { EventData } from '@tidemark/core';
import { suite } from 'uvu';
import { assertNoticed, type Break, mapPages } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

const comes = 'moving: a log comes from another store as it was, with what hides its events';

noticed('deletes nothing', comes, () => ({
  events: { deleteStream: async () => {} },
}));

noticed('forgets where a stream was revived', comes, ({ events }) => ({
  events: {
    readStreamMetadata: async (name) => {
      const { revivedAt: _, ...metadata } = await events.readStreamMetadata(name);
      return metadata;
    },
  },
}));

noticed(
  'hides deleted streams from the log',
  'moving: a log goes to another store and comes back the same',
  (stores) => {
    const gone = new Set<string>();
    const { events } = stores;
    return {
      events: {
        tombstoneStream: async (name, options) => {
          gone.add(name);
          await events.tombstoneStream(name, options);
        },
        readAll: (options) =>
          mapPages(events.readAll(options).pages(), (page) => page.filter(({ streamName }) => !gone.has(streamName))),
      },
    };
  },
);

/** Writes what was stored before once more, under ids of its own. */
function forgetful(): Break {
  const stored = new Set<string>();
  const again = (batch: readonly EventData[]): readonly EventData[] =>
    batch.map((event) => {
      const isKnown = stored.has(event.eventId);
      stored.add(event.eventId);
      return isKnown ? { ...event, eventId: crypto.randomUUID() } : event;
    });
  return ({ events }) => ({
    events: {
      append: (name, batch) => events.append(name, again(batch), { expectedRevision: 'any' }),
      appendToStreams: (appends) =>
        events.appendToStreams(
          appends.map((append) => ({ ...append, events: again(append.events), expectedRevision: 'any' })),
        ),
    },
  });
}

noticed('writes again what is repeated', 'moving: copied by two at once, nothing is written twice', forgetful());

noticed('loses its last event', 'moving: a copy that was ended is gone on with', ({ events }) => ({
  events: { readAll: (options) => mapPages(events.readAll(options).pages(), (page) => page.slice(0, -1)) },
}));

noticed('loses limits that are set', 'moving: copied again, nothing is written twice', () => ({
  events: { changeStreamMetadata: async () => {} },
}));

noticed('takes the log for its own', 'moving: streams that the log lacks are left alone', ({ events }) => ({
  events: {
    appendToStreams: async (appends) => {
      await events.changeStreamMetadata('other-1', { maxCount: 1 });
      return events.appendToStreams(appends);
    },
  },
}));

noticed(
  'hides from the log what was deleted',
  'moving: a stream with other events is named, and nothing is written',
  ({ events }) => ({
    events: {
      readAll: (options) =>
        mapPages(events.readAll(options).pages(), (page) => page.filter(({ streamName }) => streamName !== 'm-b-1')),
    },
  }),
);

noticed(
  'forgets what is custom',
  'moving: random logs come from another store and go back the same, copied in parts',
  ({ events }) => ({
    events: {
      changeStreamMetadata: (name, { custom: _, ...changes }) => events.changeStreamMetadata(name, changes),
    },
  }),
);

test.run();
