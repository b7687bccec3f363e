import assert from 'node:assert/strict';
import {
  assertAppend,
  assertDeletable,
  assertOneKind,
  assertReadOn,
  type ExpectedRevision,
  eventData,
  planAppend,
  type StreamState,
  visibleFrom,
} from '@tidemark/core';
import fc from 'fast-check';
import { test } from 'uvu';

const streamName = 'account-42';
const missing: StreamState = { streamName, head: undefined, deleted: false, tombstone: false };
/** Of the events a, b and c. */
const three: StreamState = { ...missing, head: 2 };
const soft: StreamState = { ...three, deleted: true };
const gone: StreamState = { ...three, tombstone: true };
const noted: StreamState = { ...missing, maxCount: 5 };
const ids = ['a', 'b', 'c'];
const storedId = (state: StreamState) => (revision: number) => (state.head === undefined ? undefined : ids[revision]);

type Outcome = `write from ${number}` | `revive from ${number}` | `repeated to ${number}` | string;

function outcome(state: StreamState, expectedRevision: ExpectedRevision, events: string, revive?: boolean): Outcome {
  try {
    const plan = planAppend(state, { expectedRevision, revive }, [...events], storedId(state));
    if (plan.kind === 'repeated') return `repeated to ${plan.revision}`;
    return `${plan.revives ? 'revive' : 'write'} from ${plan.first}`;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const wrong = 'WRONG_EXPECTED_REVISION';
const deleted = 'STREAM_DELETED';

/** Each line of EventStoreDB's rules about appends, as `IndexWriter.CheckCommit` has them. */
const appends: readonly (readonly [
  rule: string,
  state: StreamState,
  expected: ExpectedRevision,
  events: string,
  Outcome,
])[] = [
  ['a missing stream is written with no_stream', missing, 'no_stream', 'x', 'write from 0'],
  ['a missing stream is written with any', missing, 'any', 'x', 'write from 0'],
  ['a missing stream does not exist', missing, 'stream_exists', 'x', wrong],
  ['a missing stream is at no revision', missing, 0, 'x', wrong],
  ['the exact revision writes on', three, 2, 'xy', 'write from 3'],
  ['any writes on', three, 'any', 'x', 'write from 3'],
  ['stream_exists writes on', three, 'stream_exists', 'x', 'write from 3'],
  ['expected above current is wrong', three, 3, 'x', wrong],
  ['expected above current is wrong for stored ids too', three, 5, 'a', wrong],

  ['no_stream, all ids stored: repeated', three, 'no_stream', 'abc', 'repeated to 2'],
  ['no_stream, a prefix of what is stored suffices', three, 'no_stream', 'a', 'repeated to 0'],
  ['exact below current, all ids stored from there on', three, 0, 'bc', 'repeated to 2'],
  ['exact below current, a prefix suffices', three, 0, 'b', 'repeated to 1'],
  ['no_stream, the first id differs', three, 'no_stream', 'xbc', wrong],
  ['no_stream, a later id differs', three, 'no_stream', 'axc', wrong],
  ['no_stream, a later id is missing', three, 'no_stream', 'abcd', wrong],
  ['a longer batch that begins with the stored ids', three, 1, 'cd', wrong],
  ['stored ids, but from another place on', three, 'no_stream', 'bc', wrong],
  ['stored ids in another order', three, 'no_stream', 'ba', wrong],
  ['one id twice where another is stored', three, 'no_stream', 'aa', wrong],

  ['any promises no idempotence', three, 'any', 'abc', 'write from 3'],
  ['stream_exists promises no idempotence', three, 'stream_exists', 'abc', 'write from 3'],
  ['the exact last revision does not look back', three, 2, 'abc', 'write from 3'],

  ['no events at the matching revision', three, 2, '', 'write from 3'],
  ['no events with any', three, 'any', '', 'write from 3'],
  ['no events with stream_exists', three, 'stream_exists', '', 'write from 3'],
  ['no events with no_stream on a missing stream', missing, 'no_stream', '', 'write from 0'],
  ['no events with no_stream on an existing one', three, 'no_stream', '', wrong],
  ['no events exact below current', three, 1, '', wrong],
  ['no events with stream_exists on a missing stream', missing, 'stream_exists', '', wrong],

  ['only metadata: the stream exists', noted, 'stream_exists', 'x', 'write from 0'],
  ['only metadata: there is no stream', noted, 'no_stream', 'x', 'write from 0'],
  ['only metadata: no revision', noted, 0, 'x', wrong],

  ['softly deleted: no_stream revives it, and revisions go on', soft, 'no_stream', 'x', 'revive from 3'],
  ['softly deleted: any revives it', soft, 'any', 'x', 'revive from 3'],
  ['softly deleted: the exact last revision revives it', soft, 2, 'x', 'revive from 3'],
  ['softly deleted: an exact revision below the last', soft, 1, 'x', wrong],
  ['softly deleted: an exact revision above the last', soft, 3, 'x', wrong],
  ['softly deleted: stream_exists', soft, 'stream_exists', 'x', deleted],
  [
    'softly deleted: no_stream with the original ids is repeated and does not revive',
    soft,
    'no_stream',
    'ab',
    'repeated to 1',
  ],
  ['softly deleted: no_stream with original ids and another', soft, 'no_stream', 'abx', wrong],
  ['softly deleted: the original ids at their exact revision are repeated', soft, 0, 'bc', 'repeated to 2'],
  ['softly deleted: no events with no_stream', soft, 'no_stream', '', wrong],

  ...(['any', 'no_stream', 'stream_exists', 2, 0, 7] as const).flatMap((expected) =>
    ['x', 'abc', ''].map(
      (events) => [`tombstone: ${expected} with '${events}'`, gone, expected, events, deleted] as const,
    ),
  ),
];

for (const [rule, state, expected, events, wanted] of appends) {
  test(`append: ${rule}`, () => assert.equal(outcome(state, expected, events), wanted));
}

test('a wrong expected revision says what was expected, what is, and how much was stored before', () => {
  assert.throws(() => planAppend(three, { expectedRevision: 'no_stream' }, ['a', 'x'], storedId(three)), {
    code: wrong,
    streamName,
    expected: 'no_stream',
    actual: 2,
    message: "stream 'account-42': expected 'no_stream', found revision 2 (the first 1 of 2 events were stored before)",
  });
  assert.throws(() => planAppend(missing, { expectedRevision: 4 }, ['x'], storedId(missing)), {
    actual: undefined,
    message: "stream 'account-42': expected revision 4, found no event",
  });
});

test('ids are compared only where they could be stored', () => {
  const asked: number[] = [];
  const watching = (revision: number) => {
    asked.push(revision);
    return ids[revision];
  };
  planAppend(three, { expectedRevision: 'any' }, ['x', 'y'], watching);
  planAppend(three, { expectedRevision: 2 }, ['x', 'y'], watching);
  assert.deepEqual(asked, []);
  assert.throws(() => planAppend(three, { expectedRevision: 0 }, ['x', 'y'], watching), { code: wrong });
  assert.deepEqual(asked, [1]);
});

test('whatever was appended exactly is repeated when it is appended again, and never written twice', () => {
  const cuts = fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 3 }));
  fc.assert(
    fc.property(cuts, ([from, count]) => {
      const events = ids.slice(from, from + count);
      const expected = from === 0 ? 'no_stream' : from - 1;
      const plan = planAppend(three, { expectedRevision: expected }, events, storedId(three));
      assert.deepEqual(plan, { kind: 'repeated', revision: from + events.length - 1 });
    }),
  );
});

