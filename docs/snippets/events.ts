// #region imports
import { randomUUID } from 'node:crypto';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  createApplication,
  DomainEvent,
  encodeValue,
  eventData,
  Handles,
  upcast,
  Value,
  ValueClasses,
} from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';

// #endregion imports

// #region values
@Value('Money')
class Money {
  constructor(
    readonly cents: bigint,
    readonly currency: string,
  ) {}

  plus(other: Money) {
    return new Money(this.cents + other.cents, this.currency);
  }
}

@DomainEvent('OrderPlaced')
class OrderPlaced {
  constructor(
    readonly total: Money,
    readonly items: Map<string, number>,
    readonly placedAt: Date,
  ) {}
}
// #endregion values

// #region changed
/** At first it was stored as `{ to: 'Main St 1, Springfield' }`; the name then was AddressChanged. */
@DomainEvent('DeliveryMoved', { version: 2 })
class DeliveryMoved {
  constructor(
    readonly street: string,
    readonly city: string,
  ) {}
}

/** PackedAndSent was one event once. */
@DomainEvent('Packed')
class Packed {}

@DomainEvent('Sent')
class Sent {
  constructor(readonly carrier: string) {}
}

const upcasters = [
  upcast('AddressChanged', { from: 1, to: 'DeliveryMoved' }), // renamed
  upcast<{ to: string }>('DeliveryMoved', {
    from: 1, // reshaped
    with: ({ to }) => {
      const [street = '', city = ''] = to.split(', ');
      return { street, city };
    },
  }),
  upcast<{ carrier: string }>('PackedAndSent', {
    from: 1,
    into: ['Packed', 'Sent'], // split
    split: ({ carrier }) => [
      { type: 'Packed', data: {} },
      { type: 'Sent', data: { carrier } },
    ],
  }),
  upcast('OrderPrinted', { from: 1, drop: true }), // of no interest any more
];
// #endregion changed

class PlaceOrder {
  @AggregateId() orderId!: string;
  total!: Money;
  items!: Map<string, number>;
}

@Aggregate('order')
class Order extends AggregateRoot {
  total = new Money(0n, 'EUR');
  city = '';
  sentBy = '';

  @Handles(PlaceOrder)
  place({ total, items }: PlaceOrder) {
    this.record(new OrderPlaced(total, items, new Date('2026-03-01T12:00:00Z')));
  }

  @Applies(OrderPlaced)
  placed({ total }: OrderPlaced) {
    this.total = total;
  }

  @Applies(DeliveryMoved)
  moved({ city }: DeliveryMoved) {
    this.city = city;
  }

  @Applies(Packed)
  packed() {
    this.sentBy = 'nobody yet';
  }

  @Applies(Sent)
  sent({ carrier }: Sent) {
    this.sentBy = carrier;
  }
}

// #region application
await using app = await createApplication({
  store: sqlite('orders.db'),
  aggregates: [Order],
  values: [Money],
  upcasters,
});
// #endregion application

// #region same
const orderId = randomUUID();
const fields = { orderId, total: new Money(4_999n, 'EUR'), items: new Map([['a lamp', 1]]) };
await app.execute(PlaceOrder, fields, { metadata: { user: 'ada' } });

for await (const { data, metadata } of app.history(Order, orderId)) {
  if (!(data instanceof OrderPlaced)) continue;
  console.log(data.total.plus(data.total).cents, data.items.get('a lamp'), data.placedAt.getUTCFullYear()); // 9998n 1 2026
  console.log(metadata['user']); // ada
}
// #endregion same

// #region disk
const placed = new OrderPlaced(fields.total, fields.items, new Date('2026-03-01T12:00:00Z'));
const { json, types } = encodeValue(placed, 'an example', new ValueClasses([Money]), true);
console.log(json);
// {"total":{"cents":"4999","currency":"EUR"},"items":[["a lamp",1]],"placedAt":"2026-03-01T12:00:00.000Z"}
console.log(JSON.stringify(types));
// {"/total/cents":"bigint","/total":".Money","/items":"Map","/placedAt":"Date"}
// #endregion disk

// #region old
// What programs of earlier years have written:
const old = [
  eventData('AddressChanged', { to: 'Main St 1, Springfield' }),
  eventData('OrderPrinted', { copies: 2 }),
  eventData('PackedAndSent', { carrier: 'Post' }),
];
await app.eventStore.append(`order-${orderId}`, old, { expectedRevision: 'any' });

const order = await app.load(Order, orderId);
console.log(order.city, order.sentBy, order.revision); // Springfield Post 3

for await (const { type, revision, part } of app.history(Order, orderId)) {
  console.log(type, revision, part); // … DeliveryMoved 1, Packed 3 0, Sent 3 1
}
// #endregion old
