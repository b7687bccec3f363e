/** A transaction that SQLite ends by itself: nothing of it is acknowledged, and only who ended it is refused. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { EventData } from '@tidemark/core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../src/index.ts';
import { all, any, noStream, numbered, places } from './events.ts';
import { opened } from './opened.ts';
import { refused } from './refusals.ts';
import { temporaryFile, temporaryFolder } from './temporary.ts';

function large(bytes: number, type = 'Large'): readonly EventData[] {
  return numbered(1, 0, type).map((event) => ({ ...event, data: JSON.stringify('x'.repeat(bytes)) }));
}

/** An opened file that has room for so many pages more. */
async function withRoomFor(pages: number) {
  const parts = await opened(temporaryFile());
  await parts.events.append('account-0', numbered(1), any);
  const used = Number(parts.db.pragma('page_count', { simple: true }));
  parts.db.pragma(`max_page_count = ${used + pages}`);
  return { ...parts, makeRoom: () => parts.db.pragma('max_page_count = 1000000') };
}

function outcomes(settled: readonly PromiseSettledResult<unknown>[]): readonly string[] {
  return settled.map((each) => (each.status === 'fulfilled' ? 'stored' : (each.reason as { code: string }).code));
}

test('of a group that fills the disk, only the one that does is refused; all others are stored', async () => {
  const { events, close } = await withRoomFor(10);
  const settled = await Promise.allSettled([
    events.append('account-1', numbered(1), noStream),
    events.append('account-2', numbered(1), noStream),
    events.append('account-3', large(200_000), noStream),
    events.append('account-4', numbered(1), noStream),
    events.append('account-1', numbered(1, 1), { expectedRevision: 0 }),
    events.append('account-1', numbered(1, 1), { expectedRevision: 7 }),
  ]);
  assert.equal(outcomes(settled), [
    'stored',
    'stored',
    'STORE_DISK_FULL',
    'stored',
    'stored',
    'WRONG_EXPECTED_REVISION',
  ]);
  assert.equal(await places(events), ['account-0:0', 'account-1:0', 'account-2:0', 'account-4:0', 'account-1:1']);
  assert.equal(
    (await all(events.readAll())).map(({ position }) => position),
    [1, 2, 3, 4, 5],
  );
  await close();
});

test('what is acknowledged is what is stored, at whatever place of the group the disk is full', async () => {
  for (let culprit = 0; culprit < 5; culprit += 1) {
    const { events, close } = await withRoomFor(10);
    const appends = Array.from({ length: 5 }, (_, index) =>
      events.append(`account-${index + 1}`, index === culprit ? large(200_000) : numbered(2), noStream),
    );
    const settled = await Promise.allSettled(appends);
    const acknowledged = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value.streamName] : []));
    assert.is(acknowledged.length, 4);
    const stored = new Set((await all(events.readAll())).map(({ streamName }) => streamName));
    assert.equal([...stored].sort(), ['account-0', ...acknowledged].sort());
    await close();
  }
});

test('of an append to several streams that fills the disk, nothing is stored', async () => {
  const { events, close } = await withRoomFor(10);
  const appends = [numbered(1), large(200_000), numbered(1)].map((each, index) => ({
    ...{ streamName: `account-${index + 1}`, events: each },
    ...noStream,
  }));
  await refused('STORE_DISK_FULL', () => events.appendToStreams(appends));
  assert.equal(await places(events), ['account-0:0']);
  await close();
});

test('streams, categories and types that were numbered in it are numbered anew', async () => {
  const { events, makeRoom, close } = await withRoomFor(10);
  await refused('STORE_DISK_FULL', () => events.append('newcategory-1', large(200_000, 'NewType'), noStream));
  // These get the numbers that the failed ones had.
  await events.append('othercategory-1', numbered(1, 0, 'OtherType'), noStream);
  makeRoom();
  await events.append('newcategory-1', large(10, 'NewType'), noStream);
  const read = (await all(events.readAll())).map(
    ({ type, category, streamName }) => `${type} ${category} ${streamName}`,
  );
  assert.equal(read.slice(1), ['OtherType othercategory othercategory-1', 'NewType newcategory newcategory-1']);
  assert.equal(await all(events.readAll({ filter: { types: ['NewType'] } })).then((found) => found.length), 1);
  await close();
});

test('a number that was given in it and is given to another name by another process has that name here', async () => {
  const file = temporaryFile();
  const [ours, theirs] = await Promise.all([opened(file), opened(file)]);
  await ours.events.append('account-0', numbered(1), any);
  ours.db.pragma(`max_page_count = ${Number(ours.db.pragma('page_count', { simple: true })) + 10}`);
  await refused('STORE_DISK_FULL', () => ours.events.append('newcategory-1', large(200_000, 'NewType'), noStream));
  await theirs.events.append('othercategory-1', numbered(1, 0, 'OtherType'), noStream);
  const [, read] = await all(ours.events.readAll());
  assert.equal([read?.type, read?.category, read?.streamName], ['OtherType', 'othercategory', 'othercategory-1']);
  await Promise.all([ours.close(), theirs.close()]);
});

test('a disk that is full only at COMMIT refuses all that were in it, and the store goes on when there is room', async () => {
  const folder = temporaryFolder();
  if (spawnSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status !== 0) {
    const { __tidemarkSkip: skip } = globalThis as { __tidemarkSkip?(title: string, reason: string): void };
    skip?.('a disk that is full only at COMMIT', 'mounting a small disk needs root');
    return;
  }
  try {
    const file = path.join(folder, 'log.db');
    const { events, close } = await sqlite(file).open();
    await events.append('account-0', numbered(1), any);
    fs.writeFileSync(path.join(folder, 'filler'), Buffer.alloc(600_000));
    const names = ['account-1', 'account-2', 'account-3'];
    const settled = await Promise.allSettled(names.map((name) => events.append(name, large(150_000), noStream)));
    assert.equal(outcomes(settled), ['STORE_DISK_FULL', 'STORE_DISK_FULL', 'STORE_DISK_FULL']);
    assert.equal(await places(events), ['account-0:0']);
    fs.rmSync(path.join(folder, 'filler'));
    await events.append('account-1', large(150_000), noStream);
    await close();
    const later = await sqlite(file).open();
    assert.equal(await places(later.events), ['account-0:0', 'account-1:0']);
    await later.close();
  } finally {
    spawnSync('/bin/umount', ['-l', folder]);
  }
});

test.run();
