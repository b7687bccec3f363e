import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventData, type StoreProvider, type TidemarkError } from '@tidemark/core';
import { eventStoreDB } from '@tidemark/eventstoredb';
import { startTestServer } from '@tidemark/eventstoredb/test-server';
import { sqlite } from '@tidemark/sqlite';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ForeignLogError, lookInto } from '../src/desk-file.ts';
import { ForeignReadModelsError, ForeignStreamsError, lookAtServer } from '../src/desk-server.ts';
import { importLog } from '../src/import/import-log.ts';
import { openDesk, openLoanDesk, readModelsCaughtUp } from '../src/loan-desk.ts';
import { lines, log, trace, withFolder, withLog } from './log-files.ts';

const one = log(trace('7', lines('A_SUBMITTED', 'A_PARTLYSUBMITTED')));
const server = 'the server';

async function append(store: StoreProvider, stream: string, type: string): Promise<void> {
  const { events, close } = await store.open();
  await events.append(stream, [eventData(type, {})], { expectedRevision: 'no_stream' });
  await close();
}

async function importInto(store: StoreProvider, file: string): Promise<void> {
  await using app = await openDesk({ store, readModels: sqlite(file) });
  const { position = 0 } = await withLog(one, (text) => importLog(app, text));
  await readModelsCaughtUp(app, position, { timeout: 60_000 });
}

const look = (store: StoreProvider, file?: string, application?: string) =>
  lookAtServer({
    store,
    readModels: file === undefined ? undefined : sqlite(file),
    file: file ?? 'none',
    server,
    application,
  });

test("takes a server that holds others' logs too, and says what is there of its own", async () => {
  await using there = await startTestServer();
  const store = eventStoreDB(there.connectionString);
  await withFolder(async (folder) => {
    const file = join(folder, 'read.db');
    assert.equal(await look(store), { begun: false, hasApplication: false });
    await append(store, 'account-42', 'AccountOpened');
    assert.equal(await look(store), { begun: false, hasApplication: false });
    await importInto(store, file);
    await append(store, 'account-43', 'AccountOpened');
    assert.equal(await look(store, file, '7'), { begun: true, hasApplication: true });
    assert.equal(await look(store, file, '8'), { begun: true, hasApplication: false });
  });
});

test('refuses a server whose streams of that category are of another kind', async () => {
  await using there = await startTestServer();
  const store = eventStoreDB(there.connectionString);
  await append(store, 'account-42', 'AccountOpened');
  await append(store, 'application-7', 'JobAppliedFor');
  const { code, message } = await refusal(look(store), ForeignStreamsError);
  assert.is(code, 'FOREIGN_STREAMS');
  assert.match(
    message,
    /^the server: found 'JobAppliedFor' of 'application-7' as event \d+, wanted streams 'application-…'/,
  );
});

test('refuses a file for the read models that holds anything else, and changes nothing in it', async () => {
  await using there = await startTestServer();
  await using other = await startTestServer();
  const store = eventStoreDB(there.connectionString);
  await withFolder(async (folder) => {
    const [bank, desk, elsewhere] = [join(folder, 'bank.db'), join(folder, 'desk.db'), join(folder, 'elsewhere.db')];
    await append(sqlite(bank), 'account-42', 'AccountOpened');
    await withLog(one, async (text) => {
      await using app = await openLoanDesk(sqlite(desk));
      await importLog(app, text);
    });
    await importInto(eventStoreDB(other.connectionString), elsewhere);
    for (const [file, found] of [
      [bank, 'a log of its own'],
      [desk, 'a log of its own'],
      [elsewhere, 'read models of another log'],
    ] as const) {
      const before = await digestOf(file);
      const { code, message } = await refusal(look(store, file), ForeignReadModelsError);
      const wanted = 'the read models of the server, or a file that does not exist yet';
      assert.equal([code, message], ['FOREIGN_READ_MODELS', `${file}: found ${found}, wanted ${wanted}`]);
      assert.is(await digestOf(file), before);
    }
    const { message } = await refusal(lookInto(sqlite(elsewhere), elsewhere), ForeignLogError);
    assert.match(message, 'found read models of a log on a server', 'nor is it taken for a desk of its own');
  });
});

async function refusal<E extends TidemarkError>(
  looking: Promise<unknown>,
  wanted: new (...args: never[]) => E,
): Promise<TidemarkError> {
  const error = await looking.catch((thrown: unknown) => thrown);
  assert.instance(error, wanted);
  return error as TidemarkError;
}

async function digestOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

test.run();
