import assert from 'node:assert/strict';
import { DomainEvent, EventRegistry, isEvent, UnknownEventError, UnreadableEventError, upcast } from '@tidemark/core';
import { test } from 'uvu';
import { foreign, foreignWith, stored, storedData } from './stored.ts';
import { Money } from './values.ts';

const eventId = '00000000-0000-4000-8000-000000000001';

@DomainEvent('MoneyPaid', { version: 2 })
class MoneyPaid {
  static built = 0;
  constructor(
    readonly price: Money,
    readonly paidAt: Date,
  ) {
    MoneyPaid.built += 1;
  }
  get day(): string {
    return this.paidAt.toISOString().slice(0, 10);
  }
}

@DomainEvent('AccountClosed')
class AccountClosed {
  readonly reason?: string;
}

const fromFirst = upcast<{ amount: bigint; paidAt: Date }>('MoneyPaid', {
  from: 1,
  with: ({ amount, paidAt }) => ({ price: new Money(amount, 'EUR'), paidAt }),
});
const registry = new EventRegistry({ events: [MoneyPaid, AccountClosed], values: [Money], upcasters: [fromFirst] });
const paid = new MoneyPaid(new Money(5n, 'EUR'), new Date(0));

test('an event comes back as an instance of its class, methods and nested values included, without its constructor', () => {
  const data = registry.encode(paid, eventId);
  const { built } = MoneyPaid;
  const [event] = registry.restore(stored(data));
  assert.deepStrictEqual(event?.data, paid);
  assert.ok(isEvent(event, MoneyPaid) && event.data.price instanceof Money);
  assert.equal(event.data.day, '1970-01-01');
  assert.equal(MoneyPaid.built, built);
});

test('data is plain JSON under the declared name; the version is written from 2 on, notes where there are any', () => {
  const data = registry.encode(paid, eventId, { $correlationId: 'c-1', user: 'ada' });
  assert.equal(data.type, 'MoneyPaid');
  assert.deepEqual(JSON.parse(data.data), {
    price: { amount: '5', currency: 'EUR' },
    paidAt: '1970-01-01T00:00:00.000Z',
  });
  assert.deepEqual(JSON.parse(data.metadata ?? ''), {
    $correlationId: 'c-1',
    user: 'ada',
    $schemaVersion: 2,
    $types: { '/price': '.Money', '/price/amount': 'bigint', '/paidAt': 'Date' },
  });
});

test('an event that JSON holds carries no metadata at all', () => {
  const data = registry.encode(Object.assign(new AccountClosed(), { reason: 'moved' }), eventId);
  assert.deepEqual(data, { eventId, type: 'AccountClosed', data: '{"reason":"moved"}', metadata: undefined });
});

test("a class's own version counts, whatever the metadata says", () => {
  const data = registry.encode(Object.assign(new AccountClosed(), { reason: 'moved' }), eventId, { $schemaVersion: 7 });
  assert.equal(data.metadata, undefined);
});

test('what is no instance of a registered class is refused by name', () => {
  class Loose {}
  class MoneyPaidTwice extends MoneyPaid {}
  const cases: readonly (readonly [unknown, string])[] = [
    [new Loose(), 'an instance of Loose'],
    [new MoneyPaidTwice(paid.price, paid.paidAt), 'an instance of MoneyPaidTwice'],
    [{ constructor: MoneyPaid }, 'a plain object'],
    [Object.create({ constructor: MoneyPaid }), 'an instance of MoneyPaid'],
    [Object.create(null), 'a plain object'],
    ['MoneyPaid', '"MoneyPaid"'],
    [null, 'null'],
  ];
  for (const [event, found] of cases) {
    assert.throws(() => registry.encode(event as object, eventId), {
      code: 'CONFIGURATION',
      message: `${found} was recorded, which is not a registered event`,
    });
  }
});

test('`has` knows the very class', () => {
  class MoneyPaidTwice extends MoneyPaid {}
  assert.deepEqual([registry.has(MoneyPaid), registry.has(MoneyPaidTwice), registry.has(Money)], [true, false, false]);
});

