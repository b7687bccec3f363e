/** What every exported function refuses: with the error of core that names it, and not with what JavaScript says. */
import assert from 'node:assert/strict';
import { memory, TidemarkError } from '@tidemark/core';
import * as testing from '@tidemark/testing';
import { suite } from 'uvu';
import { Degrees, Heat, Heated, Installed, Thermostat } from './thermostat.ts';

const { applicationConformance, storeConformance, storeProperties } = testing;
const { ConsumerTrace, countedId, countingIds, given, manualClock, projecting, recorded, tracedStore } = testing;

const test = suite('wrong arguments of what tests are written with');

class Plain {}
const noObject = [null, 5, 'x', [], Plain];
const noFunction = [null, undefined, 5, 'x', {}];
const noCount = [null, -1, 1.5, '1', {}];
const noTime = [null, 5, '', 'x', {}];
const noText = [null, 5, {}, Plain];

const event = new Heated(new Degrees(3));
const target = { name: 'a store', provide: () => memory() };
const declare = () => {};
const { events } = await memory().open();
const trace = new ConsumerTrace();
const model = { name: 'model', version: 1 };
const failing = (expected: never) => given(Thermostat).when(Plain, {}).thenFails(expected);

type Entry = readonly [name: string, wrong: readonly unknown[], call: (value: never) => unknown];

const entries: readonly Entry[] = [
  ['countedId', [undefined, ...noCount], countedId],
  ['countingIds', noCount, countingIds],
  ['manualClock', noTime, manualClock],
  ['manualClock set', [undefined, ...noTime], (time) => manualClock().set(time)],
  ['manualClock advance', [undefined, null, '5', {}, Number.NaN], (time) => manualClock().advance(time)],
  ['given', [undefined, null, 5, 'x', []], (aggregate) => given(aggregate)],
  ['Given with', [undefined, ...noObject], (options) => given(Thermostat).with(options)],
  ['Given when', noFunction, (command) => given(Thermostat).when(command, {} as never)],
  ['Given fields', [undefined, ...noObject], (fields) => given(Thermostat).when(Plain, fields)],
  ['Given options', noObject, (options) => given(Thermostat).when(Plain, {}, options)],
  ['When thenFails', [undefined, null, 5, {}, () => {}], failing],
  ['projecting with', [undefined, ...noObject], (options) => projecting(Plain as never).with(options)],
  ['projecting givenAt', [undefined, ...noTime], (time) => projecting(Plain as never).givenAt(time, 'a-1', event)],
  ['recorded', [undefined, ...noObject], (recordedEvent) => recorded(recordedEvent)],
  ['recorded envelope', noObject, (envelope) => recorded(event, envelope)],
  ['recordedStream', noText, (streamName) => testing.recordedStream(streamName, event)],
  ['recordedStream event', [undefined, ...noObject], (one) => testing.recordedStream('a-1', one)],
  ...Object.entries({ storeConformance, applicationConformance, storeProperties }).flatMap(([name, bind]): Entry[] => {
    return [
      [name, [undefined, ...noObject, {}], (value) => bind(value, declare)],
      [`${name} provide`, noFunction, (provide) => bind({ ...target, provide }, declare)],
      [`${name} name`, noText, (value) => bind({ ...target, name: value }, declare)],
      [`${name} dispose`, [null, 5, {}], (dispose) => bind({ ...target, dispose }, declare)],
      [`${name} skip`, [...noObject], (skip) => bind({ ...target, skip }, declare)],
      [`${name} test`, noFunction, (runner) => bind(target, runner)],
    ];
  }),
  ['storeProperties options', noObject, (options) => storeProperties(target, declare, options)],
  ['storeProperties runs', noCount, (runs) => storeProperties(target, declare, { runs })],
  ['storeProperties seed', [null, '1', {}], (seed) => storeProperties(target, declare, { seed })],
  ['storeProperties shrink', [null, 1, 'no'], (shrink) => storeProperties(target, declare, { shrink })],
  ['checkModelAgainstReplay', [undefined, null, 5, {}], (map) => testing.checkModelAgainstReplay(map, new Map())],
  ['checkModelAgainstReplay replay', [undefined, null, {}], (map) => testing.checkModelAgainstReplay(new Map(), map)],
  ['checkTrace', [undefined, null, 5, 'x', {}, [], [null]], (traces) => testing.checkTrace(traces, events)],
  ['checkTrace log', [undefined, null, 5, 'x', {}], (log) => testing.checkTrace(trace, log)],
  ['checkTrace options', noObject, (options) => testing.checkTrace(trace, events, options)],
  ['ConsumerTrace', noObject, (options) => new ConsumerTrace(options)],
  ['ConsumerTrace name', noText, (name) => new ConsumerTrace({ name })],
  ['ConsumerTrace file', ['', ...noText], (file) => new ConsumerTrace({ file, name: 'x' })],
  ['ConsumerTrace seen', [undefined, ...noObject, {}], (seen) => trace.seen(seen)],
  ['ConsumerTrace committed', [undefined, null, -1, {}], (place) => trace.committed(place)],
  ['readTrace', [undefined, '', ...noText], (file) => testing.readTrace(file)],
  ['tracedStore', [undefined, null, 5, {}], (store) => tracedStore(store, model, trace)],
  ['tracedStore model', [undefined, ...noObject, {}], (key) => tracedStore(memory(), key, trace)],
  ['tracedStore trace', [undefined, ...noObject, {}], (other) => tracedStore(memory(), model, other)],
];

/** Values, and classes that the functions above make. */
const elsewhere = ['storableValues', 'Given', 'When', 'Projecting'];

for (const [name, wrong, call] of entries) {
  test(`${name} refuses what it cannot mean`, async () => {
    for (const value of wrong) {
      const error = await refusal(() => call(value as never));
      assert.ok(error instanceof TidemarkError, `${String(value)}: ${String(error)}`);
    }
  });
}

test('every exported function and class is called here, or left out for a reason', () => {
  const known = new Set([...entries.map(([name]) => name.split(' ')[0]), ...elsewhere]);
  const isError = (value: unknown) => typeof value === 'function' && value.prototype instanceof Error;
  const exported = Object.entries(testing).filter(([, value]) => !isError(value));
  assert.deepEqual(
    exported.map(([name]) => name).filter((name) => !known.has(name)),
    [],
  );
});

test('an event that is none is refused by name, before an application is started for it', async () => {
  const scenario = projecting(Plain as never).given('a-1', null as never);
  await assert.rejects(scenario.thenDocuments({}), { code: 'INVALID_ARGUMENT', argument: 'event' });
});

test('an expectation that nothing can meet fails the scenario', async () => {
  const scenario = given(Thermostat, new Installed('hall', new Date(0)));
  await assert.rejects(scenario.thenState(null as never), assert.AssertionError);
  await assert.rejects(scenario.when(Heat, { id: '1', by: 1 }).then((() => {}) as never), assert.AssertionError);
});

/** What it throws, or rejects with, whichever it does. */
async function refusal(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}

test.run();
