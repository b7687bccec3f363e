/** Who waits for events is woken, whoever writes them. */
import fs from 'node:fs';
import path from 'node:path';
import type { EventStore } from '@tidemark/core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../src/index.ts';
import { any, numbered, numberOf } from './events.ts';
import { OtherProcess } from './other-process.ts';
import { temporaryFile, temporaryFolder } from './temporary.ts';

const wakeUp = suite('wake-up');
let other: OtherProcess;
wakeUp.before(() => {
  other = new OtherProcess();
});
wakeUp.after(() => other.kill());

/** Follows the log until so many events have come; how long after it was written each of them came, in ms. */
async function follow(events: EventStore, count: number): Promise<readonly number[]> {
  const late: number[] = [];
  for await (const message of events.subscribeToAll()) {
    if (message.kind !== 'events') continue;
    for (const event of message.events) {
      assert.is(numberOf(event), late.length, 'came out of order');
      late.push(Date.now() - event.recordedTime);
    }
    if (late.length >= count) break;
  }
  return late;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

wakeUp('sees each event that another process writes, long before the look of last resort', async () => {
  const file = temporaryFile();
  const { events, close } = await sqlite(file).open();
  await other.ask('open', file);
  const following = follow(events, 60);
  await other.ask('appendSlowly', 'account-1', 60, 15);
  const late = await following;
  assert.ok(median(late) < 80, `found a median of ${median(late)} ms`);
  await other.ask('close');
  await close();
});

wakeUp('sees the last event as soon, after which nothing is written', async () => {
  const file = temporaryFile();
  const { events, close } = await sqlite(file).open();
  await other.ask('open', file);
  const late: number[] = [];
  for (let round = 1; round <= 15; round += 1) {
    const following = follow(events, round);
    await other.ask('append', 'account-1', 1, { first: round - 1 });
    late.push((await following)[round - 1] ?? Number.NaN);
  }
  // The look of last resort alone would need 125 ms.
  assert.ok(median(late) < 80, `found a median of ${median(late)} ms`);
  await Promise.all([close(), other.ask('close')]);
});

wakeUp('sees them as soon through a link to the file', async () => {
  const file = temporaryFile();
  await other.ask('open', file);
  const link = path.join(temporaryFolder(), 'link.db');
  fs.symlinkSync(file, link);
  const { events, close } = await sqlite(link).open();
  const following = follow(events, 12);
  await other.ask('appendSlowly', 'account-1', 12, 40);
  const late = await following;
  assert.ok(median(late) < 80, `found a median of ${median(late)} ms`);
  await Promise.all([close(), other.ask('close')]);
});

wakeUp('sees them also where nothing can be watched', async () => {
  const file = temporaryFile();
  await other.ask('open', file);
  const { events, close } = await sqlite(file).open();
  const { watch } = fs;
  fs.watch = () => {
    throw new RangeError('no watchers left');
  };
  const following = follow(events, 5);
  await other.ask('appendSlowly', 'account-1', 5, 5);
  await following;
  fs.watch = watch;
  await Promise.all([close(), other.ask('close')]);
});

wakeUp('in one process it takes less than a timer could', async () => {
  const { events, close } = await sqlite(temporaryFile(), { durability: 'normal' }).open();
  const took: number[] = [];
  let written = 0;
  const following = (async () => {
    for await (const message of events.subscribeToAll()) {
      if (message.kind === 'events') took.push(performance.now() - written);
      if (took.length === 100) return;
    }
  })();
  for (let number = 0; number < 100; number += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    written = performance.now();
    await events.append('account-1', numbered(1, number), any);
  }
  await following;
  assert.ok(median(took) < 5, `found a median of ${median(took)} ms from the call of append`);
  await close();
});

wakeUp('watches once however many wait, nothing before anybody does, and nothing after closing', async () => {
  const { watch } = fs;
  const watching = new Set<fs.FSWatcher>();
  fs.watch = ((...args: Parameters<typeof watch>) => {
    const watcher = watch(...args);
    const { close } = watcher;
    watcher.close = () => {
      watching.delete(watcher);
      close.call(watcher);
    };
    return watching.add(watcher) && watcher;
  }) as typeof watch;
  const { events, close } = await sqlite(temporaryFile()).open();
  await events.append('account-1', numbered(1), any);
  assert.is(watching.size, 0);
  const iterators = [1, 2, 3].map(() => events.subscribeToAll({ after: 1 })[Symbol.asyncIterator]());
  for (const iterator of iterators) await iterator.next();
  const waiting = iterators.map((iterator) => iterator.next());
  await new Promise((resolve) => setImmediate(resolve));
  assert.is(watching.size, 1);
  await close();
  assert.equal(
    (await Promise.all(waiting)).map(({ done }) => done),
    [true, true, true],
  );
  assert.is(watching.size, 0);
  fs.watch = watch;
});

wakeUp.run();
