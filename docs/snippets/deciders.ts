import { randomUUID } from 'node:crypto';
import { createApplication, DomainError, DomainEvent, decider, memory } from '@tidemark/core';
import { given } from '@tidemark/testing';
import { IsPositive } from 'class-validator';

// #region facts
@DomainEvent('AccountOpened')
class AccountOpened {
  constructor(readonly owner: string) {}
}

@DomainEvent('MoneyDeposited')
class MoneyDeposited {
  constructor(readonly amount: number) {}
}

class OpenAccount {
  accountId!: string;
  owner!: string;
}

class Deposit {
  accountId!: string;
  @IsPositive() amount!: number;
}
// #endregion facts

// #region decider
type AccountState = { readonly status: 'none' } | { readonly status: 'open'; readonly balance: number };

const account = decider('account', {
  commands: [OpenAccount, Deposit],
  events: [AccountOpened, MoneyDeposited],
  id: ({ accountId }) => accountId,
  version: 1,
  snapshot: { every: 100 },

  initialState: (): AccountState => ({ status: 'none' }),

  decide(command, state) {
    if (command instanceof OpenAccount) {
      if (state.status === 'open') throw new DomainError('ACCOUNT_OPEN', 'this account is open already');
      return new AccountOpened(command.owner);
    }
    if (state.status === 'none') throw new DomainError('ACCOUNT_NOT_OPEN', 'open the account first');
    return new MoneyDeposited(command.amount);
  },

  evolve(state, event): AccountState {
    if (event instanceof AccountOpened) return { status: 'open', balance: 0 };
    if (state.status === 'none') return state;
    return { status: 'open', balance: state.balance + event.amount };
  },
});
// #endregion decider

// #region application
await using app = await createApplication({ store: memory(), aggregates: [account] });

const accountId = randomUUID();
await app.execute(OpenAccount, { accountId, owner: 'Ada' });
await app.execute(Deposit, { accountId, amount: 25 });

const { state, revision } = await app.load(account, accountId);
console.log(state, revision); // { status: 'open', balance: 25 } 1
// #endregion application

// #region test
await given(account, new AccountOpened('Ada')).when(Deposit, { accountId, amount: 25 }).then(new MoneyDeposited(25));
await given(account).when(Deposit, { accountId, amount: 25 }).thenFails('ACCOUNT_NOT_OPEN');
// #endregion test
