import assert from 'node:assert/strict';
import {
  createApplication,
  Documents,
  DomainEvent,
  eventData,
  On,
  Projection,
  type RecordedEvent,
  type StoreFailedError,
} from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import { temporaryFile } from './temporary.ts';

@DomainEvent('Ticked')
class Ticked {}

@Projection('ticks', { version: 1 })
class Ticks extends Documents<{ count: number }> {
  @On(Ticked)
  ticked({ eventId }: RecordedEvent<Ticked>) {
    this.put(eventId, { count: 1 });
  }
}

test('health() of an application whose file was migrated by a newer one says so, and it can still be stopped', async () => {
  const file = temporaryFile();
  const app = await createApplication({ store: sqlite(file), onError: () => {} });
  await app.eventStore.append('clock-1', [eventData('Ticked', {})], { expectedRevision: 'any' });
  const newer = new Database(file);
  newer.pragma('user_version = 99');
  newer.close();

  const { status, storeError, head } = await app.health();
  assert.deepEqual(
    [status, (storeError as StoreFailedError).code, head],
    ['degraded', 'STORE_NEWER_SCHEMA', undefined],
  );
  await app.stop();
});

test('consumers stop, and health() says why, where a failure of the file will not pass by itself', async () => {
  const file = temporaryFile();
  const failures: unknown[] = [];
  const store = sqlite(file);
  const app = await createApplication({
    store,
    events: [Ticked],
    projections: [Ticks],
    onError: (e) => failures.push(e),
  });
  const append = () => app.eventStore.append('clock-1', [eventData('Ticked', {})], { expectedRevision: 'any' });
  const subscription = app.subscribe({ types: ['Ticked'] }, () => {}, { name: 'ticking' });
  const { position = 0 } = await append();
  await app.caughtUp(Ticks, position);
  const other = new Database(file);
  other.exec('ALTER TABLE events RENAME COLUMN event_id TO id');
  other.close();

  await subscription.stopped;
  for (let turns = 0; (await app.health()).consumers.some(({ state }) => state !== 'stopped'); turns += 1) {
    if (turns > 400) assert.fail(JSON.stringify(await app.health()));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { status, consumers } = await app.health();
  assert.equal(status, 'degraded');
  assert.deepEqual(
    consumers.map(({ kind, lastError }) => [kind, JSON.stringify(lastError).includes('STORE_DEFECT')]),
    [
      ['projection', true],
      ['subscription', true],
    ],
  );
  assert.ok(failures.length < 10, `${failures.length} failures were told of`);
  await app.stop();
});

test.run();
