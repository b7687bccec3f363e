import assert from 'node:assert/strict';
import { Follower } from './follower.ts';
import { all, any, at, noStream, numbered, numbers, refused, streamExists, writingNothing } from './language.ts';
import type { Rules } from './rule.ts';

export const deleting: Rules = {
  'a deleted stream reads as missing': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.deleteStream('account-1');
    for (const options of [{}, { direction: 'backwards' }, { from: 2 }, { from: 7 }] as const) {
      await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1', options)));
    }
  },

  'takes no position and no revision': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await writingNothing(events, () => events.deleteStream('account-1'));
    assert.equal((await events.append('account-1', numbered(1), any)).revision, 3);
  },

  'holds after the log was opened again': async ({ events, reopen }) => {
    await events.append('account-1', numbered(3), any);
    await events.deleteStream('account-1');
    const { events: later } = await reopen();
    await refused('STREAM_NOT_FOUND', () => all(later.readStream('account-1')));
    assert.equal((await later.append('account-1', numbered(1), noStream)).revision, 3);
  },

  'is refused for a stream that was never written, whatever is expected': async ({ events }) => {
    for (const expectedRevision of ['any', 'no_stream', 'stream_exists', 0] as const) {
      const error = await refused('WRONG_EXPECTED_REVISION', () =>
        events.deleteStream('account-1', { expectedRevision }),
      );
      assert.equal(error['actual'], undefined);
    }
    await refused('WRONG_EXPECTED_REVISION', () => events.deleteStream('account-1'));
    await events.changeStreamMetadata('account-1', { maxCount: 5 });
    await refused('WRONG_EXPECTED_REVISION', () => events.deleteStream('account-1'));
  },

  'holds the caller to what is expected': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    for (const expectedRevision of ['no_stream', 1, 3] as const) {
      await refused('WRONG_EXPECTED_REVISION', () => events.deleteStream('account-1', { expectedRevision }));
      assert.deepEqual(await numbers(events.readStream('account-1')), [0, 1, 2]);
    }
    await events.deleteStream('account-1', { expectedRevision: 2 });
    await events.append('account-2', numbered(1), any);
    await events.deleteStream('account-2', { expectedRevision: 'stream_exists' });
    for (const name of ['account-1', 'account-2']) {
      await refused('STREAM_NOT_FOUND', () => all(events.readStream(name)));
    }
  },

  'succeeds again for a stream that is deleted': async ({ events }) => {
    await events.append('account-1', numbered(2), any);
    await events.deleteStream('account-1');
    await events.deleteStream('account-1');
    await events.deleteStream('account-1', { expectedRevision: 1 });
    await refused('WRONG_EXPECTED_REVISION', () => events.deleteStream('account-1', { expectedRevision: 0 }));
    await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1')));
  },

  'a deleted stream can be deleted again after its revival': async ({ events }) => {
    await events.append('account-1', numbered(2), any);
    await events.deleteStream('account-1');
    await events.append('account-1', numbered(2, 2), any);
    await events.deleteStream('account-1');
    await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1')));
    await events.append('account-1', numbered(1, 4), at(3));
    assert.deepEqual(await numbers(events.readStream('account-1')), [4]);
    assert.equal((await events.readStreamMetadata('account-1')).revivedAt, 4);
  },
};

