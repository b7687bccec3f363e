/** How events taken in are parted into transactions. */
import assert from 'node:assert/strict';
import { Documents, eventData, memory, On, Projection, type RecordedEvent, systemClock } from '@tidemark/core';
import { test } from 'uvu';
import { ValueClasses } from '../../src/event/value.ts';
import { BuildRunner } from '../../src/projection/build-runner.ts';
import { Handlers } from '../../src/projection/handlers.ts';
import { projectionOf } from '../../src/projection/projection.ts';
import { Waiters } from '../../src/projection/waiters.ts';
import { MoneyDeposited } from '../fixtures/bank.ts';

/** Ms that the next handler takes; a transaction ends with the first 32 events, or twice as many and so on, behind 10. */
let slowness = 0;

@Projection('slow')
class Slow extends Documents<number> {
  @On(MoneyDeposited)
  deposited({ position }: RecordedEvent<MoneyDeposited>): void {
    const until = performance.now() + slowness;
    while (performance.now() < until);
    slowness = 0;
    this.put(String(position), position);
  }
}

/** A build that nothing was taken into, a log of so many events, and where each transaction ended. */
async function buildOn(count: number) {
  const { events, readModels, leases } = await memory().open();
  const many = Array.from({ length: count }, () => eventData('MoneyDeposited', { amount: 1 }));
  await events.append('account-1', many, { expectedRevision: 'any' });
  const log: RecordedEvent[] = [];
  for await (const event of events.readAll()) log.push(event);
  const definition = projectionOf(Slow);
  const build = await readModels.begin(definition.model, definition.shape);
  const fence = await leases.acquire('slow', 'us', 60_000);
  assert.ok(fence !== undefined);
  const ends: number[] = [];
  const runner = new BuildRunner(
    build,
    { stored: {}, wanted: () => true, demanding: false },
    new Waiters('slow', () => 0),
    {
      handlers: new Handlers(definition, new ValueClasses([])),
      ...{ readModels, fence, logId: await events.logId(), clock: systemClock, signal: new AbortController().signal },
      watched: () => false,
      onCommit: () => {},
      onCommitted: (position) => {
        ends.push(position);
        slowness = 12;
      },
      onPassedOver: assert.fail,
    },
  );
  return { runner, log, ends, readModels, build };
}

test('what a full transaction leaves over goes with the events that come, and not into a small one', async () => {
  const { runner, log, ends, readModels, build } = await buildOn(2_600);
  slowness = 12;
  for (const [from, to] of [
    [0, 2_048],
    [2_048, 2_304],
    [2_304, 2_560],
  ])
    await runner.take(log.slice(from, to));
  // Transactions of 32 until fewer than 2,048 wait: nothing more has to be done yet.
  assert.ok(runner.writer.size < 2_048 && runner.writer.size >= 2_048 - 32, `${runner.writer.size} events wait`);
  assert.deepEqual(
    ends,
    ends.map((_, index) => (index + 1) * 32),
  );
  await runner.take(log.slice(2_560));
  slowness = 0;
  await runner.flush();
  assert.equal(ends.at(-1), 2_600);
  assert.equal(readModels.count(build.id), 2_600);
});

test('events that come while a transaction is under way are neither lost nor taken in twice', async () => {
  const { runner, log, readModels, build } = await buildOn(300);
  const { transact } = readModels;
  let come = 100;
  // Each time behind the handlers, and before the transaction is over.
  readModels.transact = async (...given) => {
    await transact.apply(readModels, given);
    runner.writer.take(log.slice(come, come + 100));
    come += 100;
  };
  runner.writer.take(log.slice(0, 100));
  await runner.flush();
  assert.deepEqual([runner.writer.size, runner.writer.committed], [0, 300]);
  assert.equal(readModels.count(build.id), 300);
});

test.run();
