import assert from 'node:assert/strict';
import vm from 'node:vm';
import { encodeValue, SerializationError, Value, ValueClasses } from '@tidemark/core';
import { test } from 'uvu';
import { plainForm } from '../../src/event/codec.ts';
import { describe } from '../../src/shared/describe.ts';
import { Money, values } from './values.ts';

function refused(value: unknown): { path: string; found: string } {
  try {
    encodeValue(value, "event 'Paid'", values);
  } catch (error) {
    assert.ok(error instanceof SerializationError, `not typed: ${error}`);
    assert.equal(error.code, 'NOT_SERIALIZABLE');
    assert.equal(error.subject, "event 'Paid'");
    assert.ok(error.message.includes(error.found) && error.message.includes(error.wanted));
    return { path: error.path, found: error.found };
  }
  return assert.fail('it was not refused');
}

class Unregistered {
  amount = 1;
}
class ExpensiveMoney extends Money {}

/** The same name, declared elsewhere. */
const otherMoney = (() => {
  @Value('Money')
  class Money {
    amount = 1;
  }
  return Money;
})();

const withProperty = <T extends object>(target: T): T => Object.assign(target, { note: 'lost' });
const withSymbol = <T extends object>(target: T): T => Object.assign(target, { [Symbol('s')]: 1 });
const withoutOne = [1, 2, 3];
delete withoutOne[1];
/** As many keys as it is long. */
const holed = withProperty([1, 2]);
delete holed[0];

const cases: readonly (readonly [rule: string, value: () => unknown, found: string])[] = [
  ['NaN', () => Number.NaN, 'NaN'],
  ['infinity', () => Number.POSITIVE_INFINITY, 'Infinity'],
  ['negative infinity', () => Number.NEGATIVE_INFINITY, '-Infinity'],
  ['an invalid Date', () => new Date(Number.NaN), 'an invalid Date'],
  ['a function', () => function pay() {}, 'the function pay'],
  ['an arrow function', () => [() => 1][0], 'a function'],
  ['a class', () => Unregistered, 'the function Unregistered'],
  ['a symbol', () => Symbol('s'), 'a symbol'],
  ['a key that is a symbol', () => ({ [Symbol('s')]: 1 }), 'an object with a symbol as key'],
  ['a symbol as key of an array', () => withSymbol([1]), 'an array with a symbol as key'],
  ['a symbol as key of an instance', () => withSymbol(new Money(1, 'EUR')), 'an object with a symbol as key'],
  ['a sparse array', () => new Array(3), 'a sparse array, or one with properties'],
  ['an array with a hole', () => withoutOne, 'a sparse array, or one with properties'],
  ['an array with properties', () => withProperty([1, 2]), 'a sparse array, or one with properties'],
  ['a hole made up for by a property', () => holed, 'a sparse array'],
  ['what a regular expression matched', () => /b/.exec('abc'), 'a sparse array, or one with properties'],
  ['a class of arrays', () => new (class Rows extends Array {})(), 'an instance of Rows'],
  ['a Date with properties', () => withProperty(new Date(0)), 'a Date with properties of its own'],
  ['a Map with properties', () => withProperty(new Map()), 'a Map with properties of its own'],
  ['a Set with a symbol as key', () => withSymbol(new Set()), 'a Set with properties of its own'],
  ['a key named __proto__', () => JSON.parse('{"a":1,"__proto__":{"admin":true}}'), 'a key named __proto__'],
  ['a key named __proto__ with a plain value', () => JSON.parse('{"__proto__":1}'), 'a key named __proto__'],
  ['an own toJSON', () => ({ toJSON: () => 1 }), 'an object with its own toJSON'],
  ['an inherited toJSON', () => Object.assign(new Money(1, 'EUR'), { toJSON() {} }), 'an object with its own toJSON'],
  ['an instance of an unregistered class', () => new Unregistered(), 'an instance of Unregistered'],
  ['an instance of another class of a registered name', () => new otherMoney(), 'an instance of Money'],
  ['a subclass of a registered class', () => new ExpensiveMoney(1, 'EUR'), 'an instance of ExpensiveMoney'],
  ['what only says it is registered', () => Object.create({ constructor: Money }), 'an instance of Money'],
  ['an anonymous class', () => new (class {})(), 'an instance of an unnamed class'],
  ['an Error', () => new RangeError('no'), 'an instance of RangeError'],
  ['a RegExp', () => /a/, 'an instance of RegExp'],
  ['a Promise', () => Promise.resolve(1), 'an instance of Promise'],
  ['a WeakMap', () => new WeakMap(), 'an instance of WeakMap'],
  ['an ArrayBuffer', () => new ArrayBuffer(1), 'an instance of ArrayBuffer'],
  ['an Int32Array', () => new Int32Array(1), 'an instance of Int32Array'],
  ['a Uint8ClampedArray', () => new Uint8ClampedArray(1), 'an instance of Uint8ClampedArray'],
  ['a boxed number', () => Object(1), 'an instance of Number'],
  ['a boxed text', () => Object('a'), 'an instance of String'],
  ['a URL', () => new URL('https://example.org'), 'an instance of URL'],
  ['an object of another realm', () => vm.runInNewContext('({ a: 1 })'), 'an instance of Object'],
];

