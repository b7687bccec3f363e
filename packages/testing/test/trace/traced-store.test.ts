/** What a store tells of a projection's checkpoint, and of that projection only. */
import assert from 'node:assert/strict';
import { eventData, memory } from '@tidemark/core';
import { ConsumerTrace, tracedStore } from '@tidemark/testing';
import { suite } from 'uvu';

const test = suite('a traced store');

const model = { name: 'notes', version: 2 };

async function opened() {
  const trace = new ConsumerTrace();
  const store = tracedStore(memory(), model, trace);
  const { events, readModels, close } = await store.open();
  await events.append('a-1', [eventData('Noted', {})], { expectedRevision: 'any' });
  const [logId, eventId] = [await events.logId(), '00000000-0000-4000-8000-000000000001'];
  const commit = { expected: undefined, checkpoint: { logId, position: 1, eventId }, changes: new Map() };
  return { trace, readModels, commit, eventId, close, description: store.description };
}

test('records where the projection begins, what it commits, and that its model was removed', async () => {
  const { trace, readModels, commit, eventId, close } = await opened();
  assert.equal(await readModels.checkpoint(model), undefined);
  await readModels.commit(model, commit);
  assert.deepEqual(await readModels.checkpoint(model), commit.checkpoint);
  await readModels.remove(model);
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

test('records nothing of a commit that was refused', async () => {
  const { trace, readModels, commit, close } = await opened();
  await assert.rejects(readModels.commit(model, { ...commit, expected: 1 }), { code: 'CHECKPOINT_FENCED' });
  assert.deepEqual([...trace.entries()], []);
  await close();
});

test('records nothing of other projections and other versions, and is else the store it was', async () => {
  const { trace, readModels, commit, close, description } = await opened();
  for (const other of [
    { name: 'notes', version: 1 },
    { name: 'others', version: 2 },
  ]) {
    await readModels.checkpoint(other);
    await readModels.commit(other, commit);
    await readModels.remove(other);
    assert.equal(readModels.count(other), 0);
  }
  assert.deepEqual([...trace.entries()], []);
  assert.equal(description, 'memory');
  await close();
  await assert.rejects(readModels.checkpoint(model), { code: 'CLOSED' });
});

test.run();
