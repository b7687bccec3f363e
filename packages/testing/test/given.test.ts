import assert from 'node:assert/strict';
import { DomainError, ValidationError } from '@tidemark/core';
import { given, manualClock } from '@tidemark/testing';
import { suite } from 'uvu';
import { Degrees, Heat, Heated, Hidden, Install, Installed, Thermostat, thermostat } from './thermostat.ts';

const test = suite('given, when, then');

const id = 'hall';
const noon = new Date('2026-06-01T12:00:00.000Z');
const values = [Degrees];
const installed = new Installed('hall', noon);

test('an accepted command records its events', async () => {
  const clock = manualClock(noon);
  await given(Thermostat).with({ clock, values }).when(Install, { id, room: 'hall' }).then(installed);
  await given(Thermostat, installed)
    .with({ values })
    .when(Heat, { id, by: 5 })
    .then(new Heated(new Degrees(5)));
});

test('a command may record nothing', () =>
  given(Thermostat, installed).with({ values }).when(Heat, { id, by: 0 }).thenNothing());

test('a refused command fails with a code, or a class', async () => {
  const heating = given(Thermostat).with({ values }).when(Heat, { id, by: 5 });
  await heating.thenFails('NOT_INSTALLED');
  await heating.thenFails(DomainError);
});

test('an invalid command is refused as by the application', async () => {
  const heating = given(Thermostat, installed).with({ values }).when(Heat, { id, by: 11 });
  await heating.thenFails('VALIDATION');
  await heating.thenFails(ValidationError);
});

test('a command that nobody handles is refused as by the application', () =>
  given(Hidden).with({ values }).when(Install, { id, room: 'hall' }).thenFails('UNKNOWN_COMMAND'));

test('the state can be looked at, before and after a command', async () => {
  const heated = given(Thermostat, installed, new Heated(new Degrees(5)), new Heated(new Degrees(2))).with({ values });
  await heated.thenState({ room: 'hall', celsius: 7, heatings: new Set([0n, 1n]) });
  await heated.when(Heat, { id, by: 3 }).thenState({ celsius: 10 });
});

test('what a handler returns can be looked at', async () => {
  await given(Thermostat, installed).with({ values }).when(Heat, { id, by: 3 }).thenReturns(3);
  await given(Thermostat, installed)
    .with({ values, services: { step: 2 } })
    .when(Heat, { id, by: 3 })
    .thenReturns(6);
});

test('a decider is tested in the same words', async () => {
  const room = 'hall 00000000-0000-4000-8000-000000000002';
  const clock = manualClock(noon);
  await given(thermostat).with({ clock, values }).when(Install, { id, room: 'hall' }).then(new Installed(room, noon));
  await given(thermostat).with({ values }).when(Heat, { id, by: 1 }).thenFails('NOT_INSTALLED');
  await given(thermostat, installed).with({ values }).when(Heat, { id, by: 0 }).thenNothing();
  await given(thermostat, installed).with({ values }).when(Heat, { id, by: 4 }).thenState({ room: 'hall', celsius: 4 });
  await given(thermostat, installed, new Heated(new Degrees(1)))
    .with({ values })
    .thenState({ celsius: 1 });
});

test('a command can have happened at another time', () =>
  given(thermostat)
    .with({ values })
    .when(Install, { id, room: 'a' }, { occurredAt: noon })
    .then(new Installed('a 00000000-0000-4000-8000-000000000002', noon)));

test('another event than the expected one fails, and the difference is shown', async () => {
  const heating = given(Thermostat, installed).with({ values }).when(Heat, { id, by: 5 });
  await assert.rejects(heating.then(new Heated(new Degrees(6))), (error: assert.AssertionError) => {
    assert.match(error.message, /^recorded other events\n.*celsius: 5.*celsius: 6/s);
    assert.deepEqual(error.actual, [new Heated(new Degrees(5))]);
    assert.deepEqual(error.expected, [new Heated(new Degrees(6))]);
    return true;
  });
  await assert.rejects(heating.then(), /recorded other events/);
  await assert.rejects(heating.thenNothing(), /recorded other events/);
  await assert.rejects(heating.then(new Installed('hall', noon)), /recorded other events/);
});

test('an event that only looks like the expected one fails', () =>
  assert.rejects(
    given(Thermostat, installed)
      .with({ values })
      .when(Heat, { id, by: 5 })
      .then({ by: new Degrees(5) }),
    /recorded other events/,
  ));

test('a refusal that was not expected fails, and is shown', async () => {
  const heating = given(Thermostat).with({ values }).when(Heat, { id, by: 5 });
  await assert.rejects(heating.then(new Heated(new Degrees(5))), /refused: DomainError: install it first/);
  await assert.rejects(heating.thenNothing(), /refused: DomainError/);
  await assert.rejects(heating.thenState({ celsius: 5 }), /refused: DomainError/);
});

test('another refusal than the expected one fails', async () => {
  const heating = given(Thermostat).with({ values }).when(Heat, { id, by: 5 });
  await assert.rejects(
    heating.thenFails('TOO_HOT'),
    /another error than the code TOO_HOT: DomainError: install it first/,
  );
  await assert.rejects(heating.thenFails(ValidationError), /another error than ValidationError/);
});

test('a command that should have been refused fails, and what it recorded is named', () =>
  assert.rejects(
    given(Thermostat, installed).with({ values }).when(Heat, { id, by: 5 }).thenFails('TOO_HOT'),
    /recorded Heated, and was to be refused with the code TOO_HOT/,
  ));

test('another state than the expected one fails', async () => {
  await assert.rejects(given(Thermostat, installed).thenState({ room: 'attic' }), /led to another state/);
  await assert.rejects(
    given(Thermostat, installed).with({ values }).when(Heat, { id, by: 5 }).thenState({ celsius: 4 }),
    /led to another state/,
  );
});

test('a given event that the aggregate does not apply is named', () =>
  assert.rejects(given(Hidden, installed).thenState({}), /Hidden has no @Applies\(Installed\)/));

test('a scenario without an ending does not pass when it is awaited', async () => {
  const forgotten: unknown = given(Thermostat).when(Install, { id, room: 'hall' });
  await assert.rejects(Promise.resolve(forgotten), /no ending/);
});

test('mistakes do not compile', () => {
  async function neverCalled(): Promise<void> {
    const thermostats = given(Thermostat, installed);
    // @ts-expect-error: a scenario without an ending
    await thermostats.when(Install, { id, room: 'hall' });
    // @ts-expect-error: a field is missing
    await thermostats.when(Install, { id }).thenNothing();
    // @ts-expect-error: a field is misspelt
    await thermostats.when(Install, { id, romo: 'hall' }).thenNothing();
    // @ts-expect-error: no such part of the state
    await thermostats.thenState({ fahrenheit: 3 });
    // @ts-expect-error: the state's part is of another type
    await given(thermostat).thenState({ celsius: '3' });
    // @ts-expect-error: a plain object is no aggregate
    given({});
  }
  assert.equal(typeof neverCalled, 'function');
});

test.run();