const all = [missing, noted, three, soft, gone] as const;
const deletes: readonly (readonly [ExpectedRevision, softly: readonly string[], forGood: readonly string[]])[] = [
  //                missing, only metadata, three events, softly deleted, tombstone
  ['any', [wrong, wrong, 'ok', 'ok', deleted], ['ok', 'ok', 'ok', 'ok', deleted]],
  ['no_stream', [wrong, wrong, wrong, 'ok', deleted], ['ok', 'ok', wrong, 'ok', deleted]],
  ['stream_exists', [wrong, wrong, 'ok', 'ok', deleted], [wrong, wrong, 'ok', 'ok', deleted]],
  [2, [wrong, wrong, 'ok', 'ok', deleted], [wrong, wrong, 'ok', 'ok', deleted]],
  [1, [wrong, wrong, wrong, wrong, deleted], [wrong, wrong, wrong, wrong, deleted]],
  [3, [wrong, wrong, wrong, wrong, deleted], [wrong, wrong, wrong, wrong, deleted]],
];

for (const [expected, softly, forGood] of deletes) {
  test(`delete and tombstone with ${expected}, in every state`, () => {
    const outcomes = (tombstone: boolean) =>
      all.map((state) => {
        try {
          assertDeletable(state, expected, tombstone);
          return 'ok';
        } catch (error) {
          return (error as { code: string }).code;
        }
      });
    assert.deepEqual(outcomes(false), softly);
    assert.deepEqual(outcomes(true), forGood);
  });
}

test('who does not mean to revive a deleted stream is refused, but for what was stored before', () => {
  for (const expected of ['any', 'no_stream', 'stream_exists', 2] as const) {
    for (const events of ['x', '']) {
      assert.equal(outcome(soft, expected, events, false), expected === 'no_stream' && events === '' ? wrong : deleted);
    }
    assert.equal(outcome(three, expected, 'x', false), outcome(three, expected, 'x'));
    assert.equal(outcome(missing, expected, 'x', false), outcome(missing, expected, 'x'));
  }
  assert.equal(outcome(soft, 0, 'x', false), wrong);
  assert.equal(outcome(soft, 'no_stream', 'abc', false), 'repeated to 2');
  assert.equal(outcome(soft, 0, 'bc', false), 'repeated to 2');
  assert.equal(outcome(gone, 'any', 'x', false), deleted);
});

