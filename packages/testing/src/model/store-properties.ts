/** What holds for any sequence of calls on a store, tried with random ones and compared with a plain model of a log. */
import assert from 'node:assert/strict';
import { ArgumentError, assertObject, assertPlace, type EventStore, eventData, type Stores } from '@tidemark/core';
import fc from 'fast-check';
import { openLog } from '../conformance/conformance.ts';
import { assertBinding, type ConformanceTarget, type DeclareTest } from '../conformance/declare-rules.ts';
import { all, any } from '../conformance/language.ts';
import type { OpenLog } from '../conformance/rule.ts';
import { Caller } from './caller.ts';
import { ComparedSubscription } from './compared-subscription.ts';
import { LogModel } from './log-model.ts';
import { type Operation, operations } from './operations.ts';
import { race, races } from './racing-writers.ts';
import { storableValues } from './storable-values.ts';

export interface PropertyOptions {
  /** How many random cases each property is tried with; default: `FC_RUNS` of the environment, or 25. */
  readonly runs?: number;
  /** Where the randomness begins, to see a failure again; default: `FC_SEED` of the environment, or anywhere. */
  readonly seed?: number;
  /** Whether a failure is made as small as possible before it is shown, which takes its time; default: true. */
  readonly shrink?: boolean;
}

/** Declares the properties as tests. The store has to have `multiStreamAppend` and `densePositions`. Throws `ArgumentError`. */
export function storeProperties(target: ConformanceTarget, test: DeclareTest, options: PropertyOptions = {}): void {
  assertBinding(target, test);
  assertObject('options', options);
  const parameters = parametersOf(options);
  const declare = <T>(title: string, cases: fc.Arbitrary<T>, holds: (one: T) => Promise<void>) =>
    test(`${target.name}: ${title}`, () => fc.assert(fc.asyncProperty(cases, holds), parameters));

  declare('any calls in any order give what a plain list of events gives', operations, (calls) =>
    compare(target, calls),
  );
  declare('racing writers lose nothing, double nothing, and a subscription sees just that', races, (given) =>
    onLog(target, (log) => race(log, given)),
  );
  declare('any value is read as it was given', fc.array(storableValues, { minLength: 1, maxLength: 20 }), (values) =>
    onLog(target, ({ events }) => keep(events, values)),
  );
}

function parametersOf({ runs, seed, shrink = true }: PropertyOptions): fc.Parameters<unknown> {
  if (runs !== undefined) assertPlace('runs', runs);
  if (seed !== undefined && !Number.isSafeInteger(seed))
    throw new ArgumentError('seed', String(seed), 'a whole number');
  if (typeof shrink !== 'boolean') throw new ArgumentError('shrink', String(shrink), 'true or false');
  const { FC_RUNS, FC_SEED } = process.env as Readonly<Record<string, string | undefined>>;
  const first = seed ?? (FC_SEED === undefined ? undefined : Number(FC_SEED));
  return {
    numRuns: runs ?? Number(FC_RUNS ?? 25),
    endOnFailure: !shrink,
    includeErrorInReport: true,
    ...(first === undefined ? {} : { seed: first }),
  };
}

async function onLog(target: ConformanceTarget, act: (log: OpenLog) => Promise<void>): Promise<void> {
  const log = await openLog(target);
  try {
    await act(log);
  } finally {
    await log.end();
  }
}

/** Two openings of one log are used in turn, as two processes would. */
async function compare(target: ConformanceTarget, calls: readonly Operation[]): Promise<void> {
  await onLog(target, async (log) => {
    const model = new LogModel(log.clock);
    const caller = new Caller(model);
    let openings: readonly Stores[] = [log, await log.openAnother()];
    let subscriptions: ComparedSubscription[] = [];
    for (const [index, operation] of calls.entries()) {
      const { events } = openings[index % openings.length] as Stores;
      const call = caller.callOf(operation);
      if (call !== undefined) {
        const expected = await outcomeOf(call(model));
        assert.deepEqual(await outcomeOf(call(events)), expected, `call ${index}: ${JSON.stringify(operation)}`);
      } else if (operation.do === 'let pass') {
        log.clock.advance(operation.seconds * 1_000);
      } else if (operation.do === 'subscribe') {
        const after = Math.min(operation.after, await model.head());
        subscriptions.push(new ComparedSubscription(events, model, { after, filter: operation.filter }));
      } else if (operation.do === 'pull') {
        await subscriptions[operation.which % Math.max(1, subscriptions.length)]?.pull();
      } else if (operation.do === 'open again') {
        for (const subscription of subscriptions) await subscription.finish();
        subscriptions = [];
        openings = [await log.reopen(), await log.openAnother()];
      }
    }
    for (const subscription of subscriptions) await subscription.finish();
    const logged = (await all(model.readAll())).map((event) => event.toJSON());
    for (const { events } of openings)
      assert.deepEqual(
        (await all(events.readAll())).map((event) => event.toJSON()),
        logged,
      );
  });
}

/** Errors are compared by their code alone. */
async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return { gives: await promise };
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string') throw error;
    return { refuses: code };
  }
}

async function keep(events: EventStore, values: readonly unknown[]): Promise<void> {
  await events.append(
    'values-1',
    values.map((value) => eventData('Kept', { value })),
    any,
  );
  for (const reading of [events.readStream('values-1'), events.readAll()]) {
    const read = (await all(reading)).map(({ data }) => (data as { value: unknown }).value);
    assert.deepEqual(read, values);
  }
}
