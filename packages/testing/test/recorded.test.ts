import assert from 'node:assert/strict';
import { countedId, countingIds, manualClock, recorded, recordedStream } from '@tidemark/testing';
import { suite } from 'uvu';
import { Degrees, Heated, Installed } from './thermostat.ts';

const test = suite('recorded events, clock and ids of a test');

test('a recorded event has an envelope whose parts belong together', () => {
  const event = recorded(new Heated(new Degrees(3)), { streamName: 'thermostat-hall-2', revision: 4 });
  assert.deepEqual(event, {
    eventId: countedId(5),
    type: 'Heated',
    data: new Heated(new Degrees(3)),
    metadata: {},
    streamName: 'thermostat-hall-2',
    category: 'thermostat',
    aggregateId: 'hall-2',
    revision: 4,
    position: 5,
    recordedAt: new Date('2026-01-01T00:00:00.000Z'),
    occurredAt: new Date('2026-01-01T00:00:00.000Z'),
  });
  assert.equal(event.data.by.celsius, 3);
});

test('what is given stands', () => {
  const occurredAt = new Date(0);
  const given = { position: 77, occurredAt, metadata: { user: 'Ada' }, eventId: countedId(9) };
  const { position, metadata, eventId, recordedAt, ...event } = recorded(new Installed('hall', occurredAt), given);
  assert.deepEqual(
    [position, metadata, eventId, event.occurredAt, event.streamName],
    [77, { user: 'Ada' }, countedId(9), occurredAt, 'test-1'],
  );
  assert.notDeepEqual(recordedAt, occurredAt);
});

test('a recorded stream counts revisions and positions', () => {
  const events = recordedStream('thermostat-1', new Heated(new Degrees(1)), new Heated(new Degrees(2)));
  assert.deepEqual(
    events.map(({ revision, position, streamName }) => [revision, position, streamName]),
    [
      [0, 1, 'thermostat-1'],
      [1, 2, 'thermostat-1'],
    ],
  );
});

test('an event without @DomainEvent is refused', () => {
  assert.throws(() => recorded(new Degrees(1)), { code: 'CONFIGURATION' });
});

test('a manual clock stands still, and moves when it is told to', () => {
  const clock = manualClock('2026-03-01T00:00:00.000Z');
  const before = clock.now();
  clock.advance(1_500);
  assert.equal(clock.now().getTime() - before.getTime(), 1_500);
  before.setFullYear(1999);
  clock.set('2026-02-01T00:00:00.000Z');
  assert.deepEqual(clock.now(), new Date('2026-02-01T00:00:00.000Z'));
});

test('a manual clock refuses what is no time', () => {
  for (const bad of ['yesterday', new Date(Number.NaN)])
    assert.throws(() => manualClock(bad), { code: 'INVALID_ARGUMENT' });
  const clock = manualClock();
  assert.throws(() => clock.advance(Number.NaN), { code: 'INVALID_ARGUMENT' });
  assert.throws(() => clock.set('noon'), { code: 'INVALID_ARGUMENT' });
  assert.deepEqual(clock.now(), manualClock().now());
});

test('counting ids can be foretold, and are UUIDs', () => {
  const ids = countingIds();
  assert.deepEqual([ids.next(), ids.next()], [countedId(1), countedId(2)]);
  assert.equal(countingIds(300).next(), '00000000-0000-4000-8000-00000000012c');
});

test.run();
