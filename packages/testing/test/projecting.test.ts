/** Scenarios of projections: each ending holds, and each can fail. */
import assert from 'node:assert/strict';
import {
  Documents,
  DomainEvent,
  live,
  On,
  Projection,
  type RecordedEvent,
  scanByKey,
  Tables,
  upcast,
} from '@tidemark/core';
import { projecting } from '@tidemark/testing';
import { test } from 'uvu';

@DomainEvent('Opened')
class Opened {
  constructor(readonly owner: string) {}
}

@DomainEvent('Paid', { version: 2 })
class Paid {
  constructor(
    readonly amount: bigint,
    readonly currency = 'EUR',
  ) {}
}

@DomainEvent('Unheard')
class Unheard {}

interface Balance {
  readonly owner: string;
  readonly paid: bigint;
  readonly last?: Date;
}

abstract class Balances extends Documents<Balance> {
  @On(Opened)
  opened({ data, aggregateId }: RecordedEvent<Opened>): void {
    this.put(aggregateId, { owner: data.owner, paid: 0n });
  }

  @On(Paid)
  paid({ data, aggregateId, occurredAt }: RecordedEvent<Paid>): void {
    if (data.amount === 13n) throw new RangeError('unlucky');
    this.update(aggregateId, (balance) => ({ ...balance, paid: balance.paid + data.amount, last: occurredAt }));
  }
}

@Projection('balances', { retries: 0 })
class Behind extends Balances {}

@Projection('inline-balances', { inline: true })
class Inline extends Balances {}

@Projection('parking-balances', { onError: 'park', retries: 0 })
class Parking extends Balances {}

@Projection('skipping-balances', { onError: 'skip', retries: 0 })
class Skipping extends Balances {}

@Projection('rows')
class Rows extends Tables {
  schema(table: (name: string, columns: string) => void): void {
    table('rows', 'id TEXT PRIMARY KEY');
  }

  @On(Opened)
  opened({ aggregateId }: RecordedEvent<Opened>): void {
    this.sql(`INSERT INTO ${this.table('rows')} VALUES (?)`).run(aggregateId);
  }
}

const count = live('count', { types: [Paid] }, (events$) =>
  events$.pipe(
    scanByKey(
      ({ aggregateId }) => aggregateId,
      (sum, { data }) => sum + data.amount,
      0n,
    ),
  ),
);

const upcasters = [
  upcast('Paid', { from: 1, with: (data: { amount: number }) => ({ amount: BigInt(data.amount), currency: 'EUR' }) }),
];
const noon = new Date('2026-01-01T12:00:00Z');
const before = <P extends typeof Behind>(projection: P) => projecting(projection).with({ upcasters });

test('a scenario without the upcasters that an event needs says what to give it', async () => {
  const scenario = projecting(Behind).given('account-1', new Paid(2n));
  await assert.rejects(
    scenario.thenDocuments({}),
    /no upcaster starts from version 1.*\n.*\.with\(\{ upcasters, values \}\)/,
  );
});

for (const projection of [Behind, Inline]) {
  test(`documents of ${projection.name} are what the events say, values and times included`, async () => {
    const scenario = before(projection)
      .given('account-1', new Opened('Ada'), new Unheard())
      .givenAt(noon, 'account-1', new Paid(2n ** 70n));
    await scenario.thenDocuments({ '1': { owner: 'Ada', paid: 2n ** 70n, last: noon } });
    await scenario.thenDocument('1', { owner: 'Ada', paid: 2n ** 70n, last: noon });
    await scenario.thenDocument('2', undefined);
    await assert.rejects(scenario.thenDocuments({}), /shows other documents/);
    await assert.rejects(scenario.thenDocument('1', undefined), /another document '1'/);
    await assert.rejects(scenario.thenFails('CONSUMER_STOPPED'), /took all events in/);
  });

  test(`a failure of ${projection.name} is asked for by its code, its class, or that of its cause`, async () => {
    const scenario = before(projection).given('account-1', new Opened('Ada')).given('account-1', new Paid(13n));
    await scenario.thenFails(RangeError);
    await scenario.thenFails(projection === Inline ? 'PROJECTION_REFUSED' : 'CONSUMER_STOPPED');
    await assert.rejects(scenario.thenFails(TypeError), /another error than TypeError.*RangeError: unlucky/s);
    await assert.rejects(scenario.thenDocuments({}), /the projection failed: .*unlucky/);
  });
}

test('parked events are listed with what waits behind them', async () => {
  const scenario = before(Parking)
    .given('account-1', new Opened('Ada'), new Paid(13n), new Paid(1n))
    .given('account-2', new Opened('Bob'));
  await scenario.thenParked(
    { revision: 1, error: 'RangeError: unlucky' },
    { streamName: 'account-1', revision: 2, error: undefined },
  );
  await scenario.thenDocument('2', { owner: 'Bob', paid: 0n });
  await assert.rejects(scenario.thenParked(), /other parked events/);
});

test('skipped events are left out', async () => {
  await before(Skipping)
    .given('account-1', new Opened('Ada'), new Paid(13n))
    .givenAt(noon, 'account-1', new Paid(1n))
    .thenDocuments({ '1': { owner: 'Ada', paid: 1n, last: noon } });
});

test('a live projection shows its value', async () => {
  const scenario = projecting(count).with({ upcasters }).given('account-1', new Paid(2n), new Paid(3n));
  await scenario.thenValue({ key: '1', value: 5n, all: new Map([['1', 5n]]) });
  await assert.rejects(scenario.thenValue({ key: '1', value: 6n, all: new Map() }), /another value/);
});

test('rows need a store that has tables, and the message says which', async () => {
  await assert.rejects(
    projecting(Rows).given('account-1', new Opened('Ada')).thenRows('SELECT * FROM rows', []),
    /sqlite\(/,
  );
});

test.run();
