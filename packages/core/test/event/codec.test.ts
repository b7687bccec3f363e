import assert from 'node:assert/strict';
import { decodeValue, encodeValue, SerializationError, UnreadableEventError } from '@tidemark/core';
import fc from 'fast-check';
import { test } from 'uvu';
import { copyOf } from '../../src/event/copy.ts';
import { pathOf } from '../../src/event/json-pointer.ts';
import { anyValue, Money, plainValue, Touchy, values } from './values.ts';

function roundTrip(value: unknown): unknown {
  const { json, types } = encodeValue(value, 'a value', values);
  // As in an event: the note travels as JSON, too.
  return decodeValue(json, types && JSON.parse(JSON.stringify(types)), 'a value', values);
}

/** All objects that can be reached from a value. */
function objectsIn(value: unknown, found = new Set<object>()): ReadonlySet<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found;
  found.add(value);
  const items = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value);
  for (const item of items) objectsIn(item, found);
  return found;
}

test('every value comes back exactly, with its prototype', () => {
  // 1,000 times 20 values.
  const many = fc.array(anyValue, { minLength: 20, maxLength: 20 });
  fc.assert(
    fc.property(many, (list) => {
      for (const value of list) assert.deepStrictEqual(roundTrip(value), value);
    }),
    { numRuns: 1_000 },
  );
});

test('a copy is what reading would give, and shares no object', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const copy = copyOf(value);
      assert.deepStrictEqual(copy, roundTrip(value));
      const shared = objectsIn(value);
      for (const object of objectsIn(copy)) assert.ok(!shared.has(object));
    }),
    { numRuns: 300 },
  );
});

test('what JSON holds by itself is written as JSON.stringify does, and needs no note', () => {
  fc.assert(
    fc.property(plainValue, (value) => {
      assert.deepEqual(encodeValue(value, 'a value'), { json: JSON.stringify(value) });
    }),
    { numRuns: 2_000 },
  );
});

test('every pointer of a note names a value of the text', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const { json, types = {} } = encodeValue(value, 'a value', values);
      for (const pointer of Object.keys(types)) {
        let place: unknown = JSON.parse(json);
        for (const key of pathOf(pointer) ?? assert.fail(`${pointer} is no pointer`)) {
          assert.ok(typeof place === 'object' && place !== null && Object.hasOwn(place, key), pointer);
          place = (place as Record<string, unknown>)[key];
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('encoding leaves the value as it was', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const before = structuredCloneOf(value);
      encodeValue(value, 'a value', values);
      assert.deepStrictEqual(value, before);
    }),
    { numRuns: 300 },
  );
});

/** By the codec's own word, which the first test holds. */
const structuredCloneOf = (value: unknown): unknown => roundTrip(value);

test('writes what JSON lacks in its natural plain form', () => {
  const value = {
    at: new Date('2026-02-28T12:00:00.000Z'),
    amount: -12345678901234567890n,
    map: new Map<unknown, unknown>([
      ['a', 1],
      [2, 'b'],
    ]),
    set: new Set([1, 'x']),
    bytes: new Uint8Array([0, 255, 62]),
    none: undefined,
    zero: -0,
    price: new Money(5, 'EUR'),
    bare: Object.assign(Object.create(null) as object, { a: 1 }),
  };
  const { json, types } = encodeValue(value, 'a value', values);
  assert.deepEqual(JSON.parse(json), {
    at: '2026-02-28T12:00:00.000Z',
    amount: '-12345678901234567890',
    map: [
      ['a', 1],
      [2, 'b'],
    ],
    set: [1, 'x'],
    bytes: 'AP8+',
    none: null,
    zero: 0,
    price: { amount: 5, currency: 'EUR' },
    bare: { a: 1 },
  });
  assert.deepEqual(types, {
    '/at': 'Date',
    '/amount': 'bigint',
    '/map': 'Map',
    '/set': 'Set',
    '/bytes': 'Uint8Array',
    '/none': 'undefined',
    '/zero': '-0',
    '/price': '.Money',
    '/bare': 'null-prototype',
  });
});

