/** What compiles and what does not: `npm run typecheck` is the test, running it shows that it loads. */
import assert from 'node:assert/strict';
import type { RecordedEvent } from '@tidemark/core';
import { expectTypeOf } from 'expect-type';
import { map, type Observable, of, scan, startWith } from 'rxjs';
import { test } from 'uvu';
import { type LiveProjection, type LiveValue, live } from '../../src/projection/live/live.ts';
import type { LiveRunner } from '../../src/projection/live/live-runner.ts';
import type { EventTimeWindow } from '../../src/subscription/event-time-windows.ts';
import { type KeyedScan, scanByKey } from '../../src/subscription/scan-by-key.ts';
import { windowByEventTime } from '../../src/subscription/window-by-event-time.ts';
import { Opened, Paid } from './declarations.ts';

test('a pipeline gets the events that its filter names, and its own type is the value’s', () => {
  const one = live('one', { types: [Paid] }, (events$) => {
    expectTypeOf(events$).toEqualTypeOf<Observable<RecordedEvent<Paid>>>();
    return events$.pipe(scan((sum, { data }) => sum + data.amount, 0));
  });
  expectTypeOf(one).toEqualTypeOf<LiveProjection<number>>();
  const two = live('two', { types: [Paid, Opened], categories: ['account'] }, (events$) => {
    expectTypeOf(events$).toEqualTypeOf<Observable<RecordedEvent<Paid> | RecordedEvent<Opened>>>();
    return events$.pipe(map(({ data }) => (data instanceof Paid ? data.amount : data.owner)));
  });
  expectTypeOf(two).toEqualTypeOf<LiveProjection<number | string>>();
  const named = live('named', { types: ['Paid'] }, (events$) => {
    expectTypeOf(events$).toEqualTypeOf<Observable<RecordedEvent>>();
    return of(true);
  });
  expectTypeOf(named).toEqualTypeOf<LiveProjection<boolean>>();
});

test('without a filter it gets any event', () => {
  const all = live('all', (events$) => {
    expectTypeOf(events$).toEqualTypeOf<Observable<RecordedEvent>>();
    return events$.pipe(map(({ type }) => type));
  });
  const categories = live('categories', { categories: ['account'] }, (events$) => events$);
  expectTypeOf(all).toEqualTypeOf<LiveProjection<string>>();
  expectTypeOf(categories).toEqualTypeOf<LiveProjection<RecordedEvent>>();
});

test('live projections of whatever value fit into one list, and a runner’s output is of its projection’s type', () => {
  const list: readonly LiveProjection[] = [live('a', () => of(1)), live('b', () => of('x'))];
  const output = <T>(of: LiveProjection<T>, runner: LiveRunner<T>) => [of, runner.output] as const;
  expectTypeOf(output<number>).returns.toEqualTypeOf<readonly [LiveProjection<number>, LiveValue<number>]>();
  expectTypeOf<LiveValue<number>['value']>().toEqualTypeOf<number | undefined>();
  assert.ok(list);
});

test('what is no pipeline does not compile', () => {
  const mistakes = () => [
    // @ts-expect-error: the event has no such field
    live('a', { types: [Paid] }, (events$) => events$.pipe(map(({ data }) => data.owner))),
    // @ts-expect-error: events come in their envelope
    live('a', { types: [Paid] }, (events$) => events$.pipe(map(({ amount }) => amount))),
    // @ts-expect-error: data of any event is unknown
    live('a', (events$) => events$.pipe(map(({ data }) => data.amount))),
    // @ts-expect-error: a pipeline of another event
    live('a', { types: [Paid] }, (events$: Observable<RecordedEvent<Opened>>) => events$),
    // @ts-expect-error: it returns an Observable
    live('a', { types: [Paid] }, () => 5),
    // @ts-expect-error: it returns an Observable at once
    live('a', async (events$: Observable<RecordedEvent>) => events$),
    // @ts-expect-error: the pipeline is missing
    live('a', { types: [Paid] }),
    // @ts-expect-error: no such kind of filter
    live('a', { type: [Paid] }, (events$) => events$),
    // @ts-expect-error: the name is missing
    live({ types: [Paid] }, (events$) => events$),
    // @ts-expect-error: types are in a list
    live('a', { types: Paid }, (events$) => events$),
  ];
  assert.ok(mistakes);
});

test('scanByKey infers the event, the key and the accumulator', () => {
  const sums = live('sums', { types: [Paid] }, (events$) =>
    events$.pipe(
      scanByKey(
        ({ aggregateId }) => aggregateId,
        (sum, { data }) => sum + data.amount,
        0,
      ),
    ),
  );
  expectTypeOf(sums).toEqualTypeOf<LiveProjection<KeyedScan<string, number>>>();
  const sets = live('sets', { types: [Paid] }, (events$) =>
    events$.pipe(
      scanByKey(
        ({ revision }) => revision,
        (set, { data }) => set.add(data.amount),
        () => new Set<number>(),
        { most: 10 },
      ),
      map(({ all }) => all),
    ),
  );
  expectTypeOf(sets).toEqualTypeOf<LiveProjection<ReadonlyMap<number, Set<number>>>>();
  const keyOf = ({ aggregateId }: RecordedEvent) => aggregateId;
  const ownerOf = ({ data }: RecordedEvent<Opened>) => data.owner;
  const mistakes = (events$: Observable<RecordedEvent<Paid>>) => [
    // @ts-expect-error: the reducer returns what the seed is
    events$.pipe(scanByKey(keyOf, (sum, { data }) => `${sum}${data.amount}`, 0)),
    // @ts-expect-error: the data has no such field
    events$.pipe(scanByKey(keyOf, (sum, { data }) => sum + data.owner.length, 0)),
    // @ts-expect-error: the key is taken from another event
    events$.pipe(scanByKey(ownerOf, (sum) => sum + 1, 0)),
    // @ts-expect-error: the seed is missing
    events$.pipe(scanByKey(keyOf, () => 5)),
  ];
  assert.ok(mistakes);
});

test('windowByEventTime infers the event, the key and the value', () => {
  const perStream = live('per stream', { types: [Paid] }, (events$) =>
    events$.pipe(windowByEventTime({ milliseconds: 60_000, seed: 0, reducer: (sum, { data }) => sum + data.amount })),
  );
  expectTypeOf(perStream).toEqualTypeOf<LiveProjection<EventTimeWindow<string, number>>>();
  const perKey = live('per key', { types: [Paid] }, (events$) =>
    events$.pipe(
      windowByEventTime({
        milliseconds: 60_000,
        keyOf: ({ data }) => data.amount,
        seed: () => [] as Paid[],
        reducer: (list, { data }) => [...list, data],
        emitOpen: true,
      }),
      startWith(undefined),
    ),
  );
  expectTypeOf(perKey).toEqualTypeOf<LiveProjection<EventTimeWindow<number, Paid[]> | undefined>>();
  const mistakes = (events$: Observable<RecordedEvent<Paid>>) => [
    // @ts-expect-error: how long is a window?
    events$.pipe(windowByEventTime({ seed: 0, reducer: (sum, { data }) => sum + data.amount })),
    // @ts-expect-error: an amount is no event in an envelope
    of(5).pipe(windowByEventTime({ milliseconds: 10, seed: 0, reducer: (sum) => sum + 1 })),
  ];
  assert.ok(mistakes);
});

test.run();
