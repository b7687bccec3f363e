/** A thread that reads ahead gives what its reader would have read, and holds nobody up, whatever becomes of it. */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventData, type EventFilter, eventData, type Position, type StoredEvent } from '@tidemark/core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AheadRun, ReadAhead } from '../src/ahead/read-ahead.ts';
import type { Head } from '../src/log-rows.ts';
import { LogWalk } from '../src/log-walk.ts';
import { settingsOf } from '../src/options.ts';
import { pageSize } from '../src/page-query.ts';
import { all, any, numbered } from './events.ts';
import { type Opened, opened } from './opened.ts';
import { OtherProcess } from './other-process.ts';
import { temporaryFile } from './temporary.ts';

const test = suite('reading ahead');

const size = 45_000;
const path = temporaryFile();
let store: Opened;

/** Texts of all kinds: none, of two bytes a character, larger than what is read at first sight. */
function mixed(count: number, first: number): readonly EventData[] {
  return numbered(count, first).map((event, index) => {
    if (index % 50 === 0) return eventData('Ünï', { number: first + index, text: '😀ß' }, { metadata: { who: 'é' } });
    if (index % 3 === 0) return eventData('Noted', { number: first + index }, { metadata: { who: 'Ada' } });
    return index === 7 ? eventData('Large', { text: 'x'.repeat(20_000) }) : event;
  });
}

test.before(async () => {
  store = await opened(path, { durability: 'normal' });
  for (let first = 0; first < size; first += 1_000) {
    await store.events.append(`account-${first % 7_000}`, mixed(1_000, first), any);
  }
});
test.after(() => store.close());

const facts = ({
  eventId,
  type,
  dataText,
  metadataText,
  streamName,
  revision,
  position,
  recordedTime,
}: StoredEvent) => [...[eventId, type, dataText, metadataText, streamName, revision, position, recordedTime]];

/** Shows the first difference alone: a comparison of whole logs takes minutes to print. */
function assertSame(found: readonly unknown[], expected: readonly unknown[]): void {
  assert.is(found.length, expected.length);
  const differing = found.findIndex((each, index) => JSON.stringify(each) !== JSON.stringify(expected[index]));
  assert.equal(found[differing], expected[differing]);
}

/** Resolves when a page is there, which begins wherever it does. */
async function firstPage(run: AheadRun): Promise<void> {
  const since = performance.now();
  while (run.next === undefined) {
    assert.ok(performance.now() - since < 30_000, 'the thread has read no page');
    run.take(0);
    await sleep(5);
  }
}

/** How many pages of a walk a thread has read, and what it gave in all. Once there is a thread it is waited for. */
async function walked(readAhead: ReadAhead, filter?: EventFilter) {
  let taken = 0;
  let begun: AheadRun | undefined;
  const counting = {
    begin(...given: Parameters<ReadAhead['begin']>) {
      const run = readAhead.begin(...given);
      if (run === undefined) return undefined;
      begun = run;
      const take = run.take.bind(run);
      run.take = (from) => {
        const found = take(from);
        if (found !== undefined) taken += 1;
        return found;
      };
      return run;
    },
  } as ReadAhead;
  const walk = new LogWalk(store.file.reader, counting, filter);
  const events: StoredEvent[] = [];
  for (let from: Position = 1; ; ) {
    const found = walk.forwards(from, pageSize);
    events.push(...found.events);
    if (found.atEnd) break;
    from = (found.reached?.position ?? 0) + 1;
    if (begun !== undefined) await firstPage(begun);
    begun = undefined;
  }
  walk.end();
  await readAhead.close();
  return { events: events.map(facts), taken };
}

const filters: readonly (EventFilter | undefined)[] = [
  undefined,
  { types: ['Numbered', 'Ünï'] },
  { types: ['Large', 'never'] },
  { categories: ['account'], types: ['Noted'] },
  { prefixes: ['account-1', 'account-5'] },
  { categories: ['none'] },
];

for (const filter of filters) {
  test(`what is read is the same with it and without it: ${JSON.stringify(filter) ?? 'everything'}`, async () => {
    const expected = (await all(store.events.readAll({ filter, direction: 'backwards' }))).map(facts).reverse();
    const with_ = await walked(new ReadAhead(settingsOf(path)), filter);
    assertSame(with_.events, expected);
    assert.ok(filter?.categories?.[0] === 'none' || with_.taken > 0, 'no page came from the thread');
    const without = await walked(new ReadAhead(settingsOf(path, { readAhead: false })), filter);
    assertSame(without.events, expected);
    assert.is(without.taken, 0);
  });
}

/** Of the log that all tests share. */
function head(): Head {
  const last = store.file.reader.log.head();
  if (last === undefined) throw new Error('the log is empty');
  return last;
}

const runOn = (file: string, { patience = 10_000, eventId = '' } = {}) => {
  const top = eventId === '' ? head() : { ...head(), eventId };
  return new AheadRun({ path: file, mmapBytes: 0, wanted: {}, top, limit: pageSize, patience }, 1);
};

/** The pages that are there, one behind the other. */
async function pagesOf(run: AheadRun, first: Position, waiting = 0): Promise<readonly Position[]> {
  const begins: Position[] = [];
  const until = performance.now() + waiting;
  for (let from = first; ; ) {
    const found = run.take(from);
    if (found === undefined && performance.now() > until) return begins;
    if (found === undefined) await sleep(5);
    else {
      begins.push(from);
      from = (found.reached?.position ?? 0) + 1;
    }
  }
}

