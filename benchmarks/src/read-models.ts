/** The read models that are measured: each account's owner and balance, as documents and as rows of a table. */
import {
  type Application,
  type DeclareTable,
  Documents,
  On,
  Projection,
  type RecordedEvent,
  Tables,
} from '@tidemark/core';
import { AccountOpened, accountId, MoneyDeposited } from './bank.ts';

@Projection('balances')
export class Balances extends Documents<{ owner: string; balance: number }> {
  @On(AccountOpened)
  opened({ data, aggregateId }: RecordedEvent<AccountOpened>) {
    this.put(aggregateId, { owner: data.owner, balance: 0 });
  }

  @On(MoneyDeposited)
  deposited({ data, aggregateId }: RecordedEvent<MoneyDeposited>) {
    this.update(aggregateId, (account) => ({ ...account, balance: account.balance + data.amount }));
  }
}

@Projection('balance-rows')
export class BalanceRows extends Tables {
  schema(table: DeclareTable) {
    table('balance_rows', 'account TEXT PRIMARY KEY, owner TEXT, balance INTEGER NOT NULL');
  }

  @On(AccountOpened)
  opened({ data, aggregateId }: RecordedEvent<AccountOpened>) {
    this.sql`INSERT INTO ${this.table('balance_rows')} VALUES (${aggregateId}, ${data.owner}, 0)`.run();
  }

  @On(MoneyDeposited)
  deposited({ data, aggregateId }: RecordedEvent<MoneyDeposited>) {
    this.sql`INSERT INTO ${this.table('balance_rows')} VALUES (${aggregateId}, '', ${data.amount})
      ON CONFLICT DO UPDATE SET balance = balance + excluded.balance`.run();
  }
}

@Projection('balances', { inline: true })
export class InlineBalances extends Balances {}

@Projection('balance-rows', { inline: true })
export class InlineBalanceRows extends BalanceRows {}

export type Kind = 'documents' | 'table';

/** What the served read model says of an account. */
export async function balanceOf(app: Application, kind: Kind, account: number, inline = false): Promise<unknown> {
  const key = accountId(account);
  if (kind === 'documents') return (await app.documents(inline ? InlineBalances : Balances).get(key))?.balance;
  const rows = app.tables(inline ? InlineBalanceRows : BalanceRows);
  return (await rows.get('SELECT balance FROM balance_rows WHERE account = ?', key))?.['balance'];
}