export const reviving: Rules = {
  '`no_stream`, `any` and the last revision revive a deleted stream, and its numbering goes on': async ({ events }) => {
    for (const [index, reviver] of [noStream, any, at(2)].entries()) {
      const name = `account-${index}`;
      await events.append(name, numbered(3), any);
      await events.deleteStream(name);
      const { revision, repeated } = await events.append(name, numbered(2, 3), reviver);
      assert.deepEqual([revision, repeated], [4, false]);
      assert.deepEqual(await numbers(events.readStream(name)), [3, 4]);
      assert.deepEqual(await numbers(events.readStream(name, { direction: 'backwards' })), [4, 3]);
    }
  },

  'tells where the stream was revived': async ({ events, reopen }) => {
    await events.append('account-1', numbered(3), any);
    assert.equal((await events.readStreamMetadata('account-1')).revivedAt, undefined);
    await events.deleteStream('account-1');
    await events.append('account-1', numbered(2, 3), any);
    assert.equal((await events.readStreamMetadata('account-1')).revivedAt, 3);
    const { events: later } = await reopen();
    assert.equal((await later.readStreamMetadata('account-1')).revivedAt, 3);
    assert.deepEqual(await numbers(later.readStream('account-1')), [3, 4]);
  },

  'what was deleted is not shown again after a revival, whatever is set': async ({ events, openAnother }) => {
    await events.append('account-1', numbered(3), any);
    await events.deleteStream('account-1');
    await events.append('account-1', numbered(2, 3), any);
    const { events: others } = await openAnother();
    for (const truncateBefore of [null, 0, 1]) {
      await events.changeStreamMetadata('account-1', { truncateBefore });
      for (const reader of [events, others]) {
        assert.deepEqual(await numbers(reader.readStream('account-1')), [3, 4]);
        assert.deepEqual(await numbers(reader.readStream('account-1', { direction: 'backwards' })), [4, 3]);
        assert.equal((await reader.readStreamMetadata('account-1')).revivedAt, 3);
      }
    }
    const subscription = new Follower((signal) => events.subscribeToStream('account-1', { signal }));
    await subscription.untilCaughtUp();
    assert.deepEqual(subscription.numbers, [3, 4]);
  },

  'a revision below the last does not revive': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.deleteStream('account-1');
    for (const wrong of [0, 1, 3]) {
      await writingNothing(events, () =>
        refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), at(wrong))),
      );
    }
    await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1')));
  },

  'who does not mean to revive is refused as deleted, and writes nothing': async ({ events, openAnother }) => {
    const { events: others } = await openAnother();
    await events.append('account-1', numbered(3), { ...noStream, revive: false });
    await events.append('account-1', numbered(1, 3), { ...at(2), revive: false });
    await others.deleteStream('account-1');
    for (const expected of [any, streamExists, noStream, at(3)]) {
      const error = await writingNothing(events, () =>
        refused('STREAM_DELETED', () => events.append('account-1', numbered(1), { ...expected, revive: false })),
      );
      assert.deepEqual([error['streamName'], error['tombstone']], ['account-1', false]);
    }
    await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1')));
    await events.append('account-1', numbered(1, 4), { ...at(3), revive: true });
    await others.append('account-1', numbered(1, 5), { ...at(4), revive: false });
    assert.deepEqual(await numbers(events.readStream('account-1')), [4, 5]);
  },

  'an append that was stored before succeeds also where it does not mean to revive': async ({ events }) => {
    const appended = numbered(2, 1);
    await events.append('account-1', numbered(1), noStream);
    await events.append('account-1', appended, at(0));
    await events.deleteStream('account-1');
    const again = await writingNothing(events, () => events.append('account-1', appended, { ...at(0), revive: false }));
    assert.deepEqual([again.revision, again.repeated], [2, true]);
  },

  '`stream_exists` is refused as deleted': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.deleteStream('account-1');
    for (const appended of [numbered(1), []]) {
      const error = await writingNothing(events, () =>
        refused('STREAM_DELETED', () => events.append('account-1', appended, streamExists)),
      );
      assert.equal(error['tombstone'], false);
    }
  },

  '`stream_exists` is refused as deleted also where the stream has metadata': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.changeStreamMetadata('account-1', { custom: { owner: 'Ada' } });
    await events.deleteStream('account-1');
    await refused('STREAM_DELETED', () => events.append('account-1', numbered(1), streamExists));
  },

  '`no_stream` with the original ids succeeds and does not revive': async ({ events }) => {
    const original = numbered(3);
    await events.append('account-1', original, noStream);
    await events.deleteStream('account-1');
    const again = await writingNothing(events, () => events.append('account-1', original, noStream));
    assert.deepEqual([again.revision, again.repeated], [2, true]);
    await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1')));
  },

  'no events revive nothing': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.deleteStream('account-1');
    for (const holding of [any, at(2)]) await writingNothing(events, () => events.append('account-1', [], holding));
    await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1')));
  },

  'what limits and describes the stream outlives its deletion': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    const metadata = { maxCount: 2, maxAge: 60, custom: { owner: 'Ada' } };
    await events.changeStreamMetadata('account-1', metadata);
    await events.deleteStream('account-1');
    await events.append('account-1', numbered(3, 3), any);
    const { maxCount, maxAge, custom } = await events.readStreamMetadata('account-1');
    assert.deepEqual({ maxCount, maxAge, custom }, metadata);
    assert.deepEqual(await numbers(events.readStream('account-1')), [4, 5]);
  },

  'an append to the revived stream is recognised when repeated': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.deleteStream('account-1');
    const reviving = numbered(2, 3);
    await events.append('account-1', reviving, at(2));
    assert.equal((await writingNothing(events, () => events.append('account-1', reviving, at(2)))).repeated, true);
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), noStream));
  },
};