test('writes RFC 6901 pointers: ~0 for ~, ~1 for /, an empty key, a root without keys', () => {
  const at = new Date(0);
  const pointers = Object.keys(
    encodeValue({ 'a/b': at, 'm~n': at, '': { '': at }, '~1': at, list: [[at]] }, 'x').types ?? {},
  );
  assert.deepEqual(pointers, ['/a~1b', '/m~0n', '//', '/~01', '/list/0/0']);
  assert.deepEqual(encodeValue(at, 'x').types, { '': 'Date' });
});

test('a Buffer, and a view into a larger one, come back as a Uint8Array of the same bytes', () => {
  const pool = Buffer.from('0123456789');
  const back = roundTrip([
    pool,
    pool.subarray(2, 4),
    new Uint8Array(pool.buffer, pool.byteOffset + 1, 2),
    Buffer.alloc(0),
  ]);
  const bytes = (text: string) => new Uint8Array(Buffer.from(text));
  assert.deepStrictEqual(back, [bytes('0123456789'), bytes('23'), bytes('12'), new Uint8Array()]);
});

test('two references to one object come back as two objects', () => {
  const shared = { at: new Date(0) };
  const [first, second] = roundTrip([shared, shared]) as [object, object];
  assert.deepEqual(first, second);
  assert.notEqual(first, second);
});

test('halves of surrogate pairs come back, in text and in keys', () => {
  const value = { '\uD83D': '\uDE00', x: 'a\uD83Db', '\uDE00\uD83D': [new Date(0)] };
  assert.deepStrictEqual(roundTrip(value), value);
});

test('an instance is written without a note on its own class, and with notes on what is in it', () => {
  const { json, types } = encodeValue(new Money(1n, 'EUR'), 'an event', values, true);
  assert.equal(json, '{"amount":"1","currency":"EUR"}');
  assert.deepEqual(types, { '/amount': 'bigint' });
});

test('only an object can be written as an instance', () => {
  assert.throws(() => encodeValue('text', 'a state', values, true), {
    code: 'NOT_SERIALIZABLE',
    subject: 'a state',
    path: '',
    found: '"text"',
    wanted: 'an object',
  });
});

test('without registered classes, instances come back as plain objects', () => {
  const { json, types } = encodeValue([new Money(1n, 'EUR')], 'a value', values);
  assert.deepStrictEqual(decodeValue(json, types, 'a value'), [{ amount: 1n, currency: 'EUR' }]);
});

test('restoring runs neither constructor nor setter', () => {
  const value = new Touchy();
  Object.defineProperty(value, 'watched', { value: 1, enumerable: true, configurable: true, writable: true });
  value.held = new Date(0);
  const { built, set } = Touchy;
  const back = roundTrip(value);
  assert.deepStrictEqual(back, value);
  assert.ok(back instanceof Touchy && Object.hasOwn(back, 'watched'));
  assert.deepEqual([Touchy.built, Touchy.set], [built, set]);
});

test('a million numbers, and a thousand levels, are no trouble', () => {
  const many = Array.from({ length: 1_000_000 }, (_, index) => index);
  assert.equal(encodeValue(many, 'a value').json.length, JSON.stringify(many).length);
  assert.deepStrictEqual(roundTrip(nested(999, new Date(0))), nested(999, new Date(0)));
});

test('refuses more than a thousand levels, however deep, without exhausting the stack', () => {
  for (const levels of [1_001, 200_000]) {
    assert.throws(
      () => encodeValue(nested(levels, 1), 'a value'),
      (error: SerializationError) => {
        assert.ok(error instanceof SerializationError);
        return error.found === 'more than 1000 levels' && error.path === '/in'.repeat(1_000);
      },
    );
  }
});

test('text that is not JSON cannot be read', () => {
  for (const text of ['', '{', 'undefined', '{"a":NaN}', "{'a':1}"]) {
    assert.throws(
      () => decodeValue(text, undefined, 'event 3'),
      (error: Error) => {
        assert.ok(error instanceof UnreadableEventError && error.cause instanceof SyntaxError);
        return error.message.startsWith('event 3 cannot be read: it is not JSON');
      },
    );
  }
});

function nested(levels: number, value: unknown): unknown {
  let nest = value;
  for (let level = 0; level < levels; level += 1) nest = { in: nest };
  return nest;
}

test.run();
