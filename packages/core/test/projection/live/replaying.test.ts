import assert from 'node:assert/strict';
import { eventData } from '@tidemark/core';
import { combineLatest, count, finalize, map, merge, of, scan, startWith, tap } from 'rxjs';
import { test } from 'uvu';
import { live } from '../../../src/projection/live/live.ts';
import { AccountOpened, MoneyDeposited } from '../../fixtures/bank.ts';
import { Bank } from './running.ts';

const total = live('total', { types: [MoneyDeposited] }, (events$) =>
  events$.pipe(scan((sum, { data }) => sum + data.amount, 0)),
);
const ones = (length: number) => Array.from({ length }, () => 1);

test('the replay emits the latest value once, at its end, and each later event its own', () =>
  Bank.with(async (bank) => {
    await bank.deposit(...ones(1_000));
    const runner = bank.runner(total);
    const seen: number[] = [];
    runner.output.value$.subscribe((value) => seen.push(value));
    runner.start();
    await runner.ready();
    assert.deepEqual(seen, [1_000]);
    await runner.caughtUp(await bank.deposit(5, 6), 1_000);
    assert.deepEqual(seen, [1_000, 1_005, 1_011]);
    assert.equal(runner.output.value, 1_011);
  }));

test('no value is shown before the replay is over', () =>
  Bank.with(async (bank) => {
    await bank.deposit(1, 2);
    const shown: unknown[] = [];
    const peeking = live('peeking', (events$) => events$.pipe(tap(() => shown.push(runner.output.value))));
    const runner = bank.runner(peeking);
    runner.start();
    await runner.ready();
    assert.deepEqual(shown, [undefined, undefined]);
    assert.equal(runner.output.value?.position, 2);
  }));

test('who subscribes later gets the latest value at once, then each later one', () =>
  Bank.with(async (bank) => {
    await bank.deposit(1, 2);
    const runner = await bank.run(total);
    const seen: number[] = [];
    runner.output.value$.subscribe((value) => seen.push(value));
    assert.deepEqual(seen, [3]);
    await runner.caughtUp(await bank.deposit(4), 1_000);
    assert.deepEqual(seen, [3, 7]);
  }));

test('over an empty log, or where nothing matches, there is no value, and it is live all the same', () =>
  Bank.with(async (bank) => {
    const empty = await bank.run(total);
    await bank.append('account-ada', new AccountOpened('Ada'));
    const nothing = await bank.run(total);
    for (const { output, status } of [empty, nothing]) {
      assert.equal(output.value, undefined);
      assert.equal(status.state, 'live');
    }
    await empty.caughtUp(1, 1_000);
    assert.equal(empty.output.value, undefined);
  }));

test('what the pipeline begins with is its value until an event changes it', () =>
  Bank.with(async (bank) => {
    const counting = live('counting', (events$) =>
      events$.pipe(
        scan((sum) => sum + 1, 0),
        startWith(0),
      ),
    );
    const runner = await bank.run(counting);
    assert.equal(runner.output.value, 0);
    await runner.caughtUp(await bank.deposit(1), 1_000);
    assert.equal(runner.output.value, 1);
  }));

test('a restart is a new replay, of what happened meanwhile too', () =>
  Bank.with(async (bank) => {
    await bank.deposit(1);
    const first = await bank.run(total);
    await first.stop();
    await bank.deposit(2);
    assert.equal(first.output.value, 1, 'one that was stopped shows what it last showed');
    assert.equal((await bank.run(total)).output.value, 3);
  }));

test('caughtUp waits until the replay is over, so that the value shows what it was asked for', () =>
  Bank.with(async (bank) => {
    await bank.deposit(...ones(1_000));
    const runner = bank.start(total);
    await runner.caughtUp(1, 1_000);
    assert.equal(runner.output.value, 1_000);
  }));

test('caughtUp resolves for events that the filter does not want', () =>
  Bank.with(async (bank) => {
    await bank.deposit(1);
    const runner = await bank.run(total);
    await runner.caughtUp(await bank.append('account-bob', new AccountOpened('Bob')), 1_000);
    assert.equal(runner.status.position, 2);
  }));

