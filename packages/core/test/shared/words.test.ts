import assert from 'node:assert/strict';
import { randomIds, systemClock } from '@tidemark/core';
import fc from 'fast-check';
import { test } from 'uvu';
import { ClassNote, ClassNotes, classOf } from '../../src/shared/class-metadata.ts';
import { className, describe } from '../../src/shared/describe.ts';
import { derivedId } from '../../src/shared/ids.ts';

class Account {}

test('a value is described in a few words', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [0, '0'],
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [5n, '5n'],
    ['', '""'],
    ['a"b\n', '"a\\"b\\n"'],
    ['x'.repeat(61), 'text of 61 characters'],
    [Symbol('s'), 'a symbol'],
    [function pay() {}, 'the function pay'],
    [[() => 1][0], 'a function'],
    [Account, 'the function Account'],
    [{}, 'a plain object'],
    [Object.create(null), 'a plain object'],
    [[1, 2], 'an array of 2'],
    [new Account(), 'an instance of Account'],
    [new (class {})(), 'an instance of an unnamed class'],
    [new Date(0), 'an instance of Date'],
  ];
  for (const [value, words] of cases) assert.equal(describe(value), words);
});

test('no value makes describing throw, or takes many words', () => {
  const raise = (): never => {
    throw new Error('no');
  };
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  class Odd {}
  Object.defineProperty(Odd, 'name', { value: () => 'x' });
  const hostile: readonly unknown[] = [
    revoked,
    new Proxy({}, { getPrototypeOf: raise }),
    Object.create(Object.defineProperty({}, 'constructor', { get: raise })),
    Object.create({ constructor: { name: 'not a class' } }),
    new Odd(),
    Odd,
    10n ** 5_000n,
  ];
  for (const value of hostile) assert.ok(describe(value).length < 100, describe(value));
  assert.equal(className(new Odd()), 'an unnamed class');
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }),
      (value) => describe(value).length < 100,
    ),
  );
});

test('a derived id is the same in every process and version', () => {
  // printf command-1/0 | sha256sum: eb535327c2b91d57a70e6eb73aab6049fe02…
  assert.equal(derivedId('command-1/0'), 'eb535327-c2b9-8d57-a70e-6eb73aab6049');
});

test('a derived id is a UUID of version 8, and another for another seed', () => {
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (seed) => {
      const id = derivedId(seed);
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      assert.equal(seen.get(id) ?? seed, seed);
      seen.set(id, seed);
    }),
    { numRuns: 1_000 },
  );
});

test('random ids are UUIDs in lower case, and each clock reading is a date of its own', () => {
  assert.match(randomIds.next(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(randomIds.next(), randomIds.next());
  assert.notEqual(systemClock.now(), systemClock.now());
});

test('a note belongs to the very class, a list of notes to its base classes too, theirs first', () => {
  const note = new ClassNote<string>('test-note');
  const notes = new ClassNotes<string>('test-notes');
  class Base {}
  class Derived extends Base {}
  note.set(Base, 'base');
  notes.add(Base, 'first');
  notes.add(Derived, 'third');
  notes.add(Base, 'second');
  assert.deepEqual([note.own(Base), note.own(Derived)], ['base', undefined]);
  assert.deepEqual(note.inherited(Derived), ['base']);
  assert.deepEqual(notes.all(Derived), ['first', 'second', 'third']);
  assert.deepEqual(notes.all(Base), ['first', 'second']);
  assert.equal(classOf(Derived.prototype), Derived);
});

test('two copies of the package read one another’s notes', () => {
  new ClassNote<string>('test-shared').set(Account, 'written by one');
  assert.equal(new ClassNote<string>('test-shared').own(Account), 'written by one');
  assert.equal(new ClassNote<string>('test-other').own(Account), undefined);
});

test.run();
