/** Arbitrary values of all that the codec keeps. */
import { Value, ValueClasses } from '@tidemark/core';
import fc from 'fast-check';

@Value('Money')
export class Money {
  constructor(
    readonly amount: unknown,
    readonly currency: unknown,
  ) {}
}

/** A class that minds being built, or written to, by anybody but its users. */
@Value('Touchy')
export class Touchy {
  static built = 0;
  static set = 0;
  declare held: unknown;

  constructor() {
    Touchy.built += 1;
  }

  set watched(_value: unknown) {
    Touchy.set += 1;
  }
}

export const values = new ValueClasses([Money, Touchy]);

/** Any UTF-16 code units, halves of surrogate pairs too. */
const text = fc.oneof(
  fc.string(),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 5 }).map((units) => String.fromCharCode(...units)),
);

const awkward = ['', '/', '~', '~0', '~1', '/~', '0', 'length', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
const key = fc.oneof(fc.constantFrom(...awkward), text).filter((name) => name !== '__proto__');

const entries = (value: fc.Arbitrary<unknown>) => fc.array(fc.tuple(key, value), { maxLength: 4 });

/** What JSON holds by itself. */
export const plainValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.constant(null),
      fc.boolean(),
      text,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    entries(tie('value')).map((pairs) => Object.fromEntries(pairs)),
  ),
})).value;

/** All that the codec keeps, nested in any way. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(
      fc.constant(null),
      fc.constant(undefined),
      fc.boolean(),
      text,
      fc.constant(-0),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
      fc.date({ noInvalidDate: true }),
      fc.uint8Array({ maxLength: 8 }),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    entries(tie('value')).map((pairs) => Object.fromEntries(pairs)),
    entries(tie('value')).map((pairs) => Object.assign(Object.create(null) as object, Object.fromEntries(pairs))),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
    fc.tuple(tie('value'), tie('value')).map(([amount, currency]) => new Money(amount, currency)),
  ),
})).value;