test('an unknown type comes as plain data, and only who demands to understand is refused', () => {
  const event = storedData('SomethingElse', { at: new Date(5) }, 9);
  for (const read of [registry.restore(event), registry.demandKnown(event)]) {
    assert.deepStrictEqual(
      read.map(({ type, data }) => ({ type, data })),
      [{ type: 'SomethingElse', data: { at: new Date(5) } }],
    );
  }
  assert.throws(() => registry.demand(event), {
    code: 'UNKNOWN_EVENT',
    eventType: 'SomethingElse',
    found: 'a type this code does not know',
  });
});

test('of a newer schema version, the event passes by but its data is refused, each time it is asked for', () => {
  const [event] = registry.restore(storedData('MoneyPaid', { price: 1 }, 3));
  assert.equal(event?.type, 'MoneyPaid');
  for (let time = 0; time < 2; time += 1) {
    assert.throws(() => event?.data, { code: 'UNKNOWN_EVENT', found: 'schema version 3' });
  }
});

test('of a newer schema version, who demands to understand is refused at once', () => {
  const event = storedData('MoneyPaid', { price: 1 }, 3);
  assert.throws(() => registry.demand(event), UnknownEventError);
  assert.throws(() => registry.demandKnown(event), UnknownEventError);
});

test('a schema version written as text counts; one that is no whole number counts as 1', () => {
  const data = '{"price":{"amount":1,"currency":"EUR"},"paidAt":0}';
  const second = registry.restore(foreignWith('MoneyPaid', data, { $schemaVersion: '2' }));
  assert.deepEqual(second[0]?.data, Object.assign(Object.create(MoneyPaid.prototype), JSON.parse(data)));
  for (const $schemaVersion of ['', 'x', 0, -1, 1.5, null, {}, false]) {
    const [first] = registry.restore(foreignWith('MoneyPaid', '{"amount":7,"paidAt":0}', { $schemaVersion }));
    assert.deepEqual(
      first?.data,
      Object.assign(Object.create(MoneyPaid.prototype), { price: new Money(7, 'EUR'), paidAt: 0 }),
    );
  }
});

test('events of other programs are readable: without metadata, or with some that is no object', () => {
  for (const metadata of [
    null,
    '5',
    '[1,{"$schemaVersion":2}]',
    '"$schemaVersion $types"',
    'null',
    '{}',
    '{"nested":{"$types":1}}',
  ]) {
    const [event] = registry.restore(foreign('AccountClosed', '{"reason":"moved"}', metadata));
    assert.ok(event !== undefined && isEvent(event, AccountClosed));
    assert.equal(event.data.reason, 'moved');
    assert.ok(typeof event.metadata === 'object' && !Array.isArray(event.metadata));
  }
});

test('a known event whose data is no object, or whose text or note is broken, is refused where its data is read', () => {
  const broken = [
    foreign('AccountClosed', '5', null),
    foreign('AccountClosed', '"text"', null),
    foreign('AccountClosed', '[1]', null),
    foreign('AccountClosed', 'null', null),
    foreign('AccountClosed', '{"reason"', null),
    foreignWith('AccountClosed', '{}', { $types: { '/reason': 'Date' } }),
    foreignWith('AccountClosed', '{}', { $types: null }),
  ];
  for (const event of broken) {
    const [read] = registry.restore(event);
    assert.throws(
      () => read?.data,
      (error: Error) => {
        assert.ok(error instanceof UnreadableEventError, String(error));
        return error.message.startsWith("event 3 of stream 'account-42' cannot be read: ");
      },
    );
  }
});

test('metadata that is not JSON is refused with the place of its event', () => {
  const event = foreign('SomethingElse', '{}', '{"$occurredAt');
  assert.throws(() => event.metadata, {
    code: 'UNREADABLE_EVENT',
    message: /^metadata of event 3 of stream 'account-42' /,
  });
});

