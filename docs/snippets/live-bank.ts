// #region imports
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  createApplication,
  DomainEvent,
  Handles,
  live,
  scanByKey,
  windowByEventTime,
} from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { IsPositive } from 'class-validator';
import { auditTime, map } from 'rxjs';

// #endregion imports

@DomainEvent('MoneyDeposited')
class MoneyDeposited {
  constructor(readonly amount: number) {}
}

class Deposit {
  @AggregateId() accountId!: string;
  @IsPositive() amount!: number;
}

@Aggregate('account')
class Account extends AggregateRoot {
  balance = 0;

  @Handles(Deposit)
  deposit({ amount }: Deposit) {
    this.record(new MoneyDeposited(amount));
  }

  @Applies(MoneyDeposited)
  deposited({ amount }: MoneyDeposited) {
    this.balance += amount;
  }
}

// #region projection
const deposits = live('deposits-by-account', { types: [MoneyDeposited] }, (events$) =>
  events$.pipe(
    scanByKey(
      ({ aggregateId }) => aggregateId,
      (sum, { data }) => sum + data.amount,
      0,
    ),
  ),
);
// #endregion projection

// #region windows
const perDay = live('deposits-per-day', { types: [MoneyDeposited] }, (events$) =>
  events$.pipe(
    windowByEventTime({
      milliseconds: 24 * 60 * 60 * 1000,
      seed: 0,
      reducer: (sum, { data }) => sum + data.amount,
    }),
  ),
);
// #endregion windows

// #region application
await using app = await createApplication({
  store: sqlite('bank.db'),
  aggregates: [Account],
  projections: [deposits, perDay],
});
await app.ready(deposits); // the log was replayed
// #endregion application

// #region read
await app.execute(Deposit, { accountId: 'ada', amount: 20 });
const receipt = await app.execute(Deposit, { accountId: 'ada', amount: 5 });

await app.caughtUp(deposits, receipt);
console.log(app.live(deposits).value?.all.get('ada')); // 25
// #endregion read

// #region watch
app.live(deposits).value$.subscribe(({ key, value }) => console.log(`${key}: ${value}`));

app
  .live(deposits)
  .value$.pipe(
    auditTime(100), // sorting all accounts at each event would be dear
    map(({ all }) => [...all].sort(([, a], [, b]) => b - a).slice(0, 3)),
  )
  .subscribe((busiest) => console.log('busiest:', busiest));
// #endregion watch

// #region days
const on = (day: number) => ({ occurredAt: new Date(Date.UTC(2026, 5, day, 12)) });
await app.execute(Deposit, { accountId: 'grace', amount: 1 }, on(1));
await app.execute(Deposit, { accountId: 'grace', amount: 2 }, on(1));
await app.execute(Deposit, { accountId: 'grace', amount: 4 }, on(2)); // closes the first of June
const late = await app.execute(Deposit, { accountId: 'grace', amount: 8 }, on(1));

await app.caughtUp(perDay, late);
console.log(app.live(perDay).value); // { key: 'account-grace', value: 3, count: 2, closed: true, … }
// #endregion days

// #region health
const { consumers } = await app.health();
console.log(consumers.map(({ name, kind, state }) => `${kind} ${name} is ${state}`));
// #endregion health

// #region waiting
for await (const { data, position } of app.events({ types: [MoneyDeposited] })) {
  await sendSomewhere(data.amount); // the next page is read when this one is done with
  if (position === late.position) break;
}
// #endregion waiting

async function sendSomewhere(_amount: number) {
  await new Promise(setImmediate);
}
