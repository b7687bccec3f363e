/** Proof that the conformance suite can fail: stores that take what they have to refuse, or refuse what they have to take. */
import { type EventData, type EventStore, eventData, WrongExpectedRevisionError } from '@tidemark/core';
import { suite } from 'uvu';
import { assertNoticed, type Break, oneByOne } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

type Append = EventStore['append'];

/** A store whose `append` is another. */
const appending =
  (change: (append: Append) => Append): Break =>
  ({ events }) => ({ events: { append: change((...given) => events.append(...given)) } });

const one = () => eventData('Numbered', {});

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

/** A store whose `append` mends what it is given before it looks at it. */
const mending = (part: Partial<EventData>, isBad: (event: EventData) => boolean): Break =>
  appending(
    (append) => (name, events, options) =>
      append(
        name,
        Array.isArray(events) ? events.map((each) => (isBad(each) ? { ...each, ...part } : each)) : events,
        options,
      ),
  );
const unfit = 'bad input: an event that could not be given back is refused, saying what was found and what is wanted';

noticed(
  'takes an id that is no UUID',
  unfit,
  mending({ eventId: one().eventId }, ({ eventId }) => eventId === '42'),
);
noticed(
  'takes a type of its own kind',
  unfit,
  mending({ type: 'Numbered' }, ({ type }) => type?.startsWith('$')),
);
noticed(
  'takes an event without a type',
  unfit,
  mending({ type: 'Numbered' }, ({ type }) => type === ''),
);
noticed(
  'takes data that is no JSON',
  unfit,
  mending({ data: '{}' }, ({ data }) => data === 'text'),
);
noticed(
  'takes half a surrogate pair in data',
  unfit,
  mending({ data: '{}' }, ({ data }) => data === '"\uD83D"'),
);
noticed(
  'takes metadata that is a text',
  unfit,
  mending({ metadata: '{}' }, ({ metadata }) => metadata === '"abc"'),
);
noticed(
  'takes metadata that is a list',
  unfit,
  mending({ metadata: '{}' }, ({ metadata }) => metadata === '[]'),
);
noticed(
  'takes only what it made itself',
  'bad input: an event made by hand is taken where it is right',
  mending({ data: '' }, ({ type }) => type?.includes('bezahlt')),
);

noticed(
  'looks at the size of each stream alone',
  'append to several streams: an append above the limit is refused whole, though no stream of it is',
  oneByOne,
);
noticed(
  'takes one append to several streams for a list of them',
  'append to several streams: what is no list of appends is refused',
  ({ events }) => ({
    events: { appendToStreams: (appends, options) => events.appendToStreams([appends].flat(), options) },
  }),
);

noticed(
  'takes a deleted stream for one that is there, beside others',
  'append to several streams: revives those of them that were deleted, however that came about, and shows what is new',
  ({ events }) => ({
    events: {
      async appendToStreams(appends, options) {
        for (const { streamName, expectedRevision } of appends) {
          const { revision } = await events.append(streamName, [], { expectedRevision: 'any' });
          if (expectedRevision === 'no_stream' && revision !== undefined)
            throw new WrongExpectedRevisionError(streamName, expectedRevision, revision);
        }
        return events.appendToStreams(appends, options);
      },
    },
  }),
);

noticed('takes no options for the usual ones', 'bad input: what are no options is refused', ({ events }) => ({
  events: { subscribeToAll: (options) => events.subscribeToAll(options ?? {}) },
}));

test.run();
