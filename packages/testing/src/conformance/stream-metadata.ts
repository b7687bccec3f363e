import assert from 'node:assert/strict';
import type { StreamMetadataChanges } from '@tidemark/core';
import { Follower } from './follower.ts';
import { all, any, at, noStream, numbered, numbers, refused, streamExists, writingNothing } from './language.ts';
import type { Rules } from './rule.ts';

const custom = { owner: 'Ada', tags: ['a', { b: null }], 'a/b~c': 1.5, '': 'ü\u2028' };

export const streamMetadata: Rules = {
  'is empty for a stream that has none': async ({ events }) => {
    assert.deepEqual(await events.readStreamMetadata('account-1'), {});
    await events.append('account-1', numbered(1), any);
    assert.deepEqual(await events.readStreamMetadata('account-1'), {});
  },

  'is read as it was set': async ({ events, reopen }) => {
    const metadata = { truncateBefore: 2, maxCount: 10, maxAge: 3_600, custom };
    await events.append('account-1', numbered(1), any);
    await events.changeStreamMetadata('account-1', metadata);
    assert.deepEqual(await events.readStreamMetadata('account-1'), metadata);
    const { events: later } = await reopen();
    assert.deepEqual(await later.readStreamMetadata('account-1'), metadata);
    assert.deepEqual(await later.readStreamMetadata('account-2'), {});
  },

  'a change changes what it names, removes what is null, and leaves the rest': async ({ events }) => {
    await events.changeStreamMetadata('account-1', { truncateBefore: 2, maxCount: 10, maxAge: 60, custom });
    await events.changeStreamMetadata('account-1', { maxCount: 20, maxAge: null });
    assert.deepEqual(await events.readStreamMetadata('account-1'), { truncateBefore: 2, maxCount: 20, custom });
    await events.changeStreamMetadata('account-1', { custom: { replaced: true }, truncateBefore: null });
    assert.deepEqual(await events.readStreamMetadata('account-1'), { maxCount: 20, custom: { replaced: true } });
    await events.changeStreamMetadata('account-1', { maxCount: null, custom: null });
    assert.deepEqual(await events.readStreamMetadata('account-1'), {});
  },

  'what is removed no longer hides': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.changeStreamMetadata('account-1', { truncateBefore: 2, maxCount: 1 });
    await events.changeStreamMetadata('account-1', { truncateBefore: null, maxCount: null });
    assert.deepEqual(await numbers(events.readStream('account-1')), [0, 1, 2]);
  },

  'is a fresh copy for each reader': async ({ events }) => {
    await events.changeStreamMetadata('account-1', { custom });
    const read = (await events.readStreamMetadata('account-1')) as { custom: { owner: string } };
    read.custom.owner = 'changed';
    assert.deepEqual(await events.readStreamMetadata('account-1'), { custom });
  },

  'takes no position, and reaches no consumer': async ({ events }) => {
    await events.append('account-1', numbered(2), any);
    await writingNothing(events, () => events.changeStreamMetadata('account-1', { maxCount: 5, custom }));
    const subscription = new Follower((signal) => events.subscribeToAll({ signal }));
    await subscription.untilCaughtUp();
    await events.changeStreamMetadata('account-2', { custom });
    await events.deleteStream('account-1');
    await events.tombstoneStream('account-1');
    await events.append('account-3', numbered(1, 2), any);
    await subscription.take(3);
    assert.deepEqual(subscription.numbers, [0, 1, 2]);
  },

  'a stream that has only metadata is written by `stream_exists`': async ({ events }) => {
    await events.changeStreamMetadata('account-1', { custom });
    assert.equal((await events.append('account-1', numbered(1), streamExists)).revision, 0);
  },

  'a stream with neither events nor metadata is not written by `stream_exists`': async ({ events }) => {
    await events.changeStreamMetadata('account-1', { maxCount: null });
    await events.changeStreamMetadata('account-2', { maxCount: 5, custom });
    await events.changeStreamMetadata('account-2', { maxCount: null, custom: null });
    for (const streamName of ['account-1', 'account-2'])
      await refused('WRONG_EXPECTED_REVISION', () => events.append(streamName, numbered(1), streamExists));
  },

  'a stream that has only metadata is written by `no_stream`, and by no revision': async ({ events }) => {
    await events.changeStreamMetadata('account-1', { maxCount: 5 });
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), at(0)));
    assert.equal((await events.append('account-1', numbered(1), noStream)).revision, 0);
  },

  'a stream that has only metadata reads as missing': async ({ events }) => {
    await events.changeStreamMetadata('account-1', { custom });
    await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1')));
  },

  'takes a change as it was when it was called': async ({ events }) => {
    const given: { maxCount: number | string; custom: { owner: unknown } } = { maxCount: 5, custom: { owner: 'Ada' } };
    const busy = events.append('account-2', numbered(1), any);
    const changing = events.changeStreamMetadata('account-1', given as StreamMetadataChanges);
    given.custom.owner = () => 'nobody';
    given.maxCount = 'none';
    await Promise.all([busy, changing]);
    assert.deepEqual(await events.readStreamMetadata('account-1'), { maxCount: 5, custom: { owner: 'Ada' } });
  },

  'refuses what is no metadata, and changes nothing': async ({ events }) => {
    await events.changeStreamMetadata('account-1', { maxCount: 7 });
    const bad: readonly unknown[] = [
      { maxCount: 0 },
      { maxCount: 1.5 },
      { maxCount: '3' },
      { maxAge: -1 },
      { maxAge: Number.NaN },
      { truncateBefore: -1 },
      { truncateBefore: 2 ** 53 },
      { custom: [] },
      { custom: 'text' },
      { custom: { at: new Date(0) } },
      { revivedAt: 3 },
      { $maxCount: 3 },
      { revivedAt: null },
      { streamName: null },
      { head: null },
      { anything: undefined },
      { custom: { missing: undefined } },
      { custom: new Map() },
      null,
      undefined,
      'maxCount',
      [],
      7,
      { maxCount: 3, maxAge: 0 },
    ];
    for (const changes of bad) {
      await refused('INVALID_ARGUMENT', () =>
        events.changeStreamMetadata('account-1', changes as StreamMetadataChanges),
      );
    }
    await refused('NOT_SERIALIZABLE', () =>
      events.changeStreamMetadata('account-1', { custom: { f: () => 1 } } as unknown as StreamMetadataChanges),
    );
    assert.deepEqual(await events.readStreamMetadata('account-1'), { maxCount: 7 });
  },
};
