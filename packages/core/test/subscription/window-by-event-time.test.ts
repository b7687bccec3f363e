import assert from 'node:assert/strict';
import type { RecordedEvent } from '@tidemark/core';
import fc from 'fast-check';
import { from, lastValueFrom, take, toArray } from 'rxjs';
import { test } from 'uvu';
import { type WindowByEventTimeOptions, windowByEventTime } from '../../src/subscription/window-by-event-time.ts';
import { type Amount, happened } from './happened.ts';

type Event = RecordedEvent<Amount>;
type Options = Partial<WindowByEventTimeOptions<Event, number, string>>;

const sums = (options: Options) =>
  windowByEventTime<Event, number>({
    milliseconds: 10,
    seed: 0,
    reducer: (sum, { data }) => sum + data.amount,
    ...options,
  });

/** What is emitted, in short: key, start, value, whether closed, and how many were late. */
async function windows(events: readonly Event[], options: Options = {}): Promise<string[]> {
  const emitted = await lastValueFrom(from(events).pipe(sums(options), toArray()));
  return emitted.map(
    ({ key, start, value, closed, late }) =>
      `${key}@${start}: ${value}${closed ? '' : ' open'}${late === 0 ? '' : `, ${late} late`}`,
  );
}

test('a window closes when an event of the same stream happened at or past its end, and holds what came before', async () => {
  const events = [happened('a-1', 0, 1), happened('a-1', 9, 2), happened('a-1', 10, 4), happened('a-1', 25, 8)];
  assert.deepEqual(await windows(events), ['a-1@0: 3', 'a-1@10: 4', 'a-1@20: 8 open']);
  const [first] = await lastValueFrom(from(events).pipe(sums({}), take(1), toArray()));
  assert.deepEqual(first, { key: 'a-1', start: 0, end: 10, value: 3, count: 2, closed: true, late: 0 });
});

test('the first millisecond behind a window closes it, and what then falls into it is late', async () => {
  assert.deepEqual(await windows([happened('a-1', 9), happened('a-1', 10), happened('a-1', 0)]), [
    'a-1@0: 1',
    'a-1@10: 1 open, 1 late',
  ]);
  const events = [9, 19, 0, 20, 0].map((time) => happened('a-1', time));
  assert.deepEqual(await windows(events, { grace: 10 }), [
    'a-1@0: 2',
    'a-1@10: 1 open, 1 late',
    'a-1@20: 1 open, 1 late',
  ]);
});

test('another stream’s time closes nothing', async () => {
  const events = [happened('a-1', 5), happened('b-1', 500), happened('a-1', 6), happened('b-1', 5_000)];
  assert.deepEqual(await windows(events), ['b-1@500: 1', 'a-1@0: 2 open', 'b-1@5000: 1 open']);
});

test('keys may be other than streams', async () => {
  const events = [happened('a-1', 5), happened('b-1', 15), happened('a-2', 25)];
  assert.deepEqual(await windows(events, { keyOf: ({ category }) => category }), [
    'a@0: 1',
    'a@20: 1 open',
    'b@10: 1 open',
  ]);
});

test('windows without events are not emitted', async () => {
  assert.deepEqual(await windows([happened('a-1', 1), happened('a-1', 1_001)]), ['a-1@0: 1', 'a-1@1000: 1 open']);
});

test('an event whose window has closed is in no window, and counted in what its key emits later', async () => {
  const events = [happened('a-1', 5), happened('a-1', 15), happened('a-1', 9, 100), happened('a-1', 25)];
  assert.deepEqual(await windows(events), ['a-1@0: 1', 'a-1@10: 1, 1 late', 'a-1@20: 1 open, 1 late']);
});

test('with emitOpen a late event is told at once, with the newest window of its key', async () => {
  const events = [happened('a-1', 5), happened('a-1', 15), happened('a-1', 9, 100)];
  assert.deepEqual((await windows(events, { emitOpen: true })).slice(0, 4), [
    'a-1@0: 1 open',
    'a-1@0: 1',
    'a-1@10: 1 open',
    'a-1@10: 1 open, 1 late',
  ]);
});

test('grace keeps a window open for events that come out of order, and closes windows oldest first', async () => {
  const times = [5, 15, 9, 25, 12, 3, 34];
  const events = times.map((time) => happened('a-1', time));
  assert.deepEqual(await windows(events, { grace: 10 }), [
    // At 25 the first window, up to 10 and 10 more, has closed: 9 was in time, 3 was not.
    'a-1@0: 2',
    'a-1@10: 2, 1 late',
    'a-1@20: 1 open, 1 late',
    'a-1@30: 1 open, 1 late',
  ]);
});

test('an older window can be opened within grace, beside the newer one', async () => {
  const events = [happened('a-1', 25), happened('a-1', 12), happened('a-1', 45)];
  assert.deepEqual(await windows(events, { grace: 10 }), ['a-1@10: 1', 'a-1@20: 1', 'a-1@40: 1 open']);
});

test('with emitOpen an event shows its own window, though there may be a newer one', async () => {
  const events = [happened('a-1', 15), happened('a-1', 5)];
  assert.deepEqual((await windows(events, { emitOpen: true, grace: 10 })).slice(0, 2), [
    'a-1@10: 1 open',
    'a-1@0: 1 open',
  ]);
});

