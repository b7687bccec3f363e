import assert from 'node:assert/strict';
import type {
  AppendOptions,
  EventData,
  EventFilter,
  EventStore,
  ReadAllOptions,
  ReadStreamOptions,
} from '@tidemark/core';
import { all, any, numbered, one, refused, writingNothing } from './language.ts';
import type { Rules } from './rule.ts';

const badNames: readonly unknown[] = [
  '',
  'x'.repeat(513),
  'account-\n1',
  '\0',
  'account\u007F',
  'account\u0085',
  'account-\uD83D',
  '\uDE00-1',
  undefined,
  null,
  42,
  {},
  ['account-1'],
];

const badRevisions: readonly unknown[] = [
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  'foo',
  '0',
  'ANY',
  undefined,
  null,
  0n,
  {},
];
const badPlaces: readonly unknown[] = [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', null, 1n, {}];

const badFilters: readonly unknown[] = [
  null,
  'account',
  [],
  () => true,
  { category: ['account'] },
  { categories: 'account' },
  { categories: [] },
  { types: [1] },
  { prefixes: [undefined] },
  { types: null },
];

export const badInput: Rules = {
  'what is no stream name is refused, saying what was found and what is wanted': async ({ events }) => {
    for (const bad of badNames) {
      const name = bad as string;
      for (const use of usesOfStream(events, name)) {
        const error = await writingNothing(events, () => refused('INVALID_STREAM_NAME', use));
        assert.deepEqual([typeof error['found'], typeof error['wanted']], ['string', 'string']);
      }
    }
  },

  'what is no expected revision is refused': async ({ events }) => {
    await events.append('account-1', numbered(1), any);
    for (const bad of badRevisions) {
      const options = { expectedRevision: bad } as AppendOptions;
      for (const appended of [numbered(1), []]) {
        await writingNothing(events, () =>
          refused('INVALID_ARGUMENT', () => events.append('account-1', appended, options)),
        );
      }
      if (bad === undefined) continue;
      await refused('INVALID_ARGUMENT', () => events.deleteStream('account-1', options));
      await refused('INVALID_ARGUMENT', () => events.tombstoneStream('account-1', options));
    }
    await refused('INVALID_ARGUMENT', () =>
      events.append('account-1', numbered(1), undefined as unknown as AppendOptions),
    );
    assert.equal((await all(events.readStream('account-1'))).length, 1);
  },

  'what is no event is refused': async ({ events }) => {
    const good = one();
    const { eventId, type, data } = good;
    const bad: readonly unknown[] = [
      undefined,
      null,
      'event',
      {},
      { type, data },
      { eventId, data },
      { eventId, type },
      { eventId, type, data: { number: 1 } },
      { eventId: 7, type, data },
      { eventId, type, data, metadata: { user: 'Ada' } },
    ];
    for (const event of bad) {
      await writingNothing(events, () =>
        refused('INVALID_ARGUMENT', () => events.append('account-1', [good, event] as EventData[], any)),
      );
    }
  },

  'an event that could not be given back is refused, saying what was found and what is wanted': async ({ events }) => {
    const good = one();
    const bad: readonly Partial<Record<keyof EventData, unknown>>[] = [
      ...['', '42', good.eventId.toUpperCase(), `${good.eventId} `, `{${good.eventId}}`].map((eventId) => ({
        eventId,
      })),
      ...['', '$Numbered', '$>', 'a\0', 'a\nb', 'a\u0085', '\uD83D', 'x'.repeat(513)].map((type) => ({ type })),
      ...['', 'text', '{', '{"number":1}}', 'undefined', 'NaN', "{'a':1}", '"\uD83D"'].map((data) => ({ data })),
      ...['', 'abc', '"abc"', '[]', 'null', '7', '{', '{"a":"\uDE00"}'].map((metadata) => ({ metadata })),
      { metadata: null },
    ];
    for (const part of bad) {
      const event = { ...good, ...part } as EventData;
      const error = await writingNothing(events, () =>
        refused('INVALID_ARGUMENT', () => events.append('account-1', [good, event], any)),
      );
      assert.deepEqual([typeof error['found'], typeof error['wanted']], ['string', 'string'], JSON.stringify(part));
    }
  },

  'an event made by hand is taken where it is right': async ({ events }) => {
    const event = {
      ...one(7),
      type: 'Zahlung, bezahlt 😀',
      data: ' {"number": 7, "half": "\\ud83d"}',
      metadata: '{"a":[]}',
    };
    await events.append('account-1', [event], any);
    const [read] = await all(events.readStream('account-1'));
    assert.deepEqual(
      [read?.eventId, read?.type, read?.data, read?.metadata],
      [event.eventId, event.type, { number: 7, half: '\ud83d' }, { a: [] }],
    );
  },

  'what is no list of events is refused': async ({ events }) => {
    for (const bad of [undefined, null, {}, 'events', one(), new Set(numbered(1))]) {
      await writingNothing(events, () =>
        refused('INVALID_ARGUMENT', () => events.append('account-1', bad as EventData[], any)),
      );
    }
  },

  'an append above the limit is refused whole': async ({ events }) => {
    const { maxAppendBytes } = events.capabilities;
    const size = Math.min(maxAppendBytes, 1_048_576);
    const event = one();
    const data = JSON.stringify('x'.repeat(size - 2));
    const large = Array.from({ length: Math.floor(maxAppendBytes / size) }, () => ({ ...event, data }));
    const error = await writingNothing(events, () =>
      refused('APPEND_TOO_LARGE', () => events.append('account-1', [...large, event], any)),
    );
    assert.match(String(error['found']), /\d/);
    assert.match(String(error['wanted']), new RegExp(String(maxAppendBytes)));
    await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1')));
  },

  'bytes are counted, not characters, and metadata too': async ({ events }) => {
    const { maxAppendBytes } = events.capabilities;
    const event = one();
    const text = JSON.stringify('ü'.repeat(Math.ceil(maxAppendBytes / 2)));
    await refused('APPEND_TOO_LARGE', () => events.append('account-1', [{ ...event, data: text }], any));
    await refused('APPEND_TOO_LARGE', () => events.append('account-1', [{ ...event, metadata: `{"m":${text}}` }], any));
  },

  'options of reading a stream that cannot be meant are refused': async ({ events }) => {
    await events.append('account-1', numbered(1), any);
    for (const place of badPlaces) {
      await refused('INVALID_ARGUMENT', () =>
        all(events.readStream('account-1', { from: place } as ReadStreamOptions)),
      );
      await refused('INVALID_ARGUMENT', () =>
        all(events.readStream('account-1', { limit: place } as ReadStreamOptions)),
      );
    }
    for (const direction of ['sideways', 1, null]) {
      await refused('INVALID_ARGUMENT', () => all(events.readStream('account-1', { direction } as ReadStreamOptions)));
    }
  },

  'options of reading the log that cannot be meant are refused': async ({ events }) => {
    for (const place of badPlaces) {
      await refused('INVALID_ARGUMENT', () => all(events.readAll({ from: place } as ReadAllOptions)));
      await refused('INVALID_ARGUMENT', () => all(events.readAll({ limit: place } as ReadAllOptions)));
      await refused('INVALID_ARGUMENT', () =>
        all(events.readAll({ direction: 'backwards', before: place } as ReadAllOptions)),
      );
    }
    await refused('INVALID_ARGUMENT', () => all(events.readAll({ before: 5 })));
    await refused('INVALID_ARGUMENT', () => all(events.readAll({ direction: 'backwards', from: 5 })));
    await refused('INVALID_ARGUMENT', () => all(events.readAll({ direction: 'up' } as unknown as ReadAllOptions)));
  },

  'what is no filter is refused': async ({ events }) => {
    for (const bad of badFilters) {
      const filter = bad as EventFilter;
      await refused('INVALID_ARGUMENT', () => all(events.readAll({ filter })));
      await refused('INVALID_ARGUMENT', () => first(events.subscribeToAll({ filter })));
    }
  },

  'what is no place to subscribe from is refused': async ({ events }) => {
    for (const bad of badPlaces) {
      const after = bad as number;
      await refused('INVALID_ARGUMENT', () => first(events.subscribeToAll({ after })));
      await refused('INVALID_ARGUMENT', () => first(events.subscribeToStream('account-1', { after })));
    }
  },

  'what are no options is refused': async ({ events }) => {
    await events.append('account-1', numbered(1), any);
    for (const bad of [null, 'after', 7, [], () => 1, { signal: null }, { signal: {} }, { signal: true }]) {
      const options = bad as object;
      await refused('INVALID_ARGUMENT', () => all(events.readStream('account-1', options)));
      await refused('INVALID_ARGUMENT', () => all(events.readAll(options)));
      await refused('INVALID_ARGUMENT', () => first(events.subscribeToAll(options)));
      await refused('INVALID_ARGUMENT', () => first(events.subscribeToStream('account-1', options)));
    }
    for (const bad of [null, 'any', 7]) {
      await refused('INVALID_ARGUMENT', () => events.deleteStream('account-1', bad as unknown as object));
      await refused('INVALID_ARGUMENT', () => events.tombstoneStream('account-1', bad as unknown as object));
    }
    await refused('INVALID_ARGUMENT', () => all(events.readAll({ from: 1, before: 2 })));
    await refused('INVALID_ARGUMENT', () => all(events.readAll({ from: 1, before: 2, direction: 'backwards' })));
    assert.equal((await all(events.readStream('account-1'))).length, 1);
  },

  'a call that gives a promise rejects it, and throws nothing beside': async ({ events }) => {
    const calls = [
      () => events.append('', numbered(1), any),
      () => events.append('account-1', undefined as unknown as EventData[], any),
      () => events.deleteStream(''),
      () => events.tombstoneStream(''),
      () => events.readStreamMetadata(''),
      () => events.changeStreamMetadata('', {}),
    ];
    for (const call of calls) {
      let promise: Promise<unknown> | undefined;
      assert.doesNotThrow(() => {
        promise = call();
        promise.catch(() => {});
      });
      await assert.rejects(promise ?? Promise.resolve());
    }
  },
};

function usesOfStream(events: EventStore, name: string): readonly (() => unknown)[] {
  return [
    () => events.append(name, numbered(1), any),
    () => events.append(name, [], any),
    () => all(events.readStream(name)),
    () => first(events.subscribeToStream(name)),
    () => events.deleteStream(name),
    () => events.tombstoneStream(name),
    () => events.readStreamMetadata(name),
    () => events.changeStreamMetadata(name, { maxCount: 1 }),
  ];
}

function first<T>(items: AsyncIterable<T>): Promise<IteratorResult<T>> {
  return items[Symbol.asyncIterator]().next();
}
