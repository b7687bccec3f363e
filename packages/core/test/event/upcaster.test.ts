import assert from 'node:assert/strict';
import { DomainEvent, EventRegistry, type RecordedEvent, type Upcaster, upcast } from '@tidemark/core';
import { test } from 'uvu';
import { foreignWith, stored, storedData } from './stored.ts';

@DomainEvent('OrderPlaced', { version: 3 })
class OrderPlaced {
  declare readonly lines: readonly string[];
  declare readonly at: Date;
}
@DomainEvent('AddressGiven', { version: 2 })
class AddressGiven {
  declare readonly street: string;
  declare readonly city: string;
}
@DomainEvent('CouponUsed')
class CouponUsed {
  declare readonly code: string;
}

const classes = [OrderPlaced, AddressGiven, CouponUsed];
const orders = [
  upcast('OrderPlaced', { from: 1, with: ({ item, at }) => ({ item: `${item}`, at }) }),
  upcast<{ item: string; at: Date }>('OrderPlaced', { from: 2, with: ({ item, at }) => ({ lines: [item], at }) }),
];
const addresses = upcast('AddressGiven', { from: 1, with: ({ text }) => ({ street: text, city: '' }) });

const registryOf = (...upcasters: readonly Upcaster[]) =>
  new EventRegistry({ events: classes, upcasters: [...orders, addresses, ...upcasters] });
const registry = registryOf();

function reading(events: readonly RecordedEvent[]) {
  return events.map(({ type, data, part }) => ({
    type,
    data: { ...(data as object) },
    name: (data as object).constructor.name,
    part,
  }));
}

test('reshapes over several versions, one step after another', () => {
  const at = new Date(0);
  for (const [version, data] of [
    [1, { item: 'tea', at }],
    [2, { item: 'tea', at }],
    [3, { lines: ['tea'], at }],
  ] as const) {
    assert.deepStrictEqual(reading(registry.demand(storedData('OrderPlaced', data, version))), [
      { type: 'OrderPlaced', data: { lines: ['tea'], at }, name: 'OrderPlaced', part: undefined },
    ]);
  }
});

test('renames, with and without another shape, over several names', () => {
  const chain = registryOf(
    upcast('Ordered', { from: 1, to: 'Bought' }),
    upcast('Bought', { from: 1, with: ({ item }) => ({ item, at: null }), to: { type: 'OrderPlaced', version: 2 } }),
  );
  const [event] = chain.demand(storedData('Ordered', { item: 'tea' }));
  assert.equal(event?.type, 'OrderPlaced');
  assert.deepEqual({ ...(event?.data as object) }, { lines: ['tea'], at: null });
  assert.ok(event?.data instanceof OrderPlaced);
});

test('gives upcasters what was stored: real Dates and Maps, under the stored name', () => {
  const seen: unknown[] = [];
  const watching = registryOf(
    upcast<Record<string, unknown>>('Ordered', {
      from: 1,
      to: 'CouponUsed',
      with: (data, event) => {
        seen.push(data, event.type, event.data, event.position, event.metadata['user']);
        return { code: 'x' };
      },
    }),
  );
  const data = { at: new Date(0), prices: new Map([['tea', 5n]]) };
  const [event] = watching.demand(
    foreignWith('Ordered', '{"at":"1970-01-01T00:00:00.000Z","prices":[["tea","5"]]}', {
      user: 'ada',
      $types: { '/at': 'Date', '/prices': 'Map', '/prices/0/1': 'bigint' },
    }),
  );
  assert.ok(event?.data instanceof CouponUsed);
  assert.deepStrictEqual(seen, [data, 'Ordered', data, 17, 'ada']);
});

const split = upcast<{ item: string; at: Date; address?: string; coupon?: string }>('OrderGiven', {
  from: 1,
  into: [{ type: 'OrderPlaced', version: 2 }, 'AddressGiven', 'CouponUsed'],
  split: ({ item, at, address, coupon }) => [
    { type: 'OrderPlaced', data: { item, at } },
    ...(address === undefined ? [] : [{ type: 'AddressGiven', data: { text: address } }]),
    ...(coupon === undefined ? [] : [{ type: 'CouponUsed', data: { code: coupon } }]),
  ],
});

test('splits one event into several, each of which is upcast further', () => {
  const at = new Date(0);
  const parts = registryOf(split).demand(storedData('OrderGiven', { item: 'tea', at, address: 'Pier 1', coupon: 'x' }));
  assert.deepStrictEqual(reading(parts), [
    { type: 'OrderPlaced', data: { lines: ['tea'], at }, name: 'OrderPlaced', part: 0 },
    { type: 'AddressGiven', data: { street: 'Pier 1', city: '' }, name: 'AddressGiven', part: 1 },
    { type: 'CouponUsed', data: { code: 'x' }, name: 'CouponUsed', part: 2 },
  ]);
});

