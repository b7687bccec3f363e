/** What a store tells of a projection's checkpoint, and of that projection only. */
import assert from 'node:assert/strict';
import {
  type Checkpoint,
  createApplication,
  Documents,
  DomainEvent,
  eventData,
  type ModelKey,
  memory,
  On,
  Projection,
  type RecordedEvent,
} from '@tidemark/core';
import { ConsumerTrace, checkTrace, tracedStore } from '@tidemark/testing';
import { suite } from 'uvu';

const test = suite('a traced store');

@DomainEvent('Noted')
class Noted {
  constructor(readonly isBad: boolean) {}
}

const model = { name: 'notes', version: 2 };

async function opened() {
  const trace = new ConsumerTrace();
  const store = tracedStore(memory(), model, trace);
  const { events, readModels, close } = await store.open();
  await events.append('a-1', [eventData('Noted', {})], { expectedRevision: 'any' });
  const [logId, eventId] = [await events.logId(), '00000000-0000-4000-8000-000000000001'];
  const checkpoint: Checkpoint = { logId, position: 1, eventId };
  const begin = async (key: ModelKey = model) => (await readModels.begin(key, { indexes: [], tables: [] })).id;
  return { trace, readModels, begin, checkpoint, close, description: store.description };
}

test('records where the projection begins, what it commits, and that its build was dropped', async () => {
  const { trace, readModels, begin, checkpoint, close } = await opened();
  const id = await begin();
  await readModels.transact(id, { expected: undefined, run: () => checkpoint });
  await readModels.transact(id, { expected: 1, run: () => undefined });
  await readModels.drop(id);
  const { eventId } = checkpoint;
  assert.deepEqual(
    [...trace.entries()],
    [
      { kind: 'restarted', position: undefined, eventId: undefined },
      { kind: 'committed', position: 1, eventId },
      { kind: 'restarted', position: 1, eventId },
      { kind: 'reset', build: 1 },
    ],
  );
  await close();
});

test('records no commit of a transaction that was refused or failed', async () => {
  const { trace, readModels, begin, checkpoint, close } = await opened();
  const id = await begin();
  const refused = readModels.transact(id, { expected: 1, run: () => checkpoint });
  await assert.rejects(refused, { code: 'CHECKPOINT_FENCED' });
  assert.deepEqual([...trace.entries()], []);
  const failing = readModels.transact(id, {
    expected: undefined,
    run() {
      throw new RangeError();
    },
  });
  await assert.rejects(failing, RangeError);
  assert.deepEqual(
    [...trace.entries()].map(({ kind }) => kind),
    ['restarted'],
  );
  await close();
});

test('records nothing of what was parked, nor of a build that is filled beside the first', async () => {
  const { trace, readModels, begin, checkpoint, close } = await opened();
  const first = await begin();
  await readModels.transact(first, { expected: 'any', run: () => checkpoint });
  assert.deepEqual([...trace.entries()], []);
  await readModels.transact(first, { expected: 1, run: () => undefined });
  await readModels.changeStates([{ id: first, from: 'building', to: 'served' }]);
  const rebuilt = await begin();
  await readModels.transact(rebuilt, { expected: undefined, run: () => checkpoint });
  await readModels.drop(rebuilt);
  assert.deepEqual(
    [...trace.entries()].map(({ kind }) => kind),
    ['restarted'],
  );
  await close();
});

test('records nothing of other projections and other versions, and is else the store it was', async () => {
  const { trace, readModels, begin, checkpoint, close, description } = await opened();
  for (const other of [
    { name: 'notes', version: 1 },
    { name: 'others', version: 2 },
  ]) {
    const id = await begin(other);
    await readModels.transact(id, { expected: undefined, run: () => checkpoint });
    assert.equal(readModels.count(id), 0);
    await readModels.drop(id);
  }
  assert.deepEqual([...trace.entries()], []);
  assert.equal(description, 'memory');
  await close();
  assert.throws(() => readModels.builds(), { code: 'CLOSED' });
});

test('records what an inline projection does in transactions of appends, and of those that are committed where they end', async () => {
  const trace = new ConsumerTrace();
  const seen: string[] = [];
  @Projection(model.name, { version: model.version, inline: true })
  class Notes extends Documents<number> {
    @On(Noted)
    noted(event: RecordedEvent<Noted>): void {
      trace.seen(event);
      seen.push(event.eventId);
      if (event.data.isBad) throw new RangeError('bad');
      this.update(event.streamName, (count) => count + 1, 0);
    }
  }
  const store = tracedStore(memory(), model, trace);
  const declared = { aggregates: [], events: [Noted], projections: [Notes] };
  const app = await createApplication({ store, ...declared });
  const append = (isBad = false) =>
    app.eventStore.append('a-1', [eventData('Noted', { isBad })], { expectedRevision: 'any' });
  await append();
  await assert.rejects(append(true), { code: 'PROJECTION_REFUSED' });
  await append();
  const [first, refused, last] = seen;
  assert.deepEqual(
    [...trace.entries()].map((entry) => [
      entry.kind,
      'position' in entry && entry.position,
      'eventId' in entry && entry.eventId,
    ]),
    [
      ['restarted', undefined, undefined],
      ['seen', 1, first],
      ['committed', 1, first],
      ['restarted', 1, first],
      ['seen', 2, refused],
      ['restarted', 1, first],
      ['seen', 2, last],
      ['committed', 2, last],
    ],
  );
  await checkTrace(trace, app.eventStore, { upTo: 2, transactional: true });
  await app.stop();
});

test.run();
