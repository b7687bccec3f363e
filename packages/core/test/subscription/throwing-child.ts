/** Subscribers that throw, each kind once, in a process of its own, which tells what became of it. */
import { createApplication, eventData, live, memory, SubscriberFailedError } from '@tidemark/core';
import { map, merge, type Observable, scan, take, tap, UnsubscriptionError } from 'rxjs';
import { Account, AccountOpened, Balances, Deposit, OpenAccount } from '../fixtures/bank.ts';

const accountId = 'ada';
const total = live('total', (events$) => {
  events$.subscribe(() => {
    throw new Error('inside the pipeline');
  });
  return events$.pipe(scan((count) => count + 1, 0));
});

const told: [string, string, string][] = [];
const app = await createApplication({
  store: memory(),
  aggregates: [Account],
  projections: [Balances, total],
  onError: (error) => {
    if (!(error instanceof SubscriberFailedError)) return;
    const { observable, what, cause } = error;
    told.push([observable, what, cause instanceof UnsubscriptionError ? 'teardown' : (cause as Error).message]);
  },
});

let lives = 0;
/** One that throws at each value it gets, beside one that goes on. */
function throwing(name: string, observable: Observable<unknown>): void {
  observable.subscribe(() => {
    throw new Error(name);
  });
  observable.subscribe({ next: () => (lives += 1), error: () => {} });
}

const events$ = app.events$();
throwing('events', events$);
throwing('piped', events$.pipe(map(({ type }) => type)));
throwing(
  'merged within a pipe',
  events$.pipe((source) => merge(source, source)),
);
throwing('status', app.status$(Balances));
throwing('live status', app.status$(total));
throwing('changes', app.documents(Balances).changes$);
throwing('live value', app.live(total).value$);
events$.pipe(take(1)).subscribe({
  complete: () => {
    throw new Error('complete');
  },
});
const failing$ = events$.pipe(
  tap(() => {
    throw new Error('operator');
  }),
);
failing$.subscribe();
failing$.subscribe({
  error: () => {
    throw new Error('error handler');
  },
});
const torn = () => {
  throw new Error('teardown');
};
events$.subscribe({ error: () => {} }).add(torn);
app.status$(Balances).subscribe().add(torn);

await app.execute(OpenAccount, { accountId, owner: 'Ada' });
const receipt = await app.execute(Deposit, { accountId, amount: 5 });
await app.caughtUp(Balances, receipt);
await app.caughtUp(total, receipt);
throwing('progress', (await app.rebuild(Balances)).progress$);
const unreadable = eventData('AccountOpened', {}, { metadata: { $schemaVersion: 9 } });
app.events$({ types: [AccountOpened] }).subscribe(() => {});
await app.eventStore.append('account-bob', [unreadable], { expectedRevision: 'any' });
await new Promise((resolve) => setTimeout(resolve, 200));
const balance = await app.documents(Balances).get(accountId);
await app.stop();
process.send?.({ told, lives, balance });
