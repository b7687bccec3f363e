import assert from 'node:assert/strict';
import { type ConsumerStoppedError, eventData, upcast } from '@tidemark/core';
import { delay, finalize, map, mergeMap, Observable, scan, take, tap, throwError, toArray } from 'rxjs';
import { test } from 'uvu';
import { live } from '../../../src/projection/live/live.ts';
import { MoneyDeposited } from '../../fixtures/bank.ts';
import { altered, Bank, busy, observed } from './running.ts';

const deposits = { types: [MoneyDeposited] } as const;
const total = live('total', deposits, (events$) => events$.pipe(scan((sum, { data }) => sum + data.amount, 0)));
/** Fails at an amount of 13. */
const touchy = live('touchy', deposits, (events$) =>
  events$.pipe(
    map(({ data: { amount } }) => {
      if (amount === 13) throw new RangeError('bad luck');
      return amount;
    }),
  ),
);

test('a pipeline that throws stops in front of that event, says so everywhere, and stops nothing else', () =>
  Bank.with(async (bank) => {
    await bank.deposit(1, 2);
    const runner = await bank.run(touchy);
    const other = await bank.run(total);
    const last: unknown[] = [];
    runner.output.value$.subscribe({ next: (value) => last.push(value), complete: () => last.push('complete') });
    const waiting = runner.caughtUp(5, 1_000);
    await bank.deposit(3, 13, 4);
    const refused = { code: 'CONSUMER_STOPPED', consumer: 'touchy', position: 4, eventType: 'MoneyDeposited' };
    await assert.rejects(waiting, refused);
    await assert.rejects(runner.caughtUp(4, 1_000), refused);
    await runner.caughtUp(3, 1_000);
    const { state, position, lastError } = runner.status;
    assert.deepEqual(
      [state, position, (lastError as ConsumerStoppedError).cause],
      ['stopped', 3, new RangeError('bad luck')],
    );
    assert.deepEqual(bank.errors, [lastError]);
    assert.deepEqual(last, [2, 3, 'complete']);
    await other.caughtUp(5, 1_000);
    assert.equal(other.output.value, 23);
  }));

test('one that throws during the replay shows no value, and ready rejects', () =>
  Bank.with(async (bank) => {
    await bank.deposit(1, 13, 2);
    const runner = bank.start(touchy);
    await assert.rejects(runner.ready(), { code: 'CONSUMER_STOPPED', position: 2 });
    await assert.rejects(runner.ready(), { code: 'CONSUMER_STOPPED', position: 2 });
    await assert.rejects(runner.caughtUp(1, 1_000), { code: 'CONSUMER_STOPPED', position: 2 });
    assert.equal(runner.output.value, undefined);
    assert.equal(runner.status.position, 1);
  }));

test('a split event of which one part fails was not gone through', () => {
  const { with: split } = {
    with: (data: { amount: number }) =>
      [data.amount, 13].map((amount) => ({ type: 'MoneyDeposited', data: { amount } })),
  };
  const upcasters = [upcast('Twice', { from: 1, split: split as never, into: ['MoneyDeposited'] })];
  return Bank.with(
    async (bank) => {
      await bank.deposit(1);
      await bank.events.append('x-1', [eventData('Twice', { amount: 2 })], { expectedRevision: 'any' });
      const seen: (number | undefined)[] = [];
      const runner = bank.start(
        live('parts', deposits, (events$) => {
          const noted$ = events$.pipe(tap(({ part }) => seen.push(part)));
          return touchy.pipeline(noted$);
        }),
      );
      await assert.rejects(runner.ready(), { code: 'CONSUMER_STOPPED', position: 2 });
      assert.deepEqual(seen, [undefined, 0, 1]);
      assert.equal(runner.status.position, 1);
    },
    { upcasters },
  );
});

