import assert from 'node:assert/strict';
import { createApplication, eventData, type StoreFailedError } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import { temporaryFile } from './temporary.ts';

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

test.run();