test('several streams: all new or all repeated, and no events count as neither', () => {
  const part = (kind: 'write' | 'repeated', count = 1) => ({
    plan: kind === 'write' ? ({ kind, first: 3, revives: false } as const) : ({ kind, revision: 2 } as const),
    state: { ...three, streamName: `${kind}-1` },
    expected: 1,
    count,
  });
  assertOneKind([]);
  assertOneKind([part('write'), part('write'), part('repeated', 0)]);
  assertOneKind([part('repeated'), part('repeated'), part('write', 0)]);
  assert.throws(() => assertOneKind([part('write'), part('repeated')]), {
    code: wrong,
    streamName: 'repeated-1',
    expected: 1,
    actual: 2,
    message: /\(stored before, unlike the events for 'write-1' in the same append\)$/,
  });
});

test('what may be read: all, or what truncation, count and age leave', () => {
  const now = 1_000_000;
  const visible = (change: Partial<StreamState>) => visibleFrom({ ...three, ...change }, now);
  const always = Number.NEGATIVE_INFINITY;
  assert.deepEqual(visible({}), { first: 0, since: always });
  assert.deepEqual(visible({ truncateBefore: 2 }), { first: 2, since: always });
  assert.deepEqual(visible({ truncateBefore: 9 }), { first: 9, since: always });
  assert.deepEqual(visible({ maxCount: 1 }), { first: 2, since: always });
  assert.deepEqual(visible({ maxCount: 9 }), { first: 0, since: always });
  assert.deepEqual(visible({ maxCount: 2, truncateBefore: 2 }), { first: 2, since: always });
  assert.deepEqual(visible({ maxAge: 60 }), { first: 0, since: 940_000 });
  assert.deepEqual(visible({ revivedAt: 2 }), { first: 2, since: always });
  assert.deepEqual(visible({ revivedAt: 2, truncateBefore: 1, maxCount: 3 }), { first: 2, since: always });
});

test('what was deleted since reading began is not read on, revived or not', () => {
  assertReadOn(three, undefined);
  assertReadOn({ ...three, truncateBefore: 2, revivedAt: 1 }, 1);
  assert.throws(() => assertReadOn(soft, undefined), { code: 'STREAM_NOT_FOUND', streamName });
  assert.throws(() => assertReadOn({ ...three, revivedAt: 1 }, undefined), { code: 'STREAM_NOT_FOUND' });
  assert.throws(() => assertReadOn({ ...three, revivedAt: 2 }, 1), { code: 'STREAM_NOT_FOUND' });
  assert.throws(() => assertReadOn(gone, undefined), { code: deleted, tombstone: true });
});

test('nothing may be read of a stream that is missing, deleted, or gone', () => {
  assert.throws(() => visibleFrom(missing, 0), { code: 'STREAM_NOT_FOUND', streamName });
  assert.throws(() => visibleFrom(noted, 0), { code: 'STREAM_NOT_FOUND' });
  assert.throws(() => visibleFrom(soft, 0), { code: 'STREAM_NOT_FOUND' });
  assert.throws(() => visibleFrom(gone, 0), { code: deleted, tombstone: true });
});

test('an append is checked whole before anything waits: name, expectation, events, size', () => {
  const event = eventData('Paid', { amount: 1 });
  const bytes = Buffer.byteLength(event.data);
  assertAppend(streamName, [event, event], 'any', 2 * bytes);
  assertAppend(streamName, [], 'any', 0);
  assert.throws(() => assertAppend('', [event], 'any', 100), { code: 'INVALID_STREAM_NAME' });
  assert.throws(() => assertAppend(streamName, [event], -1, 100), {
    code: 'INVALID_ARGUMENT',
    argument: 'expected revision',
  });
  assert.throws(() => assertAppend(streamName, [event], undefined, 100), { argument: 'expected revision' });
  for (const events of [
    undefined,
    {},
    'text',
    [undefined],
    [{}],
    [{ ...event, data: {} }],
    [{ ...event, metadata: {} }],
  ]) {
    assert.throws(() => assertAppend(streamName, events as never, 'any', 100), {
      code: 'INVALID_ARGUMENT',
      argument: 'events',
    });
  }
  assert.throws(() => assertAppend(streamName, [event, event], 'any', 2 * bytes - 1), {
    code: 'APPEND_TOO_LARGE',
    streamName,
    found: `${2 * bytes} bytes in 2 events`,
    wanted: `at most ${2 * bytes - 1} bytes`,
  });
});

test('the size of an append is counted in bytes of UTF-8, metadata included', () => {
  const event = eventData('Paid', '口座', { metadata: { user: 'é' } });
  const bytes = 8 + 13;
  assertAppend(streamName, [event], 'any', bytes);
  assert.throws(() => assertAppend(streamName, [event], 'any', bytes - 1), { code: 'APPEND_TOO_LARGE' });
});

test.run();
