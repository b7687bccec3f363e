import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { DomainEvent, EventRegistry, eventData, upcast } from '@tidemark/core';
import fc from 'fast-check';
import { test } from 'uvu';
import { timeOf } from '../../src/event/event.ts';
import { foreign, foreignWith, stored, storedData } from './stored.ts';
import { anyValue, Money } from './values.ts';

@DomainEvent('Paid')
class Paid {
  constructor(
    readonly price: Money,
    readonly on: ReadonlyMap<string, Date>,
  ) {}
}
const registry = new EventRegistry({ events: [Paid], values: [Money] });
const eventId = '00000000-0000-4000-8000-000000000001';

/** Runs `act` and counts how often text was parsed meanwhile. */
function parses(act: () => unknown): number {
  const { parse } = JSON;
  let count = 0;
  JSON.parse = (...args) => {
    count += 1;
    return parse(...args);
  };
  try {
    act();
  } finally {
    JSON.parse = parse;
  }
  return count;
}

test('an event has its place, its parts of the name, and its times', () => {
  const event = storedData('Paid', { amount: 1 });
  const { type, streamName, category, aggregateId, revision, position, recordedAt, occurredAt, part } = event;
  assert.deepEqual(
    { type, streamName, category, aggregateId, revision, position, recordedAt, occurredAt, part },
    {
      type: 'Paid',
      streamName: 'account-42',
      category: 'account',
      aggregateId: '42',
      revision: 3,
      position: 17,
      recordedAt: new Date('2026-01-01T00:00:00.000Z'),
      occurredAt: new Date('2026-01-01T00:00:00.000Z'),
      part: undefined,
    },
  );
});

test('text is parsed when it is asked for, and once', () => {
  const event = stored(
    eventData('Paid', { at: new Date(0) }, { metadata: { $occurredAt: '2025-01-01T00:00:00.000Z' } }),
  );
  assert.equal(
    parses(() => [event.streamName, event.recordedAt, event.aggregateId]),
    0,
  );
  assert.equal(
    parses(() => [event.metadata, event.metadata, event.occurredAt]),
    1,
  );
  assert.equal(
    parses(() => [event.data, event.data]),
    1,
  );
});

test('an event without notes is read without parsing its metadata', () => {
  const event = stored(registry.encode(new Paid(new Money(1, 'EUR'), new Map()), eventId, { user: 'ada' }));
  const bare = foreignWith('Paid', '{"price":1}', { user: 'ada' });
  assert.equal(
    parses(() => [bare.data, bare.occurredTime]),
    1,
  );
  assert.equal(
    parses(() => registry.demand(bare).map(({ data }) => data)),
    1,
  );
  assert.equal(
    parses(() => registry.demand(event).map(({ data }) => data)),
    2,
  );
});

test('passing by an event parses nothing', () => {
  const event = foreignWith('SomethingElse', '{}', { user: 'ada' });
  assert.equal(
    parses(() => registry.restore(event).map(({ type }) => type)),
    0,
  );
});

test('`occurredAt` is what the caller said, in any ISO form with a time zone', () => {
  for (const [text, time] of [
    ['2025-03-01T10:00:00.000Z', Date.UTC(2025, 2, 1, 10)],
    ['2025-03-01T10:00:00+02:00', Date.UTC(2025, 2, 1, 8)],
    ['2025-03-01T10:00Z', Date.UTC(2025, 2, 1, 10)],
    ['+275760-09-13T00:00:00.000Z', 8.64e15],
    ['-000001-01-01T00:00:00.000Z', Date.UTC(-1, 0, 1)],
  ] as const) {
    const event = foreignWith('Paid', '{}', { $occurredAt: text });
    assert.deepEqual([event.occurredTime, event.occurredAt], [time, new Date(time)]);
  }
});

test('what another program calls `$occurredAt` and is no such text is not guessed at', () => {
  for (const $occurredAt of [
    'yesterday',
    '5',
    5,
    '2025-03-01',
    '2025-03-01T10:00',
    '01/02/2025',
    null,
    {},
    [],
    '2025-13-01T10:00Z',
  ]) {
    const event = foreignWith('Paid', '{}', { $occurredAt });
    assert.equal(event.occurredTime, event.recordedTime);
  }
});