test('the parts of a split share id, stream, revision, position and time', () => {
  const whole = storedData('OrderGiven', { item: 'tea', at: new Date(0), coupon: 'x' });
  const parts = registryOf(split).restore(whole);
  assert.equal(parts.length, 2);
  for (const { eventId, streamName, revision, position, occurredAt } of parts) {
    assert.deepEqual(
      [eventId, streamName, revision, position, occurredAt],
      [whole.eventId, whole.streamName, whole.revision, whole.position, whole.occurredAt],
    );
  }
});

test('a split that comes behind other steps, and one into nothing', () => {
  const chain = registryOf(
    split,
    upcast('Ordered', { from: 1, with: ({ tea }) => ({ item: tea, at: null }) }),
    upcast('Ordered', { from: 2, to: 'OrderGiven' }),
    upcast('Nothing', { from: 1, into: ['CouponUsed'], split: () => [] }),
  );
  assert.deepEqual(reading(chain.demand(storedData('Ordered', { tea: 'green' }))), [
    { type: 'OrderPlaced', data: { lines: ['green'], at: null }, name: 'OrderPlaced', part: 0 },
  ]);
  assert.deepEqual(chain.demand(storedData('Nothing', {})), []);
});

test('drops events: at once, behind a step, and as a part of a split', () => {
  const chain = registryOf(
    upcast('Noise', { from: 1, drop: true }),
    upcast('Sound', { from: 1, to: 'Noise' }),
    upcast('Both', {
      from: 1,
      into: ['Noise', 'CouponUsed'],
      split: () => [
        { type: 'Noise', data: {} },
        { type: 'CouponUsed', data: { code: 'x' } },
      ],
    }),
  );
  assert.deepEqual(chain.demand(storedData('Noise', {})), []);
  assert.deepEqual(chain.demand(storedData('Sound', {})), []);
  assert.deepEqual(
    chain.demand(storedData('Both', {})).map(({ type, part }) => [type, part]),
    [['CouponUsed', 0]],
  );
});

test('what an upcaster returns has to be an object with properties', () => {
  for (const bad of [undefined, null, 5, 'text', [1], new Map(), new Date(0), Promise.resolve({ code: 'x' })]) {
    for (const chain of [
      registryOf(upcast('Old', { from: 1, to: 'CouponUsed', with: () => bad as object })),
      registryOf(upcast('Old', { from: 1, into: ['CouponUsed'], split: () => [{ type: 'CouponUsed', data: bad }] })),
    ]) {
      assert.throws(() => chain.demand(storedData('Old', {})).map(({ data }) => data), {
        code: 'UNREADABLE_EVENT',
        message: /^event 3 of stream 'account-42' cannot be read: its upcaster returned .*, wanted an object$/,
      });
    }
  }
});

test('an upcaster that fails is reported with the event it failed on, and its error', () => {
  const cause = new TypeError('no such field');
  const fail = (): never => {
    throw cause;
  };
  const chains = [
    registryOf(upcast('Old', { from: 1, to: 'CouponUsed', with: fail })),
    registryOf(upcast('Old', { from: 1, into: ['CouponUsed'], split: fail })),
  ];
  for (const chain of chains) {
    assert.throws(() => chain.demand(storedData('Old', {}))[0]?.data, {
      code: 'UNREADABLE_EVENT',
      message: "event 3 of stream 'account-42' cannot be read: its upcaster from Old@1 failed: no such field",
      cause,
    });
  }
});

test('a split that makes a type it did not declare, or no list, is reported', () => {
  const into = (split: () => never[]) => registryOf(upcast('Old', { from: 1, into: ['CouponUsed'], split }));
  const undeclared = into(() => [{ type: 'OrderPlaced', data: {} }] as never[]);
  assert.throws(() => undeclared.demand(storedData('Old', {})), {
    message: /its upcaster made a 'OrderPlaced', declared are: CouponUsed$/,
  });
  assert.throws(() => into(() => undefined as never).demand(storedData('Old', {})), { code: 'UNREADABLE_EVENT' });
});

test('a filter is widened to every stored type that can become a wanted one', () => {
  const chain = registryOf(
    upcast('Ordered', { from: 1, to: 'OrderGiven' }),
    split,
    upcast('Coupon', { from: 1, to: 'CouponUsed' }),
    upcast('Noise', { from: 1, drop: true }),
  );
  const widened = (...types: readonly string[]) => [...chain.widen(types)].sort();
  assert.deepEqual(widened('CouponUsed'), ['Coupon', 'CouponUsed', 'OrderGiven', 'Ordered']);
  assert.deepEqual(widened('OrderPlaced'), ['OrderGiven', 'OrderPlaced', 'Ordered']);
  assert.deepEqual(widened('Noise', 'Unknown'), ['Noise', 'Unknown']);
});

test('the stored event is left as it was', () => {
  const event = stored({
    ...storedData('OrderPlaced', {}),
    type: 'OrderPlaced',
    data: '{"item":"tea"}',
    metadata: undefined,
  });
  assert.ok(registry.restore(event)[0]?.data instanceof OrderPlaced);
  assert.deepEqual([event.type, event.data], ['OrderPlaced', { item: 'tea' }]);
});

test.run();
