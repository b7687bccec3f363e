/** A thread that reads ahead gives what its reader would have read, and holds nobody up, whatever becomes of it. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { EventFilter, Position, StoredEvent } from '@tidemark/core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AheadRun, ReadAhead } from '../src/ahead/read-ahead.ts';
import { LogWalk } from '../src/log-walk.ts';
import { settingsOf } from '../src/options.ts';
import { pageSize } from '../src/page-query.ts';
import { all, any, numbered } from './events.ts';
import { firstPage, headOf, longLog, size } from './long-log.ts';
import { opened } from './opened.ts';

const test = suite('reading ahead');

let store: Awaited<ReturnType<typeof longLog>>;
test.before(async () => {
  store = await longLog();
});
test.after(() => store.close());

const facts = (event: StoredEvent) => [
  ...[event.eventId, event.type, event.dataText, event.metadataText],
  ...[event.streamName, event.revision, event.position, event.recordedTime],
];

/** Shows the first difference alone: a comparison of whole logs takes minutes to print. */
function assertSame(found: readonly unknown[], expected: readonly unknown[]): void {
  assert.is(found.length, expected.length);
  const differing = found.findIndex((each, index) => JSON.stringify(each) !== JSON.stringify(expected[index]));
  assert.equal(found[differing], expected[differing]);
}

/** How many pages of a walk a thread has read, and what it gave in all. Slow, until there is a thread, which is waited for. */
async function walked(readAhead: ReadAhead, filter?: EventFilter, pause = 10) {
  // Reading a page takes one unit of time, and the reader as many as it pauses.
  let time = 0;
  const now = () => {
    time += 1;
    return time;
  };
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
  const walk = new LogWalk(store.file.reader, counting, filter, now);
  const events: StoredEvent[] = [];
  for (let from: Position = 1; ; ) {
    const found = walk.forwards(from, pageSize);
    events.push(...found.events);
    if (found.atEnd) break;
    from = (found.reached?.position ?? 0) + 1;
    if (begun !== undefined) await firstPage(begun);
    time += pause;
    begun = undefined;
  }
  walk.end();
  await readAhead.close();
  return { events: events.map(facts), taken };
}

const filters: readonly (EventFilter | undefined)[] = [
  undefined,
  { types: ['Numbered', 'Ünï'] },
  { types: ['Large', 'Noted', 'never'] },
  { categories: ['account'], types: ['Noted'] },
  { prefixes: ['account-1', 'account-5'] },
  { categories: ['none'] },
];

for (const filter of filters) {
  test(`what is read is the same with it and without it: ${JSON.stringify(filter) ?? 'everything'}`, async () => {
    const expected = (await all(store.events.readAll({ filter, direction: 'backwards' }))).map(facts).reverse();
    const with_ = await walked(new ReadAhead(settingsOf(store.path), store.file.logId), filter);
    assertSame(with_.events, expected);
    assert.ok(filter?.categories?.[0] === 'none' || with_.taken > 0, 'no page came from the thread');
    const without = await walked(new ReadAhead(settingsOf(store.path, { readAhead: false }), store.file.logId), filter);
    assertSame(without.events, expected);
    // One who takes no longer for a page than reading it does is no sooner done with a thread.
    const fast = await walked(new ReadAhead(settingsOf(store.path), store.file.logId), filter, 0);
    assertSame(fast.events, expected);
    assert.equal([without.taken, fast.taken], [0, 0]);
  });
}

/** A walk whose thread begins so many events behind where it was asked to. */
function walkBehind(distance: number) {
  const runs: AheadRun[] = [];
  // No time at all to read, and some for the reader.
  let time = 0;
  const now = () => time;
  const begin: ReadAhead['begin'] = (wanted, from, top) => {
    const reading = {
      path: store.path,
      mmapBytes: 0,
      logId: store.file.logId,
      wanted,
      top,
      patience: 10_000,
    };
    runs.push(new AheadRun(reading, from + distance));
    return runs[0];
  };
  const walk = new LogWalk(store.file.reader, { begin } as ReadAhead, undefined, now);
  const next = (from: Position) => (walk.forwards(from, pageSize).reached?.position ?? 0) + 1;
  const begun = async (): Promise<{ from: Position; run: AheadRun }> => {
    for (let from: Position = 1; ; ) {
      from = next(from);
      const [run] = runs;
      if (run !== undefined) return { from, run };
      time += 1;
    }
  };
  return { walk, next, begun };
}

