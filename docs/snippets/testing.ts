// #region subject
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  type CommandContext,
  Documents,
  DomainError,
  DomainEvent,
  Handles,
  On,
  Projection,
  type RecordedEvent,
} from '@tidemark/core';
import { given, manualClock, projecting } from '@tidemark/testing';
import { IsPositive } from 'class-validator';

@DomainEvent('AccountOpened')
class AccountOpened {
  constructor(
    readonly owner: string,
    readonly openedAt: Date,
  ) {}
}

@DomainEvent('MoneyDeposited')
class MoneyDeposited {
  constructor(readonly amount: number) {}
}

class OpenAccount {
  @AggregateId() accountId!: string;
  owner!: string;
}

class Deposit {
  @AggregateId() accountId!: string;
  @IsPositive() amount!: number;
}

@Aggregate('account')
class Account extends AggregateRoot {
  balance = 0;

  @Handles(OpenAccount)
  open({ owner }: OpenAccount, { clock }: CommandContext) {
    if (this.exists) throw new DomainError('ACCOUNT_OPEN', 'this account is open already');
    this.record(new AccountOpened(owner, clock.now()));
  }

  @Handles(Deposit)
  deposit({ amount }: Deposit) {
    if (!this.exists) throw new DomainError('ACCOUNT_NOT_OPEN', 'open the account first');
    this.record(new MoneyDeposited(amount));
  }

  @Applies(AccountOpened)
  opened() {
    this.balance = 0;
  }

  @Applies(MoneyDeposited)
  deposited({ amount }: MoneyDeposited) {
    this.balance += amount;
  }
}
// #endregion subject

// #region rules
const noon = new Date('2026-03-01T12:00:00Z');
const opened = new AccountOpened('Ada', noon);

await given(Account)
  .with({ clock: manualClock(noon) })
  .when(OpenAccount, { accountId: '42', owner: 'Ada' })
  .then(opened);

await given(Account, opened).when(Deposit, { accountId: '42', amount: 25 }).then(new MoneyDeposited(25));

await given(Account).when(Deposit, { accountId: '42', amount: 25 }).thenFails('ACCOUNT_NOT_OPEN');

await given(Account, opened).when(Deposit, { accountId: '42', amount: -1 }).thenFails('VALIDATION');

await given(Account, opened, new MoneyDeposited(25), new MoneyDeposited(5)).thenState({ balance: 30 });
// #endregion rules

// #region wrong
try {
  await given(Account, opened).when(Deposit, { accountId: '42', amount: 25 }).then(new MoneyDeposited(26));
} catch (error) {
  console.log((error as Error).message.split('\n')[0]);
}
// #endregion wrong

// #region projection
@Projection('balances', { version: 1, onError: 'park', retries: 0 })
class Balances extends Documents<{ balance: number }> {
  @On(AccountOpened)
  opened({ aggregateId }: RecordedEvent<AccountOpened>) {
    this.put(aggregateId, { balance: 0 });
  }

  @On(MoneyDeposited)
  deposited({ aggregateId, data }: RecordedEvent<MoneyDeposited>) {
    this.update(aggregateId, ({ balance }) => ({ balance: balance + data.amount }));
  }
}

await projecting(Balances)
  .given('account-42', opened, new MoneyDeposited(25))
  .given('account-43', opened)
  .thenDocuments({ '42': { balance: 25 }, '43': { balance: 0 } });

await projecting(Balances)
  .given('account-42', new MoneyDeposited(25)) // never opened: there is no document to update
  .thenParked({ streamName: 'account-42', revision: 0 });
// #endregion projection

console.log('all scenarios hold');
