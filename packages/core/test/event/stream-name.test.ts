import assert from 'node:assert/strict';
import {
  aggregateIdOf,
  assertExpectedRevision,
  assertPlace,
  assertStreamName,
  categoryOf,
  streamName,
} from '@tidemark/core';
import fc from 'fast-check';
import { test } from 'uvu';

const wanted = 'well-formed text of 1 to 512 characters without control characters';
/** What each name is refused for; `undefined` where it is taken. */
function found(name: unknown): string | undefined {
  try {
    assertStreamName(name);
    return undefined;
  } catch (error) {
    const refusal = error as { code: string; found: string; wanted: string };
    assert.deepEqual([refusal.code, refusal.wanted], ['INVALID_STREAM_NAME', wanted]);
    return refusal.found;
  }
}

test('category and id give a name, and the name gives them back, whatever the id holds', () => {
  const category = fc
    .string({ minLength: 1, maxLength: 20 })
    .filter((text) => !text.includes('-') && found(text) === undefined);
  const id = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => found(text) === undefined);
  fc.assert(
    fc.property(category, id, (kind, aggregateId) => {
      const name = streamName(kind, aggregateId);
      assert.deepEqual([categoryOf(name), aggregateIdOf(name)], [kind, aggregateId]);
    }),
  );
});

test('a name splits at its first -, and one without is its own category', () => {
  for (const [name, category, aggregateId] of [
    ['account-42', 'account', '42'],
    ['account-4-2', 'account', '4-2'],
    ['account', 'account', ''],
    ['account-', 'account', ''],
    ['-42', '', '42'],
    ['-', '', ''],
  ] as const) {
    assert.deepEqual([categoryOf(name), aggregateIdOf(name)], [category, aggregateId]);
  }
});

test('a category that would not come back, and an empty id, make no name', () => {
  for (const category of ['', 'loan-application', '-', undefined, 5]) {
    assert.throws(() => streamName(category as string, '42'), { code: 'INVALID_STREAM_NAME', found: /^the category / });
  }
  for (const id of ['', undefined, null, 42]) {
    assert.throws(() => streamName('account', id as string), {
      code: 'INVALID_STREAM_NAME',
      found: /^the aggregate id /,
    });
  }
  assert.throws(() => streamName('account', 'x'.repeat(505)), { code: 'INVALID_STREAM_NAME', found: '513 characters' });
  assert.throws(() => streamName('account', '4\n2'), { code: 'INVALID_STREAM_NAME' });
});

test('well-formed text of 1 to 512 characters is a name', () => {
  for (const name of [
    'x',
    ' ',
    'größe-ü',
    '口座-😀',
    '__proto__',
    '%-_',
    '\u2028',
    'x'.repeat(512),
    '😀'.repeat(256),
  ]) {
    assert.equal(found(name), undefined);
  }
});

test('all else is refused with what was found', () => {
  assert.deepEqual(['', undefined, null, 42, {}, ['account-1']].map(found), [
    '""',
    'undefined',
    'null',
    '42',
    'a plain object',
    'an array of 1',
  ]);
  assert.equal(found('x'.repeat(513)), '513 characters');
  for (const half of ['\uD83D', 'a\uDE00', '\uDE00\uD83D', 'a\uD83Db'])
    assert.equal(found(half), 'half a surrogate pair');
});

test('every control character is refused, wherever it stands, and no other of the first 256 is', () => {
  for (let code = 0; code < 256; code += 1) {
    const character = String.fromCharCode(code);
    const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    for (const name of [character, `a${character}`, `${character}-1`]) {
      assert.equal(found(name), control ? 'a control character' : undefined);
    }
  }
});

test('an expected revision is one of three words or a whole number from 0', () => {
  for (const good of ['any', 'no_stream', 'stream_exists', 0, 1, Number.MAX_SAFE_INTEGER]) assertExpectedRevision(good);
  for (const bad of [
    undefined,
    null,
    '',
    'Any',
    '0',
    -1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    1n,
    {},
    [0],
  ]) {
    assert.throws(() => assertExpectedRevision(bad), { code: 'INVALID_ARGUMENT', argument: 'expected revision' });
  }
});

test('a place is a whole number from 0 that a number holds exactly', () => {
  for (const good of [0, 1, Number.MAX_SAFE_INTEGER]) assertPlace('from', good);
  for (const bad of [undefined, null, '1', -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1n]) {
    assert.throws(() => assertPlace('from', bad), {
      code: 'INVALID_ARGUMENT',
      argument: 'from',
      wanted: 'a whole number from 0 to 2^53 - 1',
    });
  }
});

test.run();