test('every time that a Date can hold is read from its ISO text', () => {
  fc.assert(fc.property(fc.date({ noInvalidDate: true }), (date) => timeOf(date.toISOString()) === date.getTime()));
});

test('a time that is handed out can be changed without changing the event', () => {
  const event = storedData('Paid', {});
  event.recordedAt.setTime(0);
  assert.equal(event.recordedAt.getTime(), event.recordedTime);
});

test('`decode` makes the data anew each time', () => {
  const event = storedData('Paid', { list: [1] });
  (event.data as { list: number[] }).list.push(2);
  assert.deepEqual([event.decode(), event.decode()], [{ list: [1] }, { list: [1] }]);
});

test('for logs, the envelope is plain JSON, with data in its plain form', () => {
  const paid = new Paid(new Money(5n, 'EUR'), new Map([['first', new Date(0)]]));
  const [event] = registry.demand(stored(registry.encode(paid, eventId, { user: 'ada' })));
  assert.deepEqual(JSON.parse(JSON.stringify({ event })), {
    event: {
      eventId,
      type: 'Paid',
      data: { price: { amount: '5', currency: 'EUR' }, on: [['first', '1970-01-01T00:00:00.000Z']] },
      metadata: {
        user: 'ada',
        $types: { '/price': '.Money', '/price/amount': 'bigint', '/on': 'Map', '/on/0/1': 'Date' },
      },
      streamName: 'account-42',
      category: 'account',
      aggregateId: '42',
      revision: 3,
      position: 17,
      recordedAt: '2026-01-01T00:00:00.000Z',
      occurredAt: '2026-01-01T00:00:00.000Z',
    },
  });
});

test('for logs, a part of a split says which it is', () => {
  const into = {
    from: 1,
    into: ['Paid'],
    split: () => [
      { type: 'Paid', data: { n: 1n } },
      { type: 'Paid', data: { n: 2n } },
    ],
  };
  const splitting = new EventRegistry({ events: [Paid], upcasters: [upcast('PaidTwice', into)] });
  const logged = splitting.demand(storedData('PaidTwice', {})).map((event) => JSON.parse(JSON.stringify(event)));
  assert.deepEqual(
    logged.map(({ part, data }) => ({ part, data })),
    [
      { part: 0, data: { n: '1' } },
      { part: 1, data: { n: '2' } },
    ],
  );
});

test('for logs, data that cannot be read is shown as the text that is stored', () => {
  const broken = foreign('Paid', '{"price":', null);
  const newer = registry.restore(storedData('Paid', { price: 1 }, 2))[0];
  assert.equal(JSON.parse(JSON.stringify(broken)).data, '{"price":');
  assert.equal(JSON.parse(JSON.stringify(newer)).data, '{"price":1}');
});

test('for logs, any data that can be stored can be shown', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const data = registry.encode(new Paid(new Money(value, 'EUR'), new Map()), eventId);
      const logged = JSON.parse(JSON.stringify(stored(data)));
      assert.deepEqual(logged.data, JSON.parse(data.data));
    }),
    { numRuns: 300 },
  );
});

test('console.log shows an event with its data and metadata, and the error where these cannot be read', () => {
  const metadata = { user: 'ada' };
  const [event] = registry.restore(stored(eventData('Paid', { cents: 500 }, { metadata })));
  const shown = inspect(event);
  assert.match(shown, /^RecordedEvent \{/);
  for (const part of [
    "type: 'Paid'",
    'data: Paid {',
    'cents: 500',
    "user: 'ada'",
    'revision: 3',
    'position: 17',
    'occurredAt: 2026',
  ])
    assert.ok(shown.includes(part), `${part} is not in ${shown}`);
  const unreadable = inspect(foreign('Paid', 'no JSON', '{"$occurredAt'));
  assert.match(unreadable, /data: UnreadableEventError[\s\S]*metadata: UnreadableEventError/);
  assert.ok(inspect([event], { depth: 0 }).includes('RecordedEvent'));
});

test.run();
