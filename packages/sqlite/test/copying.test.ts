/** A log that is copied by a process that is killed, and gone on with by another. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyLog, memory, type Stores } from '@tidemark/core';
import { suite } from 'uvu';
import { sqlite } from '../src/index.ts';
import { copyingChild } from './copying-child.ts';
import { all, any, numbered } from './events.ts';
import { temporaryFile } from './temporary.ts';

const test = suite('a log that is copied');
const events = 400;

/** Streams that take turns, so that there are many appends; one was deleted and revived, one is deleted, one truncated. */
async function aLog(file: string): Promise<Stores> {
  const stores = await sqlite(file, { durability: 'normal' }).open();
  for (let number = 0; number < events; number += 1) {
    await stores.events.append(`stream-${number % 4}`, numbered(1, number), any);
    if (number === events / 2) await stores.events.deleteStream('stream-0');
  }
  await stores.events.deleteStream('stream-1');
  await stores.events.changeStreamMetadata('stream-2', { truncateBefore: 20, custom: { owner: 'Ada' } });
  return stores;
}

async function pictureOf({ events }: Stores): Promise<unknown> {
  const log = (await all(events.readAll())).map(({ eventId, dataText, streamName, revision, recordedAt }) => [
    ...[eventId, dataText, streamName],
    ...[revision, recordedAt.getTime()],
  ]);
  const visible = async (name: string) => (await all(events.readStream(name))).map(({ revision }) => revision);
  const metadata = await events.readStreamMetadata('stream-2');
  return { log, streams: [await visible('stream-0'), await visible('stream-2'), await visible('stream-3')], metadata };
}

test('is gone on with where its process was killed, wherever that was', async () => {
  const from = temporaryFile();
  const to = temporaryFile();
  const log = await aLog(from);
  for (const killedAt of [1, 200]) {
    const child = fork(copyingChild, [from, to]);
    const done = await new Promise<number>((resolve) => {
      child.on('message', (done: number) => done >= killedAt && resolve(done));
    });
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    assert.ok(done < events, `it was killed at ${done} only`);
  }
  const copy = await sqlite(to).open();
  const { copied, ...result } = await copyLog(log.events, copy.events);
  assert.ok(copied > 0 && copied <= events - 200, `${copied} were left`);
  assert.deepEqual([result.events, await copy.events.head()], [events, events]);
  assert.deepEqual(await pictureOf(copy), await pictureOf(log));
  await assert.rejects(all(copy.events.readStream('stream-1')), { code: 'STREAM_NOT_FOUND' });
  await log.close();
  await copy.close();
});

test('goes from a file to memory and back into a file, and is the same', async () => {
  const log = await aLog(temporaryFile());
  const there = await memory().open();
  const back = await sqlite(temporaryFile()).open();
  const gone = await copyLog(log.events, there.events);
  const come = await copyLog(there.events, back.events);
  assert.deepEqual([come.digest, come.events], [gone.digest, events]);
  assert.deepEqual(await pictureOf(back), await pictureOf(log));
  await Promise.all([log, there, back].map((stores) => stores.close()));
});

test.run();