test('a walk that meets a page reads up to it, and says to the thread where it is', async () => {
  const { walk, next, begun } = walkBehind(100);
  let { from, run } = await begun();
  await firstPage(run);
  assert.is(run.next, from + 100);
  from = next(from);
  assert.is(run.next, from);
  assert.is(next(from), from + pageSize);
  walk.end();
  await run.ended;
  const faster = walkBehind(0);
  ({ from, run } = await faster.begun());
  for (const passed = from + 10_000; from < passed; ) from = faster.next(from);
  await firstPage(run);
  assert.ok((run.next ?? 0) >= from, 'the thread has read what its reader had passed');
  faster.walk.end();
});

test('a thread that fails is not tried again, and everything is read without it', async () => {
  const readAhead = new ReadAhead(settingsOf(`${store.path}.gone`), store.file.logId);
  const run = readAhead.begin({}, 1, headOf(store));
  assert.is(await run?.ended.catch(({ code }) => code), 'SQLITE_CANTOPEN');
  assert.is(readAhead.begin({}, 1, headOf(store)), undefined);
  assert.is((await walked(readAhead)).events.length, size);
});

test('a store that is closed while a thread is under way ends the process when that is done, and not before', async () => {
  const program = `
    import { sqlite } from '@tidemark/sqlite';
    const { events, close } = await sqlite(process.argv[1]).open();
    let pages = 0;
    for await (const _ of events.readAll().pages()) {
      pages += 1;
      for (const until = performance.now() + 30; performance.now() < until; );
      if (pages === 10) break;
    }
    await close();
    console.log('closed');`;
  const args = [...process.execArgv, '--input-type=module', '--eval', program, store.path];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  assert.is(stdout, 'closed\n');
});

/** What is begun from now on, and how it was begun until now. */
function listenedTo(readAhead: ReadAhead) {
  const runs: (AheadRun | undefined)[] = [];
  const begin = readAhead.begin.bind(readAhead);
  readAhead.begin = (...given) => {
    runs.push(begin(...given));
    return runs.at(-1);
  };
  return { runs, begin };
}

test('one thread at a time, and none that has a closed file open', async () => {
  const file = `${store.path}.copy`;
  fs.copyFileSync(store.path, file);
  const another = await opened(file);
  await another.events.append('account-0', numbered(1), any);
  const { runs, begin } = listenedTo(another.file.readAhead);
  const reading = another.events.readAll().pages()[Symbol.asyncIterator]();
  const second = another.events.subscribeToAll()[Symbol.asyncIterator]();
  while (runs.length < 2) {
    await Promise.all([reading.next(), second.next()]);
    await sleep(10);
  }
  assert.is(begin({}, 1, headOf(store)), undefined);
  const [run, none] = runs;
  assert.is(none, undefined);
  assert.ok(run);
  await firstPage(run);
  await another.close();
  // Whoever closes a file last takes its WAL away.
  assert.is(fs.existsSync(`${file}-wal`), false);
});

test('who leaves a reading ends its thread', async () => {
  const { readAhead } = store.file;
  const { runs, begin } = listenedTo(readAhead);
  const leave = async (pages: AsyncIterable<unknown>) => {
    const before = runs.length;
    for await (const _ of pages) {
      if (runs.length > before) break;
      await sleep(10);
    }
    // Well before a thread ends that was left without a word.
    const ended = runs.at(-1)?.ended.then(() => 'ended');
    assert.is(await Promise.race([ended, sleep(8_000, undefined, { ref: false })]), 'ended');
  };
  await leave(store.events.readAll().pages());
  await leave(store.events.subscribeToAll());
  assert.is(runs.length, 2);
  readAhead.begin = begin;
});

test.run();
