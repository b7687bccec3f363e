import assert from 'node:assert/strict';
import { Follower } from './follower.ts';
import { all, any, at, noStream, numbered, numbers, refused, streamExists, writingNothing } from './language.ts';
import { needing, type Rules } from './rule.ts';

export const tombstones: Rules = {
  'end every write, even of no events': async ({ events }) => {
    const original = numbered(3);
    await events.append('account-1', original, noStream);
    await events.tombstoneStream('account-1');
    for (const expected of [any, noStream, streamExists, at(2), at(0)]) {
      for (const appended of [numbered(1), original, []]) {
        const error = await writingNothing(events, () =>
          refused('STREAM_DELETED', () => events.append('account-1', appended, expected)),
        );
        assert.equal(error['tombstone'], true);
      }
    }
  },

  'end reading': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.tombstoneStream('account-1');
    for (const options of [{}, { direction: 'backwards' }, { from: 9 }] as const) {
      const error = await refused('STREAM_DELETED', () => all(events.readStream('account-1', options)));
      assert.equal(error['streamName'], 'account-1');
    }
  },

  'end subscribing to the stream': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.tombstoneStream('account-1');
    const subscription = new Follower((signal) => events.subscribeToStream('account-1', { signal }));
    await refused('STREAM_DELETED', () => subscription.pull());
  },

  'end a subscription to the stream that waits': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    const subscription = new Follower((signal) => events.subscribeToStream('account-1', { signal }));
    await subscription.untilCaughtUp();
    const next = refused('STREAM_DELETED', () => subscription.pull());
    await events.tombstoneStream('account-1');
    await next;
  },

  'end deleting, and a second tombstone': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.tombstoneStream('account-1');
    for (const expectedRevision of ['any', 'no_stream', 'stream_exists', 2] as const) {
      await refused('STREAM_DELETED', () => events.deleteStream('account-1', { expectedRevision }));
      await refused('STREAM_DELETED', () => events.tombstoneStream('account-1', { expectedRevision }));
    }
  },

  'end reading and writing its metadata': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.changeStreamMetadata('account-1', { maxCount: 3 });
    await events.tombstoneStream('account-1');
    await refused('STREAM_DELETED', () => events.readStreamMetadata('account-1'));
    await refused('STREAM_DELETED', () => events.changeStreamMetadata('account-1', { maxCount: 4 }));
  },

  'stand also on a stream that never was': async ({ events }) => {
    await events.tombstoneStream('account-1');
    await events.tombstoneStream('account-2', { expectedRevision: 'no_stream' });
    for (const name of ['account-1', 'account-2']) {
      await refused('STREAM_DELETED', () => events.append(name, numbered(1), noStream));
      await refused('STREAM_DELETED', () => all(events.readStream(name)));
    }
  },

  'stand also on a deleted stream': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.deleteStream('account-1');
    await events.tombstoneStream('account-1');
    await refused('STREAM_DELETED', () => events.append('account-1', numbered(1), noStream));
  },

  'hold the caller to what is expected': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    for (const expectedRevision of ['no_stream', 1, 3] as const) {
      await refused('WRONG_EXPECTED_REVISION', () => events.tombstoneStream('account-1', { expectedRevision }));
    }
    for (const expectedRevision of ['stream_exists', 0] as const) {
      await refused('WRONG_EXPECTED_REVISION', () => events.tombstoneStream('account-2', { expectedRevision }));
    }
    assert.deepEqual(await numbers(events.readStream('account-1')), [0, 1, 2]);
    await events.tombstoneStream('account-1', { expectedRevision: 2 });
    await refused('STREAM_DELETED', () => all(events.readStream('account-1')));
  },

  'take no position, and hide nothing from the log': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await writingNothing(events, () => events.tombstoneStream('account-1'));
    assert.deepEqual(await numbers(events.readAll()), [0, 1, 2]);
  },

  'hold after the log was opened again': async ({ events, reopen }) => {
    await events.append('account-1', numbered(1), any);
    await events.tombstoneStream('account-1');
    await events.tombstoneStream('account-2');
    const { events: later } = await reopen();
    for (const name of ['account-1', 'account-2']) {
      await refused('STREAM_DELETED', () => later.append(name, numbered(1), any));
    }
  },

  ...needing('multiStreamAppend', {
    'refuse a write to several streams as a whole': async ({ events }) => {
      await events.tombstoneStream('account-1');
      const [streamName, expectedRevision] = ['account-1', 'any'] as const;
      await writingNothing(events, () =>
        refused('STREAM_DELETED', () =>
          events.appendToStreams([{ streamName, events: numbered(1), expectedRevision }]),
        ),
      );
    },
  }),
};
