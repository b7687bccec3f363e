/** What may be recorded, and when; and that a state which no snapshot can hold fails nobody's command. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  createApplication,
  DomainEvent,
  decider,
  Handles,
  memory,
} from '@tidemark/core';
import { test } from 'uvu';

@DomainEvent('Noted')
class Noted {}

@DomainEvent('Unlisted')
class Unlisted {}

class Note {
  @AggregateId() id!: string;
}

/** Records once more when its handler has settled. */
let late: Promise<unknown> = Promise.resolve();

@Aggregate('late')
class Late extends AggregateRoot {
  @Handles(Note)
  note(_: Note): void {
    this.record(new Noted());
    late = sleep(1).then(() => this.record(new Noted()));
    late.catch(() => {});
  }
  @Applies(Noted)
  noted(_: Noted): void {}
}

@Aggregate('unstorable', { snapshot: { every: 1 } })
class Unstorable extends AggregateRoot {
  held: unknown;
  @Handles(Note)
  note(_: Note): void {
    this.record(new Noted());
  }
  @Applies(Noted)
  noted(_: Noted): void {
    this.held = () => 1;
  }
}

test('what is recorded after the handler has settled is refused, and not stored', async () => {
  await using app = await createApplication({ store: memory(), aggregates: [Late] });
  await app.execute(Note, { id: '1' });
  await assert.rejects(late, { code: 'CONFIGURATION', places: ['Late'] });
  assert.equal(await app.eventStore.head(), 1);
});

test('an event that a decider does not list is refused, and nothing is stored', async () => {
  const deciding = decider('deciding', {
    commands: [Note],
    events: [Noted],
    id: ({ id }) => id,
    initialState: () => 0,
    decide: () => [new Noted(), new Unlisted()],
    evolve: (count) => count + 1,
  });
  await using app = await createApplication({ store: memory(), aggregates: [deciding] });
  const places = ['deciding', 'Unlisted'];
  await assert.rejects(app.execute(Note, { id: '1' }), { code: 'CONFIGURATION', places });
  assert.equal(await app.eventStore.head(), 0);
});

test('a state that no snapshot can hold is told to onError, and its command is stored', async () => {
  const told: unknown[] = [];
  const onError = (error: unknown) => told.push(error);
  await using app = await createApplication({ store: memory(), aggregates: [Unstorable], onError });
  const { revision } = await app.execute(Note, { id: '1' });
  assert.equal(revision, 0);
  assert.deepEqual(
    told.map((error) => (error as { code?: unknown }).code),
    ['NOT_SERIALIZABLE'],
  );
});

test.run();