test('windows begin at multiples since 1970 in UTC, moved by the offset, also before 1970', async () => {
  const hour = 3_600_000;
  const day = { milliseconds: 24 * hour };
  const event = happened('a-1', Date.UTC(2026, 2, 29, 22, 30));
  const start = async (options: Options, of = event) =>
    new Date((await lastValueFrom(from([of]).pipe(sums({ ...day, ...options })))).start).toISOString();
  assert.equal(await start({}), '2026-03-29T00:00:00.000Z');
  assert.equal(await start({ offset: -2 * hour }), '2026-03-29T22:00:00.000Z', 'midnight at +02:00');
  assert.equal(await start({ offset: 22 * hour }), '2026-03-29T22:00:00.000Z', 'a day further is the same');
  assert.equal(await start({}, happened('a-1', Date.UTC(1969, 6, 20, 20, 17))), '1969-07-20T00:00:00.000Z');
});

test('with `most`, the key updated the longest time ago emits its open windows and is forgotten', async () => {
  const events = [
    happened('a-1', 1),
    happened('b-1', 1),
    happened('a-1', 2),
    happened('c-1', 1),
    happened('b-1', 3),
    happened('b-1', 4),
  ];
  assert.deepEqual(await windows(events, { most: 2 }), [
    'b-1@0: 1 open',
    'a-1@0: 2 open',
    'c-1@0: 1 open',
    'b-1@0: 2 open',
  ]);
});

test('a seed that is a function makes each window’s own beginning', async () => {
  const lists = windowByEventTime<Event, number[]>({
    milliseconds: 10,
    seed: () => [],
    reducer: (list, { data }) => [...list.splice(0), data.amount],
  });
  const events = [happened('a-1', 1, 1), happened('a-1', 2, 2), happened('a-1', 11, 3)];
  const emitted = await lastValueFrom(from(events).pipe(lists, toArray()));
  assert.deepEqual(
    emitted.map(({ value }) => value),
    [[1, 2], [3]],
  );
});

test('each subscription begins without windows', async () => {
  const source = from([happened('a-1', 1)]).pipe(sums({}));
  await lastValueFrom(source);
  assert.equal((await lastValueFrom(source)).value, 1);
});

const anyEvents = fc.array(fc.record({ key: fc.constantFrom('a-1', 'b-1'), at: fc.integer({ min: -20, max: 20 }) }), {
  maxLength: 60,
});

test('whatever the order, each event is in exactly one window or counted as late, and a closed window never comes again', async () => {
  const rule = fc.asyncProperty(
    anyEvents,
    fc.integer({ min: 1, max: 10 }),
    fc.oneof(fc.integer({ min: 0, max: 10 }), fc.constant(40)),
    fc.integer({ min: -50, max: 50 }),
    async (drawn, milliseconds, grace, offset) => {
      const events = drawn.map(({ key, at }) => happened(key, at));
      const counting = windowByEventTime<Event, number[]>({
        ...{ milliseconds, grace, offset, seed: () => [] },
        reducer: (times, event) => [...times, event.occurredAt.getTime()],
      });
      const emitted = await lastValueFrom(from(events).pipe(counting, toArray()), { defaultValue: [] });
      const late = new Map<string, number>();
      const seen = new Set<string>();
      for (const window of emitted) {
        assert.ok(!seen.has(`${window.key} ${window.start}`), 'once');
        seen.add(`${window.key} ${window.start}`);
        assert.equal(window.end - window.start, milliseconds);
        assert.ok(Number.isInteger((window.start - offset) / milliseconds));
        assert.equal(window.value.length, window.count);
        assert.ok(window.value.every((time) => time >= window.start && time < window.end));
        late.set(window.key, window.late);
      }
      const counted = emitted.reduce((sum, { count }) => sum + count, 0);
      const lateOnes = [...late.values()].reduce((sum, count) => sum + count, 0);
      assert.equal(counted + lateOnes, events.length);
      if (grace >= 40) assert.equal(lateOnes, 0);
    },
  );
  await fc.assert(rule);
});

test('events in the order of their time are never late', async () => {
  const rule = fc.asyncProperty(anyEvents, fc.integer({ min: 1, max: 30 }), async (drawn, milliseconds) => {
    const events = [...drawn].sort((a, b) => a.at - b.at).map(({ key, at }) => happened(key, at));
    const emitted = await lastValueFrom(from(events).pipe(sums({ milliseconds }), toArray()), { defaultValue: [] });
    assert.ok(emitted.every(({ late }) => late === 0));
  });
  await fc.assert(rule);
});

test('what a reducer throws ends the stream with it', async () => {
  const failing = from([happened('a-1', 1)]).pipe(
    sums({
      reducer: () => {
        throw new RangeError('bad luck');
      },
    }),
  );
  await assert.rejects(lastValueFrom(failing), RangeError);
});

test('options that are none are refused', () => {
  const fine = { milliseconds: 10, seed: 0, reducer: () => 0 };
  const bad = {
    milliseconds: [0, -1, 1.5, '10', Number.POSITIVE_INFINITY, undefined],
    offset: [0.5, Number.NaN, '1'],
    grace: [-1, 0.5],
    keyOf: ['account', null],
    reducer: [undefined, 0],
    emitOpen: ['yes', 1, null],
    most: [0, 2.5],
  };
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      const call = () => windowByEventTime({ ...fine, [name]: value } as never);
      assert.throws(call, { code: 'INVALID_ARGUMENT', argument: `windowByEventTime ${name}` });
    }
  }
  for (const none of [undefined, null, 10])
    assert.throws(() => windowByEventTime(none as never), { argument: 'windowByEventTime options' });
});

test.run();