test('it is ahead by a bounded number of pages, and goes on when some are taken', async () => {
  const run = runOn(path);
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
  const run = runOn(path);
  run.passed(1_001);
  await firstPage(run);
  assert.is(run.take(900), undefined);
  assert.is(run.next, 1_001);
  assert.is(run.take(1_001)?.rows[0]?.[0], 1_001);
  run.end();
  await run.ended;
});

test('a reader who was faster is met where it is', async () => {
  const run = runOn(path);
  await firstPage(run);
  run.passed(40_001);
  await pagesOf(run, 1);
  assert.is(run.next ?? 40_001, 40_001);
  assert.ok((await pagesOf(run, 40_001, 2_000)).length > 10);
  run.end();
  await run.ended;
});

/** A walk whose thread begins so many events behind where it was asked to. */
function walkBehind(distance: number) {
  const runs: AheadRun[] = [];
  const begin: ReadAhead['begin'] = (wanted, from, top) => {
    const reading = { path, mmapBytes: 0, wanted, top, limit: pageSize, patience: 10_000 };
    runs.push(new AheadRun(reading, from + distance));
    return runs[0];
  };
  const walk = new LogWalk(store.file.reader, { begin } as ReadAhead, undefined);
  const next = (from: Position) => (walk.forwards(from, pageSize).reached?.position ?? 0) + 1;
  return { walk, runs, next };
}

test('a walk that meets a page reads up to it, and says to the thread where it is', async () => {
  const { walk, runs, next } = walkBehind(100);
  let from = next(1);
  const [run] = runs;
  if (run === undefined) throw new Error('no thread was begun');
  await firstPage(run);
  assert.equal([from, run.next], [257, 357]);
  from = next(from);
  assert.is(from, 357);
  from = next(from);
  assert.is(from, 613);
  walk.end();
  await run.ended;
  const faster = walkBehind(0);
  for (from = 1; from < 20_000; ) from = faster.next(from);
  await firstPage(faster.runs[0] ?? run);
  assert.ok((faster.runs[0]?.next ?? 0) >= from, 'the thread has read what its reader had passed');
  faster.walk.end();
});

test('a thread that was left without a word ends', async () => {
  const run = runOn(path, { patience: 20 });
  await run.ended;
  assert.ok((await pagesOf(run, 1)).length > 0);
});

test('a file that is another one by now is not read', async () => {
  const run = runOn(path, { eventId: 'of another log' });
  await run.ended;
  assert.equal(await pagesOf(run, 1), []);
});

test('a thread that fails is not tried again, and everything is read without it', async () => {
  const readAhead = new ReadAhead(settingsOf(`${path}.gone`));
  const run = readAhead.begin({}, 1, head());
  assert.is(await run?.ended.catch(({ code }) => code), 'SQLITE_CANTOPEN');
  assert.is(readAhead.begin({}, 1, head()), undefined);
  assert.is((await walked(readAhead)).events.length, size);
});

test('one thread at a time, and none that has a closed file open', async () => {
  const file = `${path}.copy`;
  fs.copyFileSync(path, file);
  const another = await opened(file);
  await another.events.append('account-0', numbered(1), any);
  const runs: (AheadRun | undefined)[] = [];
  const begin = another.file.readAhead.begin.bind(another.file.readAhead);
  another.file.readAhead.begin = (...given) => {
    runs.push(begin(...given));
    return runs.at(-1);
  };
  const reading = another.events.readAll().pages()[Symbol.asyncIterator]();
  const second = another.events.subscribeToAll()[Symbol.asyncIterator]();
  for (let page = 0; page < 5; page += 1) await Promise.all([reading.next(), second.next()]);
  assert.is(begin({}, 1, head()), undefined);
  const [run] = runs;
  assert.ok(run);
  await firstPage(run);
  await another.close();
  // Whoever closes a file last takes its WAL away.
  assert.is(fs.existsSync(`${file}-wal`), false);
});

test('a thread that closes the file leaves the locks of its process in place', async () => {
  const other = new OtherProcess();
  const run = runOn(path);
  await firstPage(run);
  store.db.exec('BEGIN IMMEDIATE');
  run.end();
  await run.ended;
  // POSIX takes all locks of a process away when one of its openings of a file is closed: SQLite has to know of both.
  const refusal = await other.ask('lock', path).catch(({ code }) => code);
  assert.is(refusal, 'SQLITE_BUSY');
  store.db.exec('ROLLBACK');
  await other.kill();
  const third = new OtherProcess();
  await third.ask('open', path);
  await third.ask('close');
  // Whoever believed to be the last one would have taken it away.
  assert.ok(fs.existsSync(`${path}-wal`));
  await third.kill();
});

test('who leaves a reading ends its thread', async () => {
  const runs: (AheadRun | undefined)[] = [];
  const { readAhead } = store.file;
  const begin = readAhead.begin.bind(readAhead);
  readAhead.begin = (...given) => {
    runs.push(begin(...given));
    return runs.at(-1);
  };
  const leave = async (reading: AsyncIterable<unknown>) => {
    for await (const _ of reading) break;
    // Well before a thread ends that was left without a word.
    const ended = runs.at(-1)?.ended.then(() => 'ended');
    assert.is(await Promise.race([ended, sleep(8_000, undefined, { ref: false })]), 'ended');
  };
  await leave(store.events.readAll());
  await leave(store.events.subscribeToAll());
  assert.is(runs.length, 2);
  readAhead.begin = begin;
});

test.run();
