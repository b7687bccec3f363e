import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  type CommandContext,
  createApplication,
  Documents,
  DomainError,
  DomainEvent,
  Handles,
  memory,
  On,
  Projection,
  type RecordedEvent,
  upcast,
} from '@tidemark/core';
import { IsNotEmpty, IsPositive, IsUUID } from 'class-validator';
import { test } from 'uvu';

@DomainEvent('AccountOpened')
class AccountOpened {
  constructor(
    readonly owner: string,
    readonly openedAt: Date,
  ) {}
}

@DomainEvent('MoneyDeposited', { version: 2 })
class MoneyDeposited {
  constructor(
    readonly amount: number,
    readonly currency: string,
  ) {}
}

class OpenAccount {
  @AggregateId() @IsUUID() accountId!: string;
  @IsNotEmpty() owner!: string;
}

class Deposit {
  @AggregateId() @IsUUID() accountId!: string;
  @IsPositive() amount!: number;
}

@Aggregate('account', { version: 1, snapshot: { every: 100 } })
class Account extends AggregateRoot {
  owner = '';
  balance = 0;

  @Handles(OpenAccount)
  open({ owner }: OpenAccount, { clock }: CommandContext) {
    if (this.exists) throw new DomainError('ACCOUNT_OPEN', 'this account is open already');
    this.record(new AccountOpened(owner, clock.now()));
  }

  @Handles(Deposit)
  deposit({ amount }: Deposit) {
    if (!this.exists) throw new DomainError('ACCOUNT_NOT_OPEN', 'open the account first');
    this.record(new MoneyDeposited(amount, 'EUR'));
  }

  @Applies(AccountOpened)
  opened({ owner }: AccountOpened) {
    this.owner = owner;
  }

  @Applies(MoneyDeposited)
  deposited({ amount }: MoneyDeposited) {
    this.balance += amount;
  }
}

@Projection('balances', { version: 1 })
class Balances extends Documents<{ owner: string; balance: number }> {
  @On(AccountOpened)
  opened({ data, aggregateId }: RecordedEvent<AccountOpened>) {
    this.put(aggregateId, { owner: data.owner, balance: 0 });
  }

  @On(MoneyDeposited)
  deposited({ data, aggregateId }: RecordedEvent<MoneyDeposited>) {
    this.update(aggregateId, (account) => ({ ...account, balance: account.balance + data.amount }));
  }
}

const accountId = '6b1f6c2e-3c1e-4b5a-9d5e-0d7c1d3d2a10';

test('the north star of the design runs', async () => {
  const app = await createApplication({
    store: memory(),
    aggregates: [Account],
    projections: [Balances],
    upcasters: [upcast('MoneyDeposited', { from: 1, with: (data) => ({ ...data, currency: 'EUR' }) })],
  });
  await app.execute(OpenAccount, { accountId, owner: 'Ada' });
  const receipt = await app.execute(Deposit, { accountId, amount: 25 });
  assert.equal(receipt.revision, 1);
  await app.caughtUp(Balances, receipt);
  assert.deepEqual(await app.documents(Balances).get(accountId), { owner: 'Ada', balance: 25 });
  const account = await app.load(Account, accountId, { atRevision: 0 });
  assert.equal(account.balance, 0);
  assert.equal(account.owner, 'Ada');
  await app.stop();
});

test.run();
