import assert from 'node:assert/strict';
import {
  type Application,
  createApplication,
  eventData,
  inCategory,
  memory,
  ofType,
  type RecordedEvent,
} from '@tidemark/core';
import { firstValueFrom, map, take, toArray } from 'rxjs';
import { test } from 'uvu';
import { Account, AccountOpened, Deposit, MoneyDeposited, OpenAccount } from '../fixtures/bank.ts';
import { counting } from './counting.ts';

const accountId = 'ada';

async function withApp(run: (app: Application, errors: unknown[]) => Promise<void>): Promise<void> {
  const errors: unknown[] = [];
  const app = await createApplication({
    store: memory(),
    aggregates: [Account],
    onError: (error) => errors.push(error),
  });
  try {
    await app.execute(OpenAccount, { accountId, owner: 'Ada' });
    await run(app, errors);
  } finally {
    await app.stop();
  }
}

const deposits = (app: Application, ...amounts: number[]) =>
  amounts.reduce(async (before, amount) => {
    await before;
    await app.execute(Deposit, { accountId, amount });
  }, Promise.resolve());

test('an Observable gives what is there, then what comes, and ofType and inCategory narrow it', () =>
  withApp(async (app) => {
    await deposits(app, 1, 2);
    const amounts = firstValueFrom(
      app.events$({ categories: ['account'] }).pipe(
        inCategory('account'),
        ofType(MoneyDeposited),
        map(({ data }) => data.amount),
        take(4),
        toArray(),
      ),
    );
    await deposits(app, 3, 4);
    assert.deepEqual(await amounts, [1, 2, 3, 4]);
  }));

test('an Observable begins at the end where it is told to, and completes when the application stops', async () => {
  const seen: unknown[] = [];
  let completed = false;
  await withApp(async (app) => {
    await deposits(app, 1);
    app
      .events$({}, { after: 'end' })
      .subscribe({ next: ({ data }) => seen.push(data), complete: () => (completed = true) });
    await new Promise(setImmediate);
    await deposits(app, 2);
  });
  assert.deepEqual(seen, [new MoneyDeposited(2)]);
  assert.equal(completed, true);
});

test('an async iterable waits: the next event is read when this one is done with', () =>
  withApp(async (app) => {
    await deposits(app, 1, 2, 3);
    const seen: (string | number)[] = [];
    for await (const event of app.events({ types: [AccountOpened, MoneyDeposited] })) {
      seen.push(event.data instanceof AccountOpened ? event.data.owner : event.data.amount);
      if (seen.length === 4) break;
    }
    assert.deepEqual(seen, ['Ada', 1, 2, 3]);
  }));

test('an async iterable ends quietly when its signal fires or the application stops', async () => {
  let ended: Promise<void> = Promise.resolve();
  await withApp(async (app) => {
    const over = new AbortController();
    const follow = async (signal?: AbortSignal) => {
      for await (const _ of app.events({}, { signal }));
    };
    const aborted = follow(over.signal);
    setTimeout(() => over.abort(), 5);
    await aborted;
    ended = follow();
  });
  await ended;
});

test('subscribe waits for its handler, in order, one at a time', () =>
  withApp(async (app) => {
    await deposits(app, 1, 2, 3);
    const log: string[] = [];
    const subscription = app.subscribe({ types: [MoneyDeposited] }, async ({ data }) => {
      log.push(`> ${data.amount}`);
      await new Promise((resolve) => setTimeout(resolve, 3));
      log.push(`< ${data.amount}`);
    });
    while (subscription.position < 4) await new Promise(setImmediate);
    assert.deepEqual(log, ['> 1', '< 1', '> 2', '< 2', '> 3', '< 3']);
    await subscription.stop();
    await deposits(app, 4);
    assert.equal(subscription.position, 4);
  }));

test('a handler that throws stops its subscription, says so, and ends nothing else', () =>
  withApp(async (app, errors) => {
    await deposits(app, 1);
    const subscription = app.subscribe({}, ({ type }) => {
      if (type === 'MoneyDeposited') throw new Error('bad luck');
    });
    await subscription.stopped;
    assert.deepEqual([subscription.state, subscription.position, subscription.error?.position], ['stopped', 1, 2]);
    assert.equal(errors[0], subscription.error);
    assert.equal((await app.health()).status, 'degraded');
  }));

test('commands executed while an event is handled carry its correlation and name it as their cause', () =>
  withApp(async (app) => {
    await app.execute(Deposit, { accountId, amount: 1 }, { metadata: { $correlationId: 'order-7' } });
    let cause: RecordedEvent | undefined;
    const subscription = app.subscribe({ types: [MoneyDeposited] }, async (event) => {
      cause = event;
      await app.execute(OpenAccount, { accountId: 'bob', owner: 'Bob' });
    });
    while (subscription.position === 0) await new Promise(setImmediate);
    for await (const { metadata } of app.history(Account, 'bob')) {
      assert.equal(metadata.$correlationId, 'order-7');
      assert.equal(metadata.$causationId, cause?.eventId);
    }
  }));

test('a filter that names an unregistered class, an unknown key or nothing is refused', () =>
  withApp(async (app) => {
    class Unregistered {}
    assert.throws(() => app.events({ types: [Unregistered] }), { code: 'CONFIGURATION' });
    assert.throws(() => app.events({ types: [] }), { code: 'INVALID_ARGUMENT' });
    assert.throws(() => app.events({ categorys: ['x'] } as object), { code: 'INVALID_ARGUMENT' });
    assert.throws(() => app.events({}, { after: -1 }), { code: 'INVALID_ARGUMENT' });
  }));

test('foreign events come with plain data, and a newer version ends who asked for its class', () =>
  withApp(async (app) => {
    const events = [
      eventData('Foreign', { a: 1 }),
      eventData('MoneyDeposited', {}, { metadata: { $schemaVersion: 9 } }),
    ];
    await app.eventStore.append('x-1', events, { expectedRevision: 'any' });
    const [foreign, newer] = await firstValueFrom(app.events$({ prefixes: ['x-'] }).pipe(take(2), toArray()));
    assert.deepEqual(foreign?.data, { a: 1 });
    assert.throws(() => newer?.data, { code: 'UNKNOWN_EVENT' });
    const asked = async () => {
      for await (const _ of app.events({ types: [MoneyDeposited] }));
    };
    await assert.rejects(asked(), { code: 'UNKNOWN_EVENT' });
    await assert.rejects(firstValueFrom(app.events$().pipe(ofType(MoneyDeposited))), { code: 'UNKNOWN_EVENT' });
  }));

test('a reader that is slow, or whose operators are synchronous, holds no more than a page', async () => {
  const counted = counting(memory());
  const app = await createApplication({ store: counted.provider });
  const events = Array.from({ length: 5_000 }, (_, number) => eventData('Ticked', { number }));
  await app.eventStore.append('tick-1', events, { expectedRevision: 'any' });
  let read = 0;
  let ahead = 0;
  for await (const _ of app.events()) {
    read += 1;
    if (read % 100 === 0) await new Promise(setImmediate);
    ahead = Math.max(ahead, counted.handedOut - read);
    if (read === 5_000) break;
  }
  assert.ok(ahead > 0 && ahead <= 256, `${ahead} events ahead`);
  counted.handedOut = read = ahead = 0;
  await firstValueFrom(
    app.events$().pipe(
      map(() => {
        read += 1;
        ahead = Math.max(ahead, counted.handedOut - read);
      }),
      take(5_000),
      toArray(),
    ),
  );
  assert.ok(ahead > 0 && ahead <= 256, `${ahead} events ahead`);
  await app.stop();
});

test.run();
