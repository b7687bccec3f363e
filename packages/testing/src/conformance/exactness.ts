import assert from 'node:assert/strict';
import { type EventMetadata, eventData } from '@tidemark/core';
import { all, any, firstOf, numbered, refused, writingNothing } from './language.ts';
import type { Rules } from './rule.ts';

const awkwardText = [
  '',
  ' ',
  '\0',
  '\u007F',
  '\u2028',
  '"\\/',
  'é',
  'e\u0301',
  '😀',
  '\uFFFF',
  '\uD83D',
  'x\uDE00y',
  '\uFEFF',
  '\r\n',
  "'; --",
];

/** One of everything that the codec keeps. */
const everything = {
  date: new Date('2024-02-29T23:59:59.999Z'),
  early: new Date(-62_135_596_800_000),
  bigint: -(2n ** 80n),
  map: new Map<unknown, unknown>([
    ['a', new Map([[1, new Date(0)]])],
    [{ key: 1n }, undefined],
  ]),
  set: new Set<unknown>([1, '1', 1n, new Date(1)]),
  bytes: new Uint8Array([0, 127, 128, 255]),
  noBytes: new Uint8Array(),
  undefined: undefined,
  null: null,
  zeros: [0, -0],
  numbers: [Number.MAX_VALUE, Number.MIN_VALUE, Number.MAX_SAFE_INTEGER, 0.1 + 0.2, 1e21, -1e-7],
  text: awkwardText,
  empty: [{}, [], new Map(), new Set()],
  'a/b~c': { '': { '~1': new Date(2) }, $types: 'data', constructor: 1, '0': 0 },
  none: Object.assign(Object.create(null) as object, { at: new Date(3) }),
};

export const exactness: Rules = {
  'data is read as it was given: Date, bigint, Map, Set, bytes, undefined, -0, any text': async ({ events }) => {
    await events.append('account-1', [eventData('Everything', everything)], any);
    const read = await firstOf(events.readStream('account-1'));
    assert.deepEqual(read.data, everything);
  },

  'the same by reading the log, and after it was opened again': async ({ events, reopen }) => {
    await events.append('account-1', [eventData('Everything', everything)], any);
    const read = await firstOf(events.readAll({ direction: 'backwards' }));
    assert.deepEqual(read.data, everything);
    const { events: later } = await reopen();
    const again = await firstOf(later.readStream('account-1'));
    assert.deepEqual(again.data, everything);
  },

  'data may be any value, not only an object': async ({ events }) => {
    const values = [null, true, 0, -0, 'text', [], [undefined], undefined, 1n, new Date(0), new Map([[1, 2]])];
    await events.append(
      'account-1',
      values.map((value) => eventData('Value', value)),
      any,
    );
    const read = await all(events.readStream('account-1'));
    assert.deepEqual(
      read.map(({ data }) => data),
      values,
    );
  },

  'metadata is read as it was given': async ({ events }) => {
    const metadata: EventMetadata = {
      $correlationId: 'c-1',
      $causationId: 'c-0',
      user: { name: 'Ada\u2028', roles: ['a', null, 1.5] },
      'a/b~c': { '': false },
      text: awkwardText,
    };
    await events.append(
      'account-1',
      [eventData('Noted', { at: new Date(0) }, { metadata }), eventData('Plain', {})],
      any,
    );
    const [noted, plain] = await all(events.readStream('account-1'));
    const { $types, ...read } = noted?.metadata ?? {};
    assert.deepEqual(read, metadata);
    assert.deepEqual($types, { '/at': 'Date' });
    assert.deepEqual(plain?.metadata, {});
  },

  'ids and types are read as they were given': async ({ events }) => {
    const types = [
      'Opened',
      'opened',
      'a b',
      'Größe',
      '口座開設',
      '😀',
      'x'.repeat(512),
      'constructor',
      '__proto__',
      "O'Brien; --",
    ];
    const appended = types.map((type) => eventData(type, {}));
    await events.append('account-1', appended, any);
    const read = await all(events.readStream('account-1'));
    assert.deepEqual(
      read.map(({ type }) => type),
      types,
    );
    assert.deepEqual(
      read.map(({ eventId }) => eventId),
      appended.map(({ eventId }) => eventId),
    );
  },

  'stream names are read as they were given': async ({ events }) => {
    const names = [
      'x'.repeat(512),
      'größe-ü',
      '口座-😀',
      '-',
      '--',
      'a-',
      ' - ',
      '%-_',
      "o'brien-1",
      'a\u0301-1',
      'á-1',
      '__proto__-1',
    ];
    for (const name of names) await events.append(name, numbered(1), any);
    assert.deepEqual(
      (await all(events.readAll())).map(({ streamName }) => streamName),
      names,
    );
    for (const name of names) assert.equal((await all(events.readStream(name)))[0]?.streamName, name);
  },

  'an event of a megabyte is read as it was given': async ({ events }) => {
    const size = Math.min(1_000_000, events.capabilities.maxAppendBytes - 1_000);
    const text = '0123456789'.repeat(size / 10);
    await events.append('account-1', [eventData('Large', { text })], any);
    const read = await firstOf(events.readStream('account-1'));
    assert.ok((read.data as { text: string }).text === text, 'another text');
  },

  'each reading gives copies of its own': async ({ events }) => {
    await events.append('account-1', [eventData('Noted', { list: [1, 2] }, { metadata: { tags: ['a'] } })], any);
    const first = await firstOf(events.readStream('account-1'));
    (first.data as { list: number[] }).list.push(3);
    (first.metadata as { tags: string[] }).tags.push('b');
    for (const pages of [
      events.readStream('account-1'),
      events.readAll(),
      events.readStream('account-1', { direction: 'backwards' }),
    ]) {
      const again = await firstOf(pages);
      assert.deepEqual([again.data, again.metadata['tags']], [{ list: [1, 2] }, ['a']]);
    }
  },

  'what was given can be changed afterwards': async ({ events }) => {
    const data = { list: [1] };
    const event = { ...eventData('Noted', data) };
    await events.append('account-1', [event], any);
    data.list.push(2);
    event.data = '{"list":[3]}';
    const read = await firstOf(events.readStream('account-1'));
    assert.deepEqual(read.data, { list: [1] });
  },

  'what could not be read back is refused with its path, before any write': async ({ events }) => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const bad: readonly [unknown, string][] = [
      [{ a: [() => 1] }, '/a/0'],
      [{ 'x/y': Symbol('s') }, '/x~1y'],
      [cycle, '/self'],
      [{ n: Number.NaN }, '/n'],
      [{ n: Number.POSITIVE_INFINITY }, '/n'],
      [{ d: new Date(Number.NaN) }, '/d'],
      [JSON.parse('{"a":{"__proto__":1}}'), '/a/__proto__'],
      // biome-ignore lint/suspicious/noSparseArray: that is what is refused
      [{ a: [1, , 2] }, '/a'],
      [{ toJSON: () => 1 }, ''],
      [{ error: new RangeError('x') }, '/error'],
    ];
    for (const [data, path] of bad) {
      const error = await writingNothing(events, () =>
        refused('NOT_SERIALIZABLE', async () => events.append('account-1', [eventData('Bad', data)], any)),
      );
      assert.equal(error['path'], path);
    }
  },
};
