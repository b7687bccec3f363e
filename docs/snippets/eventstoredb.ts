// #region imports
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  createApplication,
  Documents,
  DomainEvent,
  Handles,
  On,
  Projection,
  type RecordedEvent,
} from '@tidemark/core';
import { eventStoreDB } from '@tidemark/eventstoredb';
import { startTestServer } from '@tidemark/eventstoredb/test-server';
import { sqlite } from '@tidemark/sqlite';

// #endregion imports

@DomainEvent('Deposited')
class Deposited {
  constructor(readonly amount: number) {}
}

class Deposit {
  @AggregateId() accountId!: string;
  amount!: number;
}

@Aggregate('account')
class Account extends AggregateRoot {
  balance = 0;

  @Handles(Deposit)
  deposit({ amount }: Deposit): void {
    this.record(new Deposited(amount));
  }

  @Applies(Deposited)
  deposited({ amount }: Deposited): void {
    this.balance += amount;
  }
}

@Projection('balances', { version: 1 })
class Balances extends Documents<number> {
  @On(Deposited)
  deposited({ data, aggregateId }: RecordedEvent<Deposited>): void {
    this.update(aggregateId, (balance) => balance + data.amount, 0);
  }
}

const server = await startTestServer();
const address = server.connectionString;

// #region application
const app = await createApplication({
  store: eventStoreDB(address), // 'esdb://user:password@node:2113', or 'esdb+discover://…' for a cluster
  readModels: sqlite(':memory:'), // a file of this process, 'read.db': documents and checkpoint in one transaction
  aggregates: [Account],
  projections: [Balances],
});
const receipt = await app.execute(Deposit, { accountId: 'ada', amount: 25 }, { commandId: 'deposit-1' });
await app.caughtUp(Balances, receipt);
console.log(await app.documents(Balances).get('ada'));
// #endregion application

// #region failover
await server.restart({ log: 'kept' }); // as a node that is killed and started again
const again = await app.execute(Deposit, { accountId: 'ada', amount: 25 }, { commandId: 'deposit-1' });
console.log(again.repeated, (await app.load(Account, 'ada')).balance);
const { status, connection } = await app.health();
console.log(status, connection?.server.replace(/\d+$/, '…'));
// #endregion failover

await app.stop();
await server.stop();