test('a pipeline that fails by itself, between events, stops at once', () =>
  Bank.with(async (bank) => {
    await bank.deposit(1);
    const later = live('later', (events$) =>
      events$.pipe(
        mergeMap(() => throwError(() => 'bad luck')),
        delay(0),
      ),
    );
    const failing = live('failing', (events$) =>
      events$.pipe(
        delay(1),
        mergeMap(() => throwError(() => 'bad luck')),
      ),
    );
    assert.equal(
      (
        (await bank
          .start(later)
          .ready()
          .catch((error: unknown) => error)) as ConsumerStoppedError
      ).position,
      1,
    );
    const runner = await bank.run(failing);
    const refused = { code: 'CONSUMER_STOPPED', position: 1, eventType: undefined, cause: 'bad luck' };
    await assert.rejects(runner.caughtUp(2, 1_000), refused);
    assert.equal(runner.status.state, 'stopped');
  }));

test('a pipeline that completes is stopped without error, keeps its last value, and is caught up with everything', () =>
  Bank.with(async (bank) => {
    await bank.deposit(1, 2);
    const firstOf = (many: number) =>
      live(`first ${many}`, deposits, (events$) =>
        events$.pipe(
          take(many),
          map(({ data }) => data.amount),
        ),
      );
    const replaying = await bank.run(firstOf(1));
    const following = await bank.run(firstOf(3));
    const waiting = following.caughtUp(100, 1_000);
    await bank.deposit(3, 4);
    await waiting;
    for (const [runner, value] of [
      [replaying, 1],
      [following, 3],
    ] as const) {
      await runner.caughtUp(4, 1_000);
      assert.deepEqual([runner.status.state, runner.status.lastError], ['stopped', undefined]);
      assert.equal(runner.output.value, value);
      const seen: unknown[] = [];
      runner.output.value$.subscribe({ next: (each) => seen.push(each), complete: () => seen.push('complete') });
      assert.deepEqual(seen, [value, 'complete']);
    }
    assert.deepEqual([replaying.status.position, following.status.position], [1, 3]);
    assert.deepEqual(bank.errors, []);
  }));

test('a pipeline that cannot be made, or is no Observable, stops at once and names why', () =>
  Bank.with(async (bank) => {
    const throwing = live('throwing', () => {
      throw new RangeError('bad luck');
    });
    const promising = live('promising', (async () => 5) as never);
    const none = live('none', (() => undefined) as never);
    for (const [projection, cause] of [
      [throwing, /bad luck/],
      [promising, /pipeline of 'promising': found an instance of Promise, wanted an Observable/],
      [none, /found undefined, wanted an Observable/],
    ] as const) {
      const runner = bank.start(projection);
      await assert.rejects(runner.ready(), { code: 'CONSUMER_STOPPED', position: 0, message: cause });
      assert.equal(runner.status.state, 'stopped');
    }
  }));

test('what a pipeline throws while it is taken down is told, and stop still resolves', () =>
  Bank.with(async (bank) => {
    const clumsy = (events$: Observable<unknown>) =>
      events$.pipe(
        finalize(() => {
          throw new RangeError('clumsy');
        }),
      );
    const stopped = await bank.run(live('stopped', clumsy));
    await stopped.stop();
    assert.match(String(bank.errors[0]), /clumsy/);
    const failing = await bank.run(
      live('failing', (events$) => clumsy(events$.pipe(mergeMap(() => throwError(() => 'bad luck'))))),
    );
    await bank.deposit(1);
    await assert.rejects(failing.caughtUp(1, 1_000), /bad luck/);
    await failing.stop();
    assert.equal(bank.errors.length, 3);
    assert.match(String(bank.errors[1]), /bad luck/);
    assert.match(String(bank.errors[2]), /clumsy/);
  }));

