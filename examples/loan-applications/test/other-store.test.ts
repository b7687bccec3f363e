// timeout: 300s
/** The loan desk on EventStoreDB, and its log on the way there and back: nothing of it is another one. */
import { type Application, copyLog, type EventStore, type StoreProvider } from '@tidemark/core';
import { eventStoreDB } from '@tidemark/eventstoredb';
import { startTestServer } from '@tidemark/eventstoredb/test-server';
import { sqlite } from '@tidemark/sqlite';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checksums } from '../src/figures/checksum.ts';
import { importLog } from '../src/import/import-log.ts';
import { openDistantLoanDesk, openLoanDesk, readModelsCaughtUp } from '../src/loan-desk.ts';
import { figuresReport } from '../src/report/figures-report.ts';
import { generateSample } from '../src/sample/generate.ts';
import { withFolder, withLog } from './log-files.ts';

const sample = [...generateSample({ applications: 15 })].join('');

/** All that can be read of a desk: the figures as they are shown, and the read models' checksums. */
async function shown(app: Application): Promise<unknown> {
  await readModelsCaughtUp(app, await app.eventStore.head(), { timeout: 60_000 });
  return { figures: await figuresReport(app), checksums: [...(await checksums(app)).values()] };
}

async function imported(app: Application): Promise<unknown> {
  await using desk = app;
  await withLog(sample, (file) => importLog(desk, file));
  return await shown(desk);
}

/** What a log says, but for the numbers that are each store's own. */
async function told(events: EventStore): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for await (const { eventId, type, streamName, revision, dataText, metadata, recordedAt } of events.readAll()) {
    const { $recordedAt: _, ...kept } = metadata;
    all.push({ eventId, type, streamName, revision, dataText, metadata: kept, recordedAt: recordedAt.getTime() });
  }
  return all;
}

test('figures and read models are the same on SQLite and on EventStoreDB', async () => {
  await using server = await startTestServer();
  const onSqlite = await imported(await openLoanDesk(sqlite(':memory:')));
  const app = await openDistantLoanDesk(eventStoreDB(server.connectionString), sqlite(':memory:'));
  assert.equal(await imported(app), onSqlite);
});

test('a log that went from SQLite to EventStoreDB and back is the same log, and gives the same read models', async () => {
  await using server = await startTestServer();
  await withFolder(async (folder) => {
    const before = sqlite(`${folder}/before.db`);
    const there = eventStoreDB(server.connectionString);
    const back = sqlite(`${folder}/back.db`);
    const first = await imported(await openLoanDesk(before));
    await copied(before, there);
    await copied(there, back);
    assert.equal(await logOf(there), await logOf(before));
    assert.equal(await logOf(back), await logOf(before));
    await using distant = await openDistantLoanDesk(there, sqlite(':memory:'));
    assert.equal(await shown(distant), first);
    await using again = await openLoanDesk(back);
    assert.equal(await shown(again), first);
  });
});

async function copied(from: StoreProvider, to: StoreProvider): Promise<void> {
  const [source, target] = [await from.open(), await to.open()];
  await copyLog(source.events, target.events);
  await source.close();
  await target.close();
}

async function logOf(store: StoreProvider): Promise<readonly unknown[]> {
  const stores = await store.open();
  return await told(stores.events).finally(() => stores.close());
}

test.run();
