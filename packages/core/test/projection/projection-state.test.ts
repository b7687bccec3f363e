/** A projection keeps nothing but its read model. */
import assert from 'node:assert/strict';
import {
  createApplication,
  Documents,
  memory,
  On,
  Projection,
  type ProjectionClass,
  type RecordedEvent,
} from '@tidemark/core';
import { suite } from 'uvu';
import { Account, Deposit, MoneyDeposited, OpenAccount } from '../fixtures/bank.ts';

const test = suite('a projection');

/** Why it stopped, after one deposit of which nothing was stored. */
async function failureOf(projection: ProjectionClass): Promise<Error & { readonly code?: unknown }> {
  const app = await createApplication({
    ...{ store: memory(), aggregates: [Account], projections: [projection], onError: () => {} },
  });
  await app.execute(OpenAccount, { accountId: 'ada', owner: 'Ada' });
  const receipt = await app.execute(Deposit, { accountId: 'ada', amount: 1 });
  const stopped = await app.caughtUp(projection, receipt).then(
    () => assert.fail('it goes on'),
    ({ cause }: { cause: Error }) => cause,
  );
  assert.equal(await app.documents(projection as new () => Documents<number>).count(), 0);
  await app.stop();
  return stopped;
}

for (const [what, write] of [
  ['a field that it has', (self: object) => Object.assign(self, { count: 1 })],
  ['a field that it adds', (self: object) => Object.assign(self, { added: 1 })],
] as const) {
  test(`that writes to ${what} stops before anything of it is stored`, async () => {
    @Projection('stateful')
    class Stateful extends Documents<number> {
      count = 0;
      @On(MoneyDeposited)
      deposited({ aggregateId }: RecordedEvent<MoneyDeposited>): void {
        this.put(aggregateId, this.count);
        write(this);
      }
    }
    const { code, message } = await failureOf(Stateful);
    assert.equal(code, 'PROJECTION_STATE');
    assert.match(message, /Stateful: .*'(count|added)'/);
  });
}

test('whose handler throws a TypeError of its own says so in its words', async () => {
  const constant = Object.freeze({ count: 0 });
  @Projection('wrong')
  class Wrong extends Documents<number> {
    @On(MoneyDeposited)
    deposited(): void {
      (constant as { count: number }).count += 1;
    }
  }
  assert.ok((await failureOf(Wrong)) instanceof TypeError);
});

test.run();
