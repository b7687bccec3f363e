/** A full disk below an application: its projections say so, lose nothing, and go on by themselves when there is room. */
import { createApplication, type DeclareTable, Documents, eventData, On, Projection, Tables } from '@tidemark/core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { noStream } from './events.ts';
import { opened } from './opened.ts';
import { Deposited } from './processes/read-models.ts';
import { refused } from './refusals.ts';
import { temporaryFile } from './temporary.ts';

const test = suite('on a full disk');

const large = 'x'.repeat(100_000);

@Projection('large')
class Large extends Documents<string> {
  @On(Deposited)
  deposited({ streamName }: { readonly streamName: string }): void {
    this.put(streamName, large);
  }
}

/** Each event's text as a row of a table of this name. */
function rowsIn(table: string, options: { readonly inline?: boolean } = {}) {
  @Projection(`rows of ${table}`, options)
  class LargeRows extends Tables {
    schema(declare: DeclareTable): void {
      declare(table, 'stream TEXT PRIMARY KEY, text TEXT NOT NULL');
    }

    @On(Deposited)
    deposited({ streamName }: { readonly streamName: string }): void {
      this.sql(`INSERT INTO ${this.table(table)} VALUES (?, ?)`).run(streamName, large);
    }
  }
  return LargeRows;
}

const LargeRows = rowsIn('large_entries');
const InlineRows = rowsIn('inline_entries', { inline: true });
const projections = [Large, LargeRows] as const;

/** So many streams are read models already, each with a page of text; then there is room for so many pages more. */
async function nearlyFull(streams: number, room: number) {
  const stores = await opened(temporaryFile());
  const told: { readonly code?: string }[] = [];
  const app = await createApplication({
    store: { description: 'nearly full', open: async () => stores },
    ...{ aggregates: [], events: [Deposited], projections, onError: (error) => told.push(error as object) },
  });
  const append = async (number: number) => {
    const events = [eventData('Deposited', { amount: 1 })];
    const { position } = await app.eventStore.append(`account-${number}`, events, { expectedRevision: 'no_stream' });
    return position ?? 0;
  };
  for (let number = 1; number <= streams; number += 1) await append(number);
  for (const projection of projections) await app.caughtUp(projection, streams);
  const pages = Number(stores.db.pragma('page_count', { simple: true }));
  stores.db.pragma(`max_page_count = ${pages + room}`);
  const assertComplete = async (count: number) => {
    const rows = await app
      .tables(LargeRows)
      .get('SELECT count(*) AS count, min(length(text)) AS least FROM large_entries');
    assert.equal([await app.documents(Large).count(), rows], [count, { count, least: large.length }]);
    assert.is((await app.documents(Large).get(`account-${count}`))?.length, large.length);
  };
  const makeRoom = () => stores.db.pragma('max_page_count = 1000000');
  const saysSo = async () => {
    const { status, consumers } = await app.health();
    for (const { state, lastError } of consumers)
      assert.equal([state, (lastError as { code?: string } | undefined)?.code], ['retrying', 'STORE_DISK_FULL']);
    assert.is(status, 'ok', 'what passes by itself is no failure');
    assert.ok(told.some(({ code }) => code === 'STORE_DISK_FULL'));
  };
  return { app, append, makeRoom, saysSo, assertComplete };
}

test('projections keep what they had, try again, and take in what was appended meanwhile', async () => {
  const { app, append, makeRoom, saysSo, assertComplete } = await nearlyFull(2, 12);
  const position = await append(3);
  for (const projection of projections)
    await refused('CAUGHT_UP_TIMEOUT', () => app.caughtUp(projection, position, { timeout: 300 }));
  await saysSo();
  await assertComplete(2);
  makeRoom();
  for (const projection of projections) await app.caughtUp(projection, position, { timeout: 30_000 });
  await assertComplete(3);
  await app.stop();
});

test('a rebuild leaves what is served, and is completed when there is room', async () => {
  const { app, append, makeRoom, assertComplete } = await nearlyFull(8, 100);
  const rebuild = await app.rebuild(...projections);
  const early = await Promise.race([
    rebuild.done.then(() => 'done'),
    new Promise((resolve) => setTimeout(resolve, 500, 'not done')),
  ]);
  assert.is(early, 'not done');
  await assertComplete(8);
  makeRoom();
  await rebuild.done;
  const position = await append(9);
  for (const projection of projections) await app.caughtUp(projection, position, { timeout: 30_000 });
  await assertComplete(9);
  assert.is((await app.health()).status, 'ok');
  await app.stop();
});

test('an append whose inline projection finds no room says that the disk is full, not that it was refused', async () => {
  const stores = await opened(temporaryFile());
  await using app = await createApplication({
    store: { description: 'full', open: async () => stores },
    ...{ aggregates: [], events: [Deposited], projections: [InlineRows] },
  });
  const append = () => app.eventStore.append('account-1', [eventData('Deposited', { amount: 1 })], noStream);
  stores.db.pragma(`max_page_count = ${Number(stores.db.pragma('page_count', { simple: true })) + 10}`);
  await refused('STORE_DISK_FULL', append);
  assert.is(await app.eventStore.head(), 0);
  stores.db.pragma('max_page_count = 1000000');
  await append();
  assert.equal(await app.tables(InlineRows).get('SELECT count(*) AS count FROM inline_entries'), { count: 1 });
});

test.run();
