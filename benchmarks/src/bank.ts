/** The application that is measured: accounts, as an ordinary user of Tidemark would write them. */
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  type AppendResult,
  Applies,
  DomainError,
  DomainEvent,
  type EventStore,
  eventData,
  Handles,
} from '@tidemark/core';
import { IsPositive, IsString, IsUUID, Length } from 'class-validator';

@DomainEvent('AccountOpened')
export class AccountOpened {
  constructor(
    readonly owner: string,
    readonly branch: string,
  ) {}
}

@DomainEvent('MoneyDeposited')
export class MoneyDeposited {
  constructor(
    readonly amount: number,
    readonly currency: string,
    readonly payer: { readonly name: string; readonly account: string },
    readonly reference: string,
    readonly channel: string,
    readonly bookedOn: string,
    readonly tags: readonly string[],
  ) {}
}

/** The same as plain data: 266 characters of JSON. */
export function depositData(amount: number) {
  return {
    amount,
    currency: 'EUR',
    payer: { name: 'Augusta Ada King', account: 'GB29 NWBK 6016 1331 9268 19' },
    reference: 'Salary for November, analytical engine',
    channel: 'transfer',
    bookedOn: '2026-11-22',
    tags: ['sepa', 'incoming', 'salary'],
  };
}

export function depositOf(of: number): MoneyDeposited {
  const { amount, currency, payer, reference, channel, bookedOn, tags } = depositData(of);
  return new MoneyDeposited(amount, currency, payer, reference, channel, bookedOn, tags);
}

export class Deposit {
  @AggregateId() @IsUUID() accountId!: string;
  @IsPositive() amount!: number;
  @IsString() @Length(3, 3) currency!: string;
}

/** Looks at the account and records nothing. */
export class CheckBalance {
  @AggregateId() @IsUUID() accountId!: string;
}

@Aggregate('account')
export class Account extends AggregateRoot {
  owner = '';
  balance = 0;

  @Handles(Deposit)
  deposit({ amount }: Deposit) {
    if (!this.exists) throw new DomainError('ACCOUNT_NOT_OPEN', 'open the account first');
    this.record(depositOf(amount));
  }

  @Handles(CheckBalance)
  check(_: CheckBalance) {
    if (!this.exists) throw new DomainError('ACCOUNT_NOT_OPEN', 'open the account first');
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

/** The same accounts, with a snapshot at the 95th event. */
@Aggregate('account', { snapshot: { every: 95 } })
export class AccountWithSnapshots extends Account {}

export function accountId(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}

export function accountStream(index: number): string {
  return `account-${accountId(index)}`;
}

/** Appends a deposit of 1 as plain data, to be at `revision`. */
export function deposit(events: Pick<EventStore, 'append'>, account: number, revision: number): Promise<AppendResult> {
  const event = eventData('MoneyDeposited', depositData(1), { metadata });
  return events.append(accountStream(account), [event], { expectedRevision: revision - 1 });
}

/** What the command handler puts on each event. */
export const metadata = {
  $correlationId: '0193a6b1-7c7e-7c2e-9b1a-3f0f5d1f9a01',
  $causationId: '0193a6b1-7c7e-7c2e-9b1a-3f0f5d1f9a02',
};
