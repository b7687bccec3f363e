/** A thread that reads ahead: how far, from where, and how it ends. */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventData } from '@tidemark/core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AheadRun } from '../src/ahead/read-ahead.ts';
import { pageSize } from '../src/page-query.ts';
import { any } from './events.ts';
import { firstPage, headOf, longLog, pagesOf } from './long-log.ts';
import { opened } from './opened.ts';
import { OtherProcess } from './other-process.ts';
import { temporaryFile } from './temporary.ts';

const test = suite('a thread that reads ahead');

let store: Awaited<ReturnType<typeof longLog>>;
test.before(async () => {
  store = await longLog();
});
test.after(() => store.close());

const begun = ({ patience = 10_000, eventId = '', logId = store.file.logId } = {}) => {
  const top = eventId === '' ? headOf(store) : { ...headOf(store), eventId };
  return new AheadRun({ path: store.path, mmapBytes: 0, logId, wanted: {}, top, patience }, 1);
};

test('it is ahead by a bounded number of pages, and goes on when some are taken', async () => {
  const run = begun();
  await firstPage(run);
  await sleep(500);
  const there = await pagesOf(run, 1);
  // It goes on as soon as some of these are taken.
  assert.ok(there.length >= 16 && there.length < 40, `${there.length} pages were there`);
  assert.equal(there.slice(0, 3), [1, pageSize + 1, 2 * pageSize + 1]);
  assert.ok((await pagesOf(run, there.length * pageSize + 1, 2_000)).length > 16);
  run.end();
  await run.ended;
});

test('what its reader has passed it leaves out, and a page further on is kept until it is met', async () => {
  const run = begun();
  run.passed(1_001);
  await firstPage(run);
  assert.is(run.take(900), undefined);
  assert.is(run.next, 1_001);
  assert.is(run.take(1_001)?.rows[0]?.[0], 1_001);
  run.end();
  await run.ended;
});

test('a reader who was faster is met where it is', async () => {
  const run = begun();
  await firstPage(run);
  run.passed(40_001);
  await pagesOf(run, 1);
  assert.is(run.next ?? 40_001, 40_001);
  assert.ok((await pagesOf(run, 40_001, 2_000)).length > 10);
  run.end();
  await run.ended;
});

test('it is ahead by 8 million characters or so, and goes on when these are taken', async () => {
  const large = await opened(temporaryFile(), { durability: 'normal' });
  // Pages of 3 million characters: three of them are more than it may be ahead.
  for (let batch = 0; batch < 20; batch += 1) {
    const events = Array.from({ length: pageSize }, () => eventData('Large', { text: 'x'.repeat(11_900) }));
    await large.events.append('large-1', events, any);
  }
  const reading = { mmapBytes: 0, logId: large.file.logId, wanted: {}, patience: 60_000 };
  const run = new AheadRun({ ...reading, path: large.connection.path, top: headOf(large) }, 1);
  await firstPage(run);
  await sleep(500);
  let there = await pagesOf(run, 1);
  assert.ok(there.length >= 3 && there.length < 12, `${there.length} pages were there`);
  for (let from = 1 + there.length * pageSize; from < 20 * pageSize; from += there.length * pageSize) {
    there = await pagesOf(run, from, 3_000);
    assert.ok(there.length > 0, 'the thread waits for what has happened');
  }
  run.end();
  await run.ended;
  await large.close();
});

test('a thread that was left without a word ends', async () => {
  const run = begun({ patience: 20 });
  await run.ended;
  assert.ok((await pagesOf(run, 1)).length > 0);
});

test('a file that is another one by now is not read', async () => {
  const run = begun({ eventId: 'of another log' });
  await run.ended;
  assert.equal(await pagesOf(run, 1), []);
});

test('a thread that closes the file leaves the locks of its process in place', async () => {
  const other = new OtherProcess();
  const run = begun();
  await firstPage(run);
  store.db.exec('BEGIN IMMEDIATE');
  run.end();
  await run.ended;
  // POSIX takes all locks of a process away when one of its openings of a file is closed: SQLite has to know of both.
  const refusal = await other.ask('lock', store.path).catch(({ code }) => code);
  assert.is(refusal, 'SQLITE_BUSY');
  store.db.exec('ROLLBACK');
  await other.kill();
  const third = new OtherProcess();
  await third.ask('open', store.path);
  await third.ask('close');
  // Whoever believed to be the last one would have taken it away.
  assert.ok(fs.existsSync(`${store.path}-wal`));
  await third.kill();
});

test.run();
