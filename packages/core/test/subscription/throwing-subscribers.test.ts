import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createApplication, memory } from '@tidemark/core';
import { type ConnectableObservable, config, firstValueFrom, Observable, publish, Subject, toArray } from 'rxjs';
import { test } from 'uvu';
import { guardedObservable } from '../../src/subscription/guarded-observable.ts';
import { Account, OpenAccount } from '../fixtures/bank.ts';

interface Report {
  readonly told: readonly (readonly [string, string, string])[];
  readonly lives: number;
  readonly balance: unknown;
}

test('subscribers that throw end neither the process nor other subscribers, and onError is told of each', async () => {
  const child = fork(new URL('throwing-child.ts', import.meta.url), { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
  let report: Report | undefined;
  let stderr = '';
  child.on('message', (message: Report) => {
    report = message;
  });
  child.stderr?.on('data', (text: Buffer) => {
    stderr += text.toString();
  });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    report?.told.map((each) => each.join(': ')).sort(),
    [
      "changes$ of projection 'balances': threw: changes",
      'events$: left unhandled: operator',
      "events$: left unhandled: reading event 0 of stream 'account-bob': event 'AccountOpened': found schema version 9, wanted at most version 1, or newer code",
      'events$: threw: complete',
      'events$: threw: error handler',
      'events$: threw: events',
      'events$: threw: merged within a pipe',
      'events$: threw: piped',
      'events$: threw: teardown',
      "events$ of live projection 'total': threw: inside the pipeline",
      'progress$ of a rebuild: threw: progress',
      "status$ of live projection 'total': threw: live status",
      "status$ of projection 'balances': threw: status",
      "status$ of projection 'balances': threw: teardown",
      "value$ of live projection 'total': threw: live value",
    ].sort(),
  );
  assert.ok(report && report.lives > 10, `${report?.lives} values`);
  assert.deepEqual(report.balance, { owner: 'Ada', balance: 5 });
});

test('one that throws is unsubscribed, also from a source that emits at once and without end', () => {
  const endless = new Observable<number>((subscriber) => {
    for (let number = 0; !subscriber.closed; number += 1) subscriber.next(number);
  });
  const errors: { observable?: unknown; what?: unknown; cause?: unknown }[] = [];
  const seen: number[] = [];
  const numbers$ = guardedObservable('numbers$', endless, (error) => errors.push(error as object));
  numbers$.subscribe((number) => {
    seen.push(number);
    if (number === 3) throw 'enough';
  });
  assert.deepEqual(seen, [0, 1, 2, 3]);
  assert.deepEqual(
    errors.map(({ observable, what, cause }) => [observable, what, cause]),
    [['numbers$', 'threw', 'enough']],
  );
});

test('what is more than a plain Observable stays what it is when piped, and observers keep their `this`', () => {
  const source = new Subject<number>();
  const numbers$ = guardedObservable('numbers$', source, (error) => assert.fail(String(error)));
  const published = numbers$.pipe(publish()) as ConnectableObservable<number>;
  assert.equal(typeof published.connect, 'function');
  assert.equal(numbers$.pipe(), numbers$);
  const observer = {
    seen: [] as number[],
    next(value: number) {
      this.seen.push(value);
    },
  };
  const subscription = numbers$.subscribe(observer);
  source.next(1);
  subscription.unsubscribe();
  source.next(2);
  assert.deepEqual([observer.seen, source.observed], [[1], false]);
});

test('the Observables of the application itself are left to the setting of RxJS', async () => {
  const app = await createApplication({ store: memory(), aggregates: [Account] });
  const unhandled: unknown[] = [];
  config.onUnhandledError = (error) => unhandled.push(error);
  try {
    await app.execute(OpenAccount, { accountId: 'ada', owner: 'Ada' });
    const own = new Subject<unknown>();
    own.subscribe(() => {
      throw new Error('mine');
    });
    const events = app.events$();
    events.subscribe(own);
    while (unhandled.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.equal((unhandled[0] as Error).message, 'mine');
    const all = firstValueFrom(events.pipe(toArray()));
    await app.stop();
    assert.equal((await all).length, 1);
  } finally {
    config.onUnhandledError = null;
  }
});

test.run();