test('late, caughtUp says how far the projection is; both waits end with their signal', () =>
  Bank.with(async (bank) => {
    const position = await bank.deposit(1);
    const runner = await bank.run(total);
    await assert.rejects(runner.caughtUp(position + 1, 10), { code: 'CAUGHT_UP_TIMEOUT', wanted: 2, reached: 1 });
    const reason = new Error('enough');
    await assert.rejects(runner.caughtUp(position + 1, 1_000, AbortSignal.abort(reason)), reason);
    const waiting = bank.runner(total);
    await assert.rejects(waiting.ready(undefined, AbortSignal.abort(reason)), reason);
    const over = new AbortController();
    const ready = waiting.ready(undefined, over.signal);
    over.abort(reason);
    await assert.rejects(ready, reason);
  }));

test('ready waits for the end that the log had at the start, also when writers never pause', () =>
  Bank.with(async (bank) => {
    // More than a page, so that no look at the log sees its end.
    await bank.deposit(...ones(300));
    let isOver = false;
    const feeding = live('feeding', (events$) =>
      events$.pipe(
        tap(() => {
          if (!isOver) void bank.deposit(1);
        }),
        count(),
      ),
    );
    const states: string[] = [];
    const runner = bank.runner(feeding);
    runner.status$.subscribe(({ state }) => states.push(state));
    runner.start();
    await runner.ready();
    isOver = true;
    assert.deepEqual([...new Set(states)], ['starting', 'catching-up', 'live']);
  }));

test('a long replay leaves others their turn of the event loop', () =>
  Bank.with(async (bank) => {
    await bank.deposit(...ones(20_000));
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 1);
    const slow = live('slow', (events$) =>
      events$.pipe(
        tap(() => {
          for (const began = performance.now(); performance.now() - began < 0.005; );
        }),
      ),
    );
    await bank.run(slow);
    clearInterval(turning);
    assert.ok(turns >= 5, `${turns} turns`);
  }));

test('a pipeline may subscribe to the events several times, and each gets all of them', () =>
  Bank.with(async (bank) => {
    await bank.append('account-ada', new AccountOpened('Ada'));
    await bank.deposit(1, 2);
    const both = live('both', (events$) => {
      const opened$ = events$.pipe(scan((seen, { type }) => seen + (type === 'AccountOpened' ? 1 : 0), 0));
      const deposited$ = events$.pipe(scan((seen, { type }) => seen + (type === 'MoneyDeposited' ? 1 : 0), 0));
      return combineLatest({ opened: opened$, deposited: deposited$ });
    });
    assert.deepEqual((await bank.run(both)).output.value, { opened: 1, deposited: 2 });
  }));

test('events are instances of their classes in their envelope, foreign ones plain data', () =>
  Bank.with(async (bank) => {
    await bank.deposit(7);
    await bank.events.append('x-1', [eventData('Foreign', { a: 1 })], { expectedRevision: 'any' });
    const all = live('all', (events$) =>
      events$.pipe(scan((list, { data, streamName }) => [...list, [streamName, data]], [] as unknown[])),
    );
    assert.deepEqual((await bank.run(all)).output.value, [
      ['account-ada', new MoneyDeposited(7)],
      ['x-1', { a: 1 }],
    ]);
  }));

test('stopping unsubscribes from the pipeline, completes value$, and refuses who waits', () =>
  Bank.with(async (bank) => {
    const log: string[] = [];
    const runner = await bank.run(
      live('finalized', (events$) =>
        merge(events$, of('begun')).pipe(
          map(() => 'value'),
          finalize(() => log.push('finalized')),
        ),
      ),
    );
    runner.output.value$.subscribe({ next: (value) => log.push(value), complete: () => log.push('complete') });
    const never = bank.runner(total);
    // Heard from the beginning: either may be refused before the other is looked at.
    const waiting = [runner.caughtUp(9, 10_000), never.ready()].map((each) => assert.rejects(each, { code: 'CLOSED' }));
    await Promise.all([runner.stop(), never.stop()]);
    await Promise.all(waiting);
    await assert.rejects(runner.caughtUp(9, 10_000), { code: 'CLOSED' });
    assert.deepEqual(log, ['value', 'complete', 'finalized']);
    assert.equal(runner.status.state, 'stopped');
    never.start();
    await never.stop();
    assert.equal(never.status.state, 'stopped', 'and it does not begin again');
    assert.deepEqual(bank.errors, []);
  }));

test.run();
