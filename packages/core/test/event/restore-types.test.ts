import assert from 'node:assert/strict';
import { decodeValue, UnreadableEventError } from '@tidemark/core';
import fc from 'fast-check';
import { test } from 'uvu';
import { pathOf, pointerTo } from '../../src/event/json-pointer.ts';
import { Money, plainValue, values } from './values.ts';

const read = (json: string, types: unknown) =>
  decodeValue(json, types as Record<string, string>, "event 3 of stream 'account-1'", values);

function unreadable(json: string, types: unknown, reason: RegExp): void {
  assert.throws(
    () => read(json, types),
    (error: Error) => {
      assert.ok(error instanceof UnreadableEventError, `not typed: ${error}`);
      assert.equal(error.code, 'UNREADABLE_EVENT');
      assert.match(error.message, /^event 3 of stream 'account-1' cannot be read: /);
      assert.match(error.message, reason);
      return true;
    },
  );
}

test('a note that names nothing is refused', () => {
  for (const pointer of ['/b', '/a/b', '/a/0', '/list/3', '/list/-1', '/list/00', '/list/-', '/list/1/x', '/', '//']) {
    unreadable('{"a":"x","list":[1,null,2]}', { [pointer]: 'undefined' }, /the side note names nothing at '/);
  }
});

test("a note on an array's length, or on a character of a text, names nothing", () => {
  unreadable('{"list":[]}', { '/list/length': '-0' }, /names nothing/);
  unreadable('{"list":[1,2]}', { '/list/length': 'undefined' }, /names nothing/);
  unreadable('{"text":"abc"}', { '/text/0': 'bigint' }, /names nothing/);
  unreadable('{"text":"abc"}', { '/text/length': '-0' }, /names nothing/);
});

test('a note cannot reach what is inherited', () => {
  const inherited = [
    '/constructor',
    '/__proto__',
    '/constructor/prototype',
    '/__proto__/polluted',
    '/toString',
    '/a/__proto__/x',
  ];
  for (const pointer of inherited) unreadable('{"a":{}}', { [pointer]: 'undefined' }, /names nothing/);
  for (const pointer of ['/0/constructor', '/0/__proto__', '/__proto__']) {
    unreadable('[[]]', { [pointer]: 'null-prototype' }, /names nothing/);
  }
});

test('a value of another kind than its note says is refused', () => {
  const wrong: readonly (readonly [kind: string, found: readonly string[]])[] = [
    [
      'Date',
      [
        '1',
        'null',
        '{}',
        '[]',
        '"x"',
        '"2026"',
        '"2026-02-30T00:00:00.000Z"',
        '"2026-02-01"',
        '"2026-02-01T00:00:00"',
        '""',
      ],
    ],
    ['bigint', ['1', 'null', '""', '"1.5"', '"0x10"', '" 1"', '"1n"', '"1\\n"', '[1]']],
    ['Map', ['{}', '"x"', '[1]', '[[1]]', '[[1,2,3]]', '[{"0":1,"1":2}]', '[[1,2],[1,3]]', 'null']],
    ['Set', ['{}', '"ab"', '1', 'null', '[1,1]', '{"length":0}']],
    ['Uint8Array', ['1', 'null', '[1]', '"?"', '"AP8"', '"AP8+ "', '"AP9="']],
    ['undefined', ['0', '"x"', 'false', '{}', '[]']],
    ['-0', ['1', 'null', '"0"', 'false', '[]']],
    ['null-prototype', ['null', '1', '"x"', '[]']],
    ['.Money', ['null', '1', '"x"', '[]']],
  ];
  for (const [kind, found] of wrong) {
    for (const json of found) {
      unreadable(json, { '': kind }, / at ''$/);
      unreadable(`{"a":[${json}]}`, { '/a/0': kind }, / at '\/a\/0'$/);
    }
  }
});

test('a kind that this code does not know is refused', () => {
  for (const kind of ['date', 'Object', 'RegExp', '', 'constructor', '__proto__']) {
    unreadable('{"a":null}', { '/a': kind }, /the unknown kind/);
  }
});

test('an instance of a class that is not registered is refused by name', () => {
  for (const name of ['Price', 'constructor', '__proto__', 'toString', '']) {
    unreadable('{"a":{}}', { '/a': `.${name}` }, /an instance of the unregistered @Value\('/);
  }
});

test('a side note that is none is refused', () => {
  for (const types of [null, 1, 'text', true, [], ['Date']]) unreadable('{"0":1}', types, /its side note is /);
  for (const kind of [null, 1, {}, ['Date']]) unreadable('{"a":1}', { '/a': kind }, /its side note says /);
});

test('what is no pointer is refused', () => {
  for (const pointer of ['a', 'a/b', '#/a', '/~', '/~2', '/a~', '/~01~']) {
    unreadable('{"a":null,"~":null}', { [pointer]: 'undefined' }, /its side note says "undefined" of /);
  }
});

test('notes within notes are applied from the inside, in whatever order they stand', () => {
  const json = '[[{"amount":"1","currency":[["k","1970-01-01T00:00:00.000Z"]]},null]]';
  const types = { '': 'Map', '/0/0': '.Money', '/0/0/currency': 'Map', '/0/1': 'undefined' };
  const expected = new Map([[new Money('1', new Map([['k', '1970-01-01T00:00:00.000Z']])), undefined]]);
  const orders = fc.shuffledSubarray(Object.entries(types), { minLength: 4 });
  fc.assert(fc.property(orders, (notes) => assert.deepStrictEqual(read(json, Object.fromEntries(notes)), expected)));
});

test('a note below something that is no container is refused, as is one below a noted text', () => {
  unreadable('{"at":"1970-01-01T00:00:00.000Z"}', { '/at': 'Date', '/at/0': 'undefined' }, /names nothing/);
  unreadable('{"n":5}', { '/n': 'bigint', '/n/x': '-0' }, /names nothing/);
});

test('an own __proto__ in the text stays a property and swaps no prototype', () => {
  const json = '{"__proto__":{"admin":true,"at":"1970-01-01T00:00:00.000Z"},"amount":1}';
  const money = read(json, { '': '.Money', '/__proto__/at': 'Date' }) as object & { admin?: unknown };
  assert.equal(Object.getPrototypeOf(money), Money.prototype);
  assert.equal(money.admin, undefined);
  const own = Object.getOwnPropertyDescriptor(money, '__proto__')?.value as { at: unknown };
  assert.deepEqual(own.at, new Date(0));
  const bare = read(json, { '': 'null-prototype' }) as object;
  assert.equal(Object.getPrototypeOf(bare), null);
});

test('whatever text and notes say, reading gives a value or a typed error, and changes no prototype', () => {
  const kind = fc.constantFrom(
    'Date',
    'bigint',
    'Map',
    'Set',
    'Uint8Array',
    'undefined',
    '-0',
    'null-prototype',
    '.Money',
    '.X',
    'x',
  );
  const step = fc.constantFrom(
    '',
    '0',
    '1',
    '2',
    'length',
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    '~',
    '/',
  );
  const path = fc.array(step, { maxLength: 4 });
  const before = [Object.prototype, Array.prototype, Money.prototype].map(Object.getOwnPropertyNames);
  const notes = fc.array(fc.tuple(path.map(pointerTo), kind), { maxLength: 4 }).map((list) => Object.fromEntries(list));
  fc.assert(
    fc.property(plainValue, notes, (value, types) => {
      try {
        read(JSON.stringify(value), types);
      } catch (error) {
        assert.ok(error instanceof UnreadableEventError, String(error));
      }
    }),
    { numRuns: 3_000 },
  );
  assert.deepEqual([Object.prototype, Array.prototype, Money.prototype].map(Object.getOwnPropertyNames), before);
});

test('a pointer leads back to the path it was made of', () => {
  fc.assert(fc.property(fc.array(fc.string()), (path) => assert.deepEqual(pathOf(pointerTo(path)), path)));
});

test.run();
