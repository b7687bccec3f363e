/** Values, and built-ins, that others have tampered with: what is stored is what was there, or nothing is. */
import assert from 'node:assert/strict';
import { encodeValue, eventData, SerializationError } from '@tidemark/core';
import { test } from 'uvu';
import { decodeValue } from '../../src/event/codec.ts';

function refusal(value: unknown): { path: string; found: string } {
  try {
    encodeValue(value, 'it');
  } catch (error) {
    assert.ok(error instanceof SerializationError, String(error));
    return { path: error.path, found: error.found };
  }
  return assert.fail('it was not refused');
}

/** Runs with another property on a prototype. */
function patched(prototype: object, name: string, value: unknown, run: () => void): void {
  const before = Object.getOwnPropertyDescriptor(prototype, name);
  Object.defineProperty(prototype, name, { configurable: true, writable: true, value });
  try {
    run();
  } finally {
    if (before === undefined) Reflect.deleteProperty(prototype, name);
    else Object.defineProperty(prototype, name, before);
  }
}

const odd = () => 'PATCHED';
const dated = { list: [1, { text: 's' }], map: new Map([['a', 1]]), at: new Date(0), big: 5n };
const roundTrip = (value: unknown) => {
  const { json, types } = encodeValue(value, 'it');
  return decodeValue(json, types, 'it');
};

for (const prototype of [Array.prototype, Object.prototype]) {
  test(`a toJSON on ${prototype.constructor.name}.prototype is refused, as it would change what is stored`, () => {
    const wanted = { path: '', found: `a toJSON on ${prototype.constructor.name}.prototype` };
    patched(prototype, 'toJSON', odd, () => {
      for (const value of [
        { a: [1] },
        [[1]],
        new Map([[1, 2]]),
        Object.assign(Object.create(null), { at: new Date() }),
      ])
        assert.deepEqual(refusal(value), wanted);
      const metadata = { user: 'ada' };
      assert.throws(() => eventData('Paid', {}, { metadata }), { code: 'NOT_SERIALIZABLE' });
    });
    assert.deepEqual(roundTrip(dated), dated);
  });
}

test('a toJSON on the prototypes of Date, String, Number, Boolean and BigInt changes nothing', () => {
  for (const { prototype } of [Date, String, Number, Boolean, BigInt])
    patched(prototype, 'toJSON', odd, () => assert.deepEqual(roundTrip(dated), dated));
});

test('another Date.prototype.toISOString changes nothing', () =>
  patched(Date.prototype, 'toISOString', odd, () => {
    assert.equal(encodeValue({ at: new Date(0) }, 'it').json, '{"at":"1970-01-01T00:00:00.000Z"}');
  }));

test('an array with its own toJSON is refused, though nobody sees it among its keys', () => {
  const hidden = Object.defineProperty([1], 'toJSON', { value: odd, enumerable: false });
  assert.deepEqual(refusal({ a: hidden }), { path: '/a', found: 'an array with its own toJSON' });
});

/** Gives one of these at each reading, and the last one from then on. */
function turning(...values: readonly unknown[]) {
  let readings = 0;
  const get = () => values[Math.min(readings++, values.length - 1)];
  return { enumerable: true, configurable: true, get };
}

const turns: readonly (readonly [unknown, ...unknown[]])[] = [
  [new Date(0), 5],
  [5, new Date(0)],
  [5, 1n],
  [{ a: 1 }, { a: new Map() }],
  [undefined, 'text'],
  ['text', odd],
];

test('an accessor that gives another value at each reading is read once, so that note and text agree', () => {
  for (const [first, ...others] of turns) {
    const object = Object.defineProperty({ at: new Date(1) }, 'x', turning(first, ...others));
    assert.deepEqual(roundTrip(object), { at: new Date(1), x: first });
    const array = Object.defineProperty([0, new Date(1)], 0, turning(first, ...others));
    assert.deepEqual(roundTrip({ array }), { array: [first, new Date(1)] });
  }
});

test('a Proxy that gives another value at each reading is read once', () => {
  for (const [first, ...others] of turns) {
    const { get } = turning(first, ...others);
    const proxy = new Proxy({ x: 0 }, { get: (target, key) => (key === 'x' ? get() : Reflect.get(target, key)) });
    assert.deepEqual(roundTrip({ proxy }), { proxy: { x: first } });
  }
});

test('bytes with properties of their own are refused: these would be lost', () => {
  for (const bytes of [new Uint8Array(3), Buffer.from('abc'), new Uint8Array(0), new Uint8Array(1_000_000)]) {
    assert.deepEqual(roundTrip({ bytes }), { bytes: new Uint8Array(bytes) });
    for (const key of ['note', Symbol('note')]) {
      const more = Object.assign(bytes.subarray(), { [key]: 1 });
      const { path, found } = refusal({ bytes: more });
      assert.equal(path, '/bytes');
      assert.match(found, /^a (Buffer|Uint8Array) with properties of its own$/);
    }
  }
});

test('what only pretends to be an array, or is one in disguise, is refused with its path', () => {
  class Items extends Array<number> {}
  const disguised = [null, Object.prototype, Items.prototype, Date.prototype].map((prototype) =>
    Object.setPrototypeOf([1, 2], prototype),
  );
  const pretending = Object.setPrototypeOf({ 0: 1, length: 1 }, Array.prototype);
  for (const value of [...disguised, pretending]) assert.equal(refusal({ a: { b: value } }).path, '/a/b');
});

test('other built-ins are refused with their path, and an object whose class was taken away is what is left of it', () => {
  const bytes = new ArrayBuffer(2);
  const views = [
    new Int8Array(2),
    new Uint8ClampedArray(2),
    new Float64Array(2),
    new BigInt64Array(2),
    new DataView(bytes),
  ];
  const others = [
    bytes,
    new SharedArrayBuffer(2),
    /x/,
    new Error('x'),
    new Number(1),
    new String('x'),
    new Boolean(true),
  ];
  for (const value of [...views, ...others, Object(1n), Object(Symbol('s')), new WeakMap(), Promise.resolve()]) {
    const { path, found } = refusal({ deep: [value] });
    assert.equal(path, '/deep/0');
    assert.match(found, /^an instance of /);
  }
  class Point {
    x = 1;
  }
  const bare = Object.setPrototypeOf(new Point(), null);
  assert.deepEqual(roundTrip({ bare }), { bare: Object.assign(Object.create(null), { x: 1 }) });
});

test.run();