for (const [rule, value, found] of cases) {
  test(`refuses ${rule}, with its path`, () => {
    assert.deepEqual(refused(value()), { path: found === 'a key named __proto__' ? '/__proto__' : '', found });
    const { path } = refused({ list: [0, new Map([['k', value()]])] });
    assert.equal(path, found === 'a key named __proto__' ? '/list/1/0/1/__proto__' : '/list/1/0/1');
  });
}

const advised: readonly (readonly [unknown, string | undefined])[] = [
  [new Unregistered(), "give Unregistered @Value('Name') and name it in `values`"],
  [new ExpensiveMoney(1, 'EUR'), "give ExpensiveMoney @Value('Name') and name it in `values`"],
  [new otherMoney(), 'name Money in `values`'],
  [/a/, undefined],
  [new URL('https://example.org'), undefined],
  [vm.runInNewContext('({ a: 1 })'), undefined],
  [Object.create({ constructor: Money }), undefined],
  [new (class {})(), undefined],
];

for (const [value, advice] of advised) {
  test(`says of ${describe(value)} how its class is registered: ${advice ?? 'not at all, as it cannot be'}`, () => {
    assert.throws(
      () => encodeValue(value, 'it', new ValueClasses([Money])),
      ({ wanted }: SerializationError) => {
        assert.equal(/ or a registered class(?:: (.*))?$/.exec(wanted)?.[1], advice);
        return true;
      },
    );
  });
}

test('refuses a cycle where it closes, in objects, arrays, Maps and Sets', () => {
  const object: Record<string, unknown> = { a: 1 };
  object['b'] = { self: object };
  const array: unknown[] = [1];
  array.push([array]);
  const map = new Map<string, unknown>();
  map.set('self', map);
  const set = new Set<unknown>();
  set.add({ set });
  for (const [value, path] of [
    [object, '/b/self'],
    [array, '/1/0'],
    [map, '/0/1'],
    [set, '/0/set'],
  ] as const) {
    assert.deepEqual(refused(value), { path, found: 'a cycle' });
  }
});

test('what throws when it is looked at is refused with its path, and the cause is kept', () => {
  const boom = new Error('boom');
  const raise = (): never => {
    throw boom;
  };
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const hostile: readonly unknown[] = [
    {
      get bad() {
        return raise();
      },
    },
    new Proxy({}, { ownKeys: raise }),
    new Proxy({}, { getPrototypeOf: raise }),
    new Proxy({ a: 1 }, { get: raise }),
    new Proxy([1], { get: raise }),
    new Proxy(new Map([[1, 2]]), {}),
    Object.create(Map.prototype),
    Object.create(Date.prototype),
    revoked,
  ];
  for (const value of hostile) assert.match(refused({ in: [value] }).path, /^\/in\/0/);
  assert.throws(() => encodeValue(hostile[0], 'x'), { path: '', found: 'what cannot be read: boom', cause: boom });
});

test('for logs, a value has its plain form whatever class it is of', () => {
  const value = { price: new Money(1n, 'EUR'), other: new Unregistered(), when: new Map([[new Date(0), undefined]]) };
  assert.deepEqual(plainForm(value, 'a log'), {
    price: { amount: '1', currency: 'EUR' },
    other: { amount: 1 },
    when: [['1970-01-01T00:00:00.000Z', null]],
  });
});

test.run();