test('each reading of an event gives data of its own', () => {
  const event = stored(registry.encode(paid, eventId));
  const [first, second] = [registry.restore(event), registry.restore(event)];
  assert.notEqual(first[0]?.data, second[0]?.data);
  assert.equal(first[0]?.data, first[0]?.data);
});

test('restoring an event makes no other one of it, unless somebody has looked at its data, which stays plain for them', () => {
  const closed = registry.encode(Object.assign(new AccountClosed(), { reason: 'moved' }), eventId);
  const unread = stored(closed);
  const [same] = registry.restore(unread);
  assert.equal(same, unread);
  const read = stored(closed);
  const plain = read.data;
  const [restored] = registry.restore(read);
  assert.ok(restored !== undefined && isEvent(restored, AccountClosed));
  assert.equal(read.data, plain);
  assert.equal(Object.getPrototypeOf(plain), Object.prototype);
});

test('two who restore one event have data of their own, also where the first has not looked at it yet', () => {
  const unread = stored(registry.encode(Object.assign(new AccountClosed(), { reason: 'moved' }), eventId));
  const [first, second] = [registry.restore(unread)[0], registry.restore(unread)[0]];
  assert.deepStrictEqual(first?.data, second?.data);
  assert.notEqual(first?.data, second?.data);
});

test('a fingerprint changes with name, version and upcasters, and with nothing else', () => {
  const fingerprint = (options: Partial<ConstructorParameters<typeof EventRegistry>[0]>) =>
    new EventRegistry({ events: [MoneyPaid], upcasters: [fromFirst], ...options }).fingerprint(MoneyPaid);
  const base = fingerprint({});
  assert.equal(fingerprint({ events: [AccountClosed, MoneyPaid] }), base);
  assert.equal(fingerprint({ upcasters: [upcast('MoneyPaid', { from: 1, with: (data) => data })] }), base);
  const renamed = upcast('Payment', { from: 1, to: { type: 'MoneyPaid', version: 2 } });
  assert.notEqual(fingerprint({ upcasters: [fromFirst, renamed] }), base);
  assert.equal(new EventRegistry({ events: [AccountClosed] }).fingerprint(AccountClosed), 'AccountClosed@1+0');
  assert.equal(registry.fingerprint(Money), '');
});

test('two events of one name are refused with both classes named', () => {
  @DomainEvent('AccountClosed')
  class Closed {}
  assert.throws(() => new EventRegistry({ events: [AccountClosed, Closed] }), {
    code: 'CONFIGURATION',
    message: "two events are named 'AccountClosed': the classes AccountClosed and Closed",
    places: ['AccountClosed', 'Closed'],
  });
  new EventRegistry({ events: [AccountClosed, AccountClosed] });
});

test('what is no event class, or could not be restored, is refused by name', () => {
  class Loose {}
  class Derived extends AccountClosed {}
  @DomainEvent('Failed')
  class Failed extends Error {}
  @DomainEvent('Listed')
  class Listed extends Array {}
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [Loose, /^Loose is used as an event but has no @DomainEvent$/],
    [Derived, /^Derived is used as an event/],
    [undefined, /^undefined is used as an event/],
    ['AccountClosed', /^"AccountClosed" is used as an event/],
    [{}, /^a plain object is used as an event/],
    [Failed, /^Failed extends Error, which cannot be restored/],
    [Listed, /^Listed extends Array, which cannot be restored/],
  ];
  for (const [target, message] of cases) {
    assert.throws(() => new EventRegistry({ events: [target as never] }), { code: 'CONFIGURATION', message });
  }
});

test('`isEvent` asks for name and class', () => {
  const [event] = registry.restore(stored(registry.encode(paid, eventId)));
  const plain = stored(registry.encode(paid, eventId));
  assert.ok(event !== undefined && isEvent(event, MoneyPaid) && !isEvent(event, AccountClosed));
  assert.ok(!isEvent(plain, MoneyPaid));
});

test.run();