test('a store that fails for a moment is asked again from behind the last event: no gap, no duplicate', async () => {
  let messages = 0;
  const store = observed(() => {
    messages += 1;
    // In the replay, before and behind its first page, and once when following.
    if ([1, 4, 9].includes(messages)) throw busy();
  });
  await Bank.with(
    async (bank) => {
      await bank.deposit(...Array.from({ length: 300 }, (_, index) => index));
      const list = live('list', deposits, (events$) =>
        events$.pipe(scan((seen, { data }) => [...seen, data.amount], [] as number[])),
      );
      const runner = bank.runner(list);
      const states = new Set<string>();
      runner.status$.subscribe(({ state }) => states.add(state));
      runner.start();
      await runner.ready();
      for (const amount of [300, 301]) await runner.caughtUp(await bank.deposit(amount), 1_000);
      assert.deepEqual(
        runner.output.value,
        Array.from({ length: 302 }, (_, index) => index),
      );
      assert.ok(messages > 9, `${messages} messages`);
      assert.deepEqual([...states], ['starting', 'catching-up', 'retrying', 'live']);
      assert.equal(bank.errors.length, 3, 'each failure is told');
      assert.equal(runner.status.lastError, bank.errors[2]);
      assert.equal(runner.status.state, 'live');
    },
    { store },
  );
});

test('a failure that has passed does not count when the pipeline completes later', async () => {
  let failures = 0;
  const store = observed(() => {
    failures += 1;
    if (failures === 1) throw busy();
  });
  await Bank.with(
    async (bank) => {
      await bank.deposit(1, 2);
      const { status } = await bank.run(live('first', (events$) => events$.pipe(take(1))));
      assert.deepEqual([status.state, status.lastError, bank.errors.length], ['stopped', undefined, 1]);
    },
    { store },
  );
});

test('when it has ended, who subscribed to the events on the side gets no more of them', () =>
  Bank.with(async (bank) => {
    const amounts: number[] = [];
    const aside = live('aside', deposits, (events$) => {
      const failing$ = touchy.pipeline(events$);
      return new Observable<unknown>((subscriber) => {
        failing$.subscribe(subscriber);
        events$.subscribe(({ data }) => amounts.push(data.amount));
      });
    });
    await bank.deposit(1, 13, 2);
    await assert.rejects(bank.start(aside).ready(), { position: 2 });
    assert.deepEqual(amounts, [1, 13]);
  }));

test('a store that cannot say where its log ends, for a moment, does not keep the replay from its end', async () => {
  const store = altered(() => ({
    head: async () => {
      throw busy();
    },
  }));
  await Bank.with(
    async (bank) => {
      await bank.deposit(1, 2);
      assert.equal((await bank.run(total)).output.value, 3);
      assert.equal(bank.errors.length, 1);
    },
    { store },
  );
});

test('a newer version of a wanted event stops the projection; others pass by', () =>
  Bank.with(async (bank) => {
    const newer = (type: string) => eventData(type, {}, { metadata: { $schemaVersion: 2 } });
    await bank.events.append('x-1', [newer('AccountOpened'), eventData('Foreign', {})], { expectedRevision: 'any' });
    const runner = await bank.run(total);
    await bank.events.append('x-1', [newer('MoneyDeposited')], { expectedRevision: 'any' });
    await assert.rejects(
      runner.caughtUp(3, 1_000),
      ({ cause }: ConsumerStoppedError) => (cause as { code: string }).code === 'UNKNOWN_EVENT',
    );
  }));

test('a store that is closed below it stops it, and says so', () =>
  Bank.with(async (bank) => {
    const runner = await bank.run(total);
    await bank.events.close();
    await assert.rejects(
      runner.caughtUp(1, 1_000),
      ({ cause }: ConsumerStoppedError) => (cause as { code: string }).code === 'CLOSED',
    );
  }));

test('a filter that names no registered event is refused before anything runs', () =>
  Bank.with(async (bank) => {
    class Unregistered {}
    const projection = { ...total, filter: { types: [Unregistered] } };
    assert.throws(() => bank.runner(projection), { code: 'CONFIGURATION' });
  }));

test('toArray and the like have no value, as the log has no end', () =>
  Bank.with(async (bank) => {
    await bank.deposit(1);
    const runner = await bank.run(live('array', (events$) => events$.pipe(toArray())));
    await runner.stop();
    assert.equal(runner.output.value, undefined);
  }));

test.run();
