/** What only storing brings out: scenarios that pass straight, and must not pass. */
import assert from 'node:assert/strict';
import { Aggregate, AggregateId, AggregateRoot, Applies, DomainEvent, Handles } from '@tidemark/core';
import { given } from '@tidemark/testing';
import { suite } from 'uvu';
import {
  Caller,
  Careless,
  Degrees,
  Heat,
  Heated,
  Hidden,
  Install,
  Installed,
  Read,
  Sealed,
  Thermostat,
} from './thermostat.ts';

const test = suite('a scenario fails when storing loses');

const id = 'hall';
const values = [Degrees];

test('the state: a rule that reads a #private field decides otherwise', async () => {
  const hot = given(Hidden, new Heated(new Degrees(30))).with({ values });
  await assert.rejects(
    hot.when(Heat, { id, by: 1 }).thenFails('TOO_HOT'),
    /accepted once events and state were stored, and refused straight: DomainError: it is hot enough/,
  );
});

test('the state: a #private field behind an accessor is named', () =>
  assert.rejects(
    given(Hidden, new Heated(new Degrees(10)))
      .with({ values })
      .when(Heat, { id, by: 1 })
      .then(new Heated(new Degrees(1))),
    /the state is not the same once stored: celsius was 11, and is 0\n.*#private/,
  ));

test('what a handler changes without an event', () =>
  assert.rejects(
    given(Careless).when(Read, { id }).thenNothing(),
    /the state is not the same once stored: read was 1, and is 0\n.*fields are changed in @Applies methods only/,
  ));

test('a #private field of a recorded event', () =>
  assert.rejects(
    given(Careless).when(Install, { id, room: 'hall' }).then(new Sealed('hall')),
    /the recorded events are not the same once stored: 0\.seal was 'hall', and is unreadable/,
  ));

test('a #private field of a given event', () =>
  assert.rejects(
    given(Careless, new Sealed('wax')).thenState({ read: 0 }),
    /the given events are not the same once stored: 0\.seal was 'wax'/,
  ));

test('what cannot be written at all', () =>
  assert.rejects(
    given(Caller).when(Read, { id }).thenState({}),
    /passes straight, but not once events and state were stored: SerializationError: event 'Called' at \/back/,
  ));

test('nothing of it, and then a refused scenario passes', async () => {
  const heated = given(Thermostat, new Installed('hall', new Date(0)), new Heated(new Degrees(3))).with({ values });
  await heated.when(Install, { id, room: 'attic' }).thenFails('INSTALLED');
});

test('a class that was not registered', () =>
  assert.rejects(
    given(Thermostat, new Installed('hall', new Date(0)))
      .when(Heat, { id, by: 1 })
      .then(new Heated(new Degrees(1))),
    /passes straight, but not once events and state were stored: SerializationError/,
  ));

@DomainEvent('Rinsed', { version: 2 })
class Rinsed {}
class Rinse {
  @AggregateId() id!: string;
}
@Aggregate('pipe')
class Pipe extends AggregateRoot {
  @Handles(Rinse) rinse() {
    this.record(new Rinsed());
  }
  @Applies(Rinsed) rinsed() {}
}

test('what the application would be given besides is asked for by name', () =>
  assert.rejects(
    given(Pipe).when(Rinse, { id }).then(new Rinsed()),
    /no upcaster starts from version 1.*\nGive the scenario what the application is given: \.with\(\{ upcasters, values \}\)/,
  ));

test.run();
