import assert from 'node:assert/strict';
import { DomainEvent, Value, ValueClasses } from '@tidemark/core';
import { test } from 'uvu';

@Value('Money')
class Money {}

test('a value class is known by its name, and its instances by their very class', () => {
  class Coin extends Money {}
  const values = new ValueClasses([Money, Money]);
  assert.equal(values.nameOf(new Money()), 'Money');
  assert.equal(values.nameOf(new Coin()), undefined);
  assert.equal(values.nameOf(Money.prototype), undefined);
  assert.equal(values.nameOf(Object.create(null)), undefined);
  assert.equal(values.nameOf(Object.create({ constructor: Money })), undefined);
  assert.equal(values.prototypeOf('Money'), Money.prototype);
  assert.equal(values.prototypeOf('constructor'), undefined);
});

test('two classes of one name are refused with both named', () => {
  @Value('Money')
  class Cash {}
  assert.throws(() => new ValueClasses([Money, Cash]), {
    code: 'CONFIGURATION',
    message: "two classes are @Value('Money'): Money and Cash",
    places: ['Money', 'Cash'],
  });
});

test('what has no @Value of its own is refused by name', () => {
  class Coin extends Money {}
  class Loose {}
  for (const [target, name] of [
    [Coin, 'Coin'],
    [Loose, 'Loose'],
    [undefined, 'undefined'],
    [{}, 'a plain object'],
  ] as const) {
    assert.throws(() => new ValueClasses([target as never]), {
      code: 'CONFIGURATION',
      message: `${name} is in \`values\` but has no @Value`,
    });
  }
});

test('a class that extends a built-in one is refused, as its content could not be restored', () => {
  const builtIns = { Array, Date, Error: RangeError, Function, Map, Promise, RegExp, Set, TypedArray: Buffer };
  for (const [name, base] of Object.entries(builtIns)) {
    const Rich = class Rich extends (base as typeof Map) {};
    Value(`Rich${name}`)(Rich);
    const message = `Rich extends ${name}, which cannot be restored from properties: hold one in a field instead`;
    assert.throws(() => new ValueClasses([Rich]), { code: 'CONFIGURATION', message });
  }
});

test('names are text that is not empty, versions whole numbers from 1', () => {
  for (const name of ['', undefined, 5]) assert.throws(() => Value(name as string), { code: 'INVALID_ARGUMENT' });
  for (const name of ['', '$all', 5, undefined])
    assert.throws(() => DomainEvent(name as string), { code: 'INVALID_ARGUMENT' });
  for (const version of [0, -1, 1.5, Number.NaN, '1', null, 2 ** 53]) {
    assert.throws(() => DomainEvent('Paid', { version: version as number }), {
      code: 'INVALID_ARGUMENT',
      argument: "@DomainEvent('Paid') version",
    });
  }
});

test.run();
