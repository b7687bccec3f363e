/** A file that another process keeps locked: waited for without holding up the event loop, and not for ever. */
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../src/index.ts';
import { any, noStream, numbered, places } from './events.ts';
import { OtherProcess } from './other-process.ts';
import { refused } from './refusals.ts';
import { temporaryFile } from './temporary.ts';

const busy = suite('busy');
let other: OtherProcess;
busy.before(() => {
  other = new OtherProcess();
});
busy.after(() => other.kill());

/** How often a timer of 5 ms fires while `wait` is waited for, and the longest time between two, in ms. */
async function watchingTimers(wait: Promise<unknown>): Promise<{ fired: number; longest: number }> {
  let fired = 0;
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    fired += 1;
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  await wait;
  clearInterval(timer);
  return { fired, longest };
}

busy('appends wait for the lock in their order, while timers fire and reads are answered', async () => {
  const file = temporaryFile();
  const { events, close } = await sqlite(file).open();
  await events.append('account-0', numbered(1), any);
  await other.ask('lock', file);
  const writing = Promise.all([1, 2, 3].map((index) => events.append(`account-${index}`, numbered(1), noStream)));
  const waiting = watchingTimers(sleep(400));
  assert.equal(await places(events), ['account-0:0']);
  const { fired, longest } = await waiting;
  await other.ask('unlock');
  await writing;
  assert.ok(fired > 8, `the timer fired ${fired} times in 400 ms`);
  assert.ok(longest < 250, `the event loop was held for ${longest} ms`);
  assert.equal(await places(events), ['account-0:0', 'account-1:0', 'account-2:0', 'account-3:0']);
  await close();
});

busy('a lock that is held too long refuses what waited so long, and nothing is written later', async () => {
  const file = temporaryFile();
  const { events, snapshots, close } = await sqlite(file, { busyTimeout: 150 }).open();
  await other.ask('lock', file);
  const since = performance.now();
  const snapshot = {
    streamName: 'a',
    kind: 'k',
    fingerprint: 'f',
    revision: 0,
    position: 1,
    eventId: 'e',
    state: '{}',
  };
  const error = await refused('STORE_BUSY', () => events.append('account-1', numbered(1), any));
  await refused('STORE_BUSY', () => snapshots.save(snapshot));
  const waited = performance.now() - since;
  assert.ok(waited >= 150 && waited < 2_000, `waited ${waited} ms`);
  assert.match(error.message, /locked by another process for \d+ ms/);
  await other.ask('unlock');
  await events.append('account-2', numbered(1), noStream);
  assert.equal(await places(events), ['account-2:0']);
  await close();
});

busy('opening waits for the lock, and not for ever', async () => {
  const file = temporaryFile();
  await (await sqlite(file).open()).close();
  await other.ask('lock', file);
  await refused('STORE_BUSY', () => sqlite(file, { busyTimeout: 100 }).open());
  const opening = sqlite(file).open();
  const { fired } = await watchingTimers(sleep(200));
  assert.ok(fired > 4, `the timer fired ${fired} times in 200 ms`);
  await other.ask('unlock');
  await (await opening).close();
});

busy('closing waits for appends that wait for the lock', async () => {
  const file = temporaryFile();
  const { events, close } = await sqlite(file).open();
  await other.ask('lock', file);
  const writing = events.append('account-1', numbered(1), any);
  const closing = close();
  await sleep(50);
  await other.ask('unlock');
  await Promise.all([writing, closing]);
  const later = await sqlite(file).open();
  assert.is(await later.events.head(), 1);
  await later.close();
});

busy.run();
