import assert from 'node:assert/strict';
import { eventData } from '@tidemark/core';
import {
  all,
  any,
  at,
  noStream,
  numbered,
  numbers,
  one,
  range,
  refused,
  streamExists,
  writingNothing,
} from './language.ts';
import type { Rules } from './rule.ts';

export const appending: Rules = {
  'writes the events of an append in their order': async ({ events }) => {
    const appended = numbered(5);
    await events.append('account-1', appended, noStream);
    const stored = await all(events.readStream('account-1'));
    assert.deepEqual(
      stored.map(({ eventId }) => eventId),
      appended.map(({ eventId }) => eventId),
    );
    assert.deepEqual(
      stored.map(({ revision }) => revision),
      range(5),
    );
  },

  'keeps each event of an append whole, however many they are': async ({ events }) => {
    let written = 0;
    for (const count of [1, 2, 3, 4, 5, 15, 16, 17, 21, 38]) {
      const appended = range(count).map((number) =>
        eventData(`Type${number % 3}`, { number }, number % 2 === 0 ? {} : { metadata: { note: `${number}` } }),
      );
      const result = await events.append('account-1', appended, any);
      const stored = await all(events.readStream('account-1', { from: written }));
      written += count;
      assert.equal(result.revision, written - 1);
      assert.equal(result.position, stored.at(-1)?.position);
      assert.deepEqual(
        stored.map(({ eventId, type, data, metadata, revision }) => ({ eventId, type, data, metadata, revision })),
        appended.map(({ eventId, type }, number) => {
          const metadata = number % 2 === 0 ? {} : { note: `${number}` };
          return { eventId, type, data: { number }, metadata, revision: written - count + number };
        }),
      );
    }
  },

  'answers with the last revision and the last position': async ({ events }) => {
    await events.append('account-1', numbered(2), noStream);
    const result = await events.append('account-1', numbered(3), at(1));
    assert.deepEqual(result, { streamName: 'account-1', revision: 4, position: await events.head(), repeated: false });
  },

  'gives each event a higher position than the one before': async ({ events }) => {
    for (const name of ['account-1', 'account-2', 'account-1']) await events.append(name, numbered(3), any);
    const positions = (await all(events.readAll())).map(({ position }) => position);
    assert.equal(positions.length, 9);
    assert.deepEqual(
      positions,
      [...new Set(positions)].sort((a, b) => a - b),
    );
  },

  'counts positions from 1 without a gap where it says so': async ({ events }) => {
    if (!events.capabilities.densePositions) return;
    await events.append('account-1', numbered(3), any);
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(2), noStream));
    await events.append('account-2', numbered(3), any);
    assert.deepEqual(
      (await all(events.readAll())).map(({ position }) => position),
      range(6, 1),
    );
  },

  'shows an event everywhere as soon as its append is acknowledged': async ({ events }) => {
    for (let number = 0; number < 20; number += 1) {
      const { position } = await events.append('account-1', numbered(1, number), any);
      assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards', limit: 1 })), [number]);
      assert.deepEqual(await numbers(events.readAll({ direction: 'backwards', limit: 1 })), [number]);
      assert.equal(await events.head(), position);
    }
  },

  'takes the time of an event from its own clock': async ({ events, clock }) => {
    await events.append('account-1', numbered(1), any);
    clock.advance(90_000);
    await events.append('account-1', numbered(1), any);
    const times = (await all(events.readStream('account-1'))).map(({ recordedAt }) => recordedAt.toISOString());
    assert.deepEqual(times, ['2026-01-01T00:00:00.000Z', '2026-01-01T00:01:30.000Z']);
  },

  'knows when an event happened from its metadata, otherwise from when it was written': async ({ events, clock }) => {
    const $occurredAt = '1999-12-31T23:59:59.999Z';
    await events.append('account-1', [eventData('Old', {}, { metadata: { $occurredAt } }), eventData('New', {})], any);
    const times = (await all(events.readStream('account-1'))).map(({ occurredAt }) => occurredAt);
    assert.deepEqual(times, [new Date($occurredAt), clock.now()]);
  },

  'takes an append of 3,300 events as one': async ({ events }) => {
    const result = await events.append('account-1', numbered(3_300), noStream);
    assert.equal(result.revision, 3_299);
    assert.deepEqual(await numbers(events.readStream('account-1')), range(3_300));
    assert.deepEqual(await numbers(events.readAll()), range(3_300));
  },

  'takes the events as they were when it was called': async ({ events }) => {
    const given = [...numbered(3)];
    const writing = events.append('account-1', given, any);
    given.reverse();
    given.push(...numbered(2, 3));
    await writing;
    assert.deepEqual(await numbers(events.readStream('account-1')), [0, 1, 2]);
  },

  'keeps one id in two streams, and twice in one append': async ({ events }) => {
    const event = one();
    await events.append('account-1', [event, event], any);
    await events.append('account-2', [event], noStream);
    const stored = (await all(events.readAll())).map(({ streamName, eventId }) => ({ streamName, eventId }));
    const { eventId } = event;
    assert.deepEqual(stored, [
      { streamName: 'account-1', eventId },
      { streamName: 'account-1', eventId },
      { streamName: 'account-2', eventId },
    ]);
  },
};

export const expecting: Rules = {
  '`any` writes to a missing stream, and to one that has events': async ({ events }) => {
    await events.append('account-1', numbered(2), any);
    await events.append('account-1', numbered(2, 2), any);
    assert.deepEqual(await numbers(events.readStream('account-1')), range(4));
  },

  '`no_stream` writes to a missing stream': async ({ events }) => {
    await events.append('account-1', numbered(2), noStream);
    assert.deepEqual(await numbers(events.readStream('account-1')), [0, 1]);
  },

  '`no_stream` is refused for a stream that has events': async ({ events }) => {
    await events.append('account-1', numbered(2), any);
    const error = await writingNothing(events, () =>
      refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), noStream)),
    );
    assert.deepEqual([error['streamName'], error['expected'], error['actual']], ['account-1', 'no_stream', 1]);
  },

  '`stream_exists` writes to a stream that has events': async ({ events }) => {
    await events.append('account-1', numbered(1), any);
    await events.append('account-1', numbered(1, 1), streamExists);
    assert.deepEqual(await numbers(events.readStream('account-1')), [0, 1]);
  },

  '`stream_exists` is refused for a missing stream': async ({ events }) => {
    const error = await writingNothing(events, () =>
      refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), streamExists)),
    );
    assert.deepEqual([error['expected'], error['actual']], ['stream_exists', undefined]);
  },

  'a revision writes behind exactly that one': async ({ events }) => {
    await events.append('account-1', numbered(1), any);
    for (const revision of range(4)) await events.append('account-1', numbered(1, revision + 1), at(revision));
    assert.deepEqual(await numbers(events.readStream('account-1')), range(5));
  },

  'a revision below the last is refused': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    const error = await writingNothing(events, () =>
      refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), at(1))),
    );
    assert.deepEqual([error['expected'], error['actual']], [1, 2]);
  },

  'a revision above the last is refused': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await writingNothing(events, () =>
      refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), at(3))),
    );
  },

  'a revision is refused for a missing stream': async ({ events }) => {
    for (const revision of [0, 5]) {
      const error = await writingNothing(events, () =>
        refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), at(revision))),
      );
      assert.deepEqual([error['expected'], error['actual']], [revision, undefined]);
    }
    await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1')));
  },

  'a refused append takes no revision': async ({ events }) => {
    await events.append('account-1', numbered(2), any);
    for (const wrong of [noStream, at(0), at(7)]) {
      await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(3), wrong));
    }
    assert.equal((await events.append('account-1', numbered(1, 2), at(1))).revision, 2);
    assert.deepEqual(
      (await all(events.readStream('account-1'))).map(({ revision }) => revision),
      [0, 1, 2],
    );
  },
};

export const appendingNothing: Rules = {
  'succeeds where the expectation holds, and answers with the last revision and no position': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    for (const holding of [any, streamExists, at(2)]) {
      const result = await writingNothing(events, () => events.append('account-1', [], holding));
      assert.deepEqual(result, { streamName: 'account-1', revision: 2, position: undefined, repeated: false });
    }
  },

  'creates no stream': async ({ events }) => {
    for (const holding of [any, noStream]) {
      const result = await writingNothing(events, () => events.append('account-1', [], holding));
      assert.deepEqual(result, { streamName: 'account-1', revision: undefined, position: undefined, repeated: false });
      await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1')));
      await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), streamExists));
    }
  },

  'is refused below the last revision': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', [], at(1)));
  },

  'is refused above the last revision': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', [], at(3)));
  },

  'is refused with `no_stream` where the stream exists': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', [], noStream));
  },

  'is refused with `no_stream` where the stream was deleted': async ({ events }) => {
    await events.append('account-1', numbered(3), any);
    await events.deleteStream('account-1');
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', [], noStream));
  },

  'is refused with `stream_exists` or a revision where the stream is missing': async ({ events }) => {
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', [], streamExists));
    await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', [], at(0)));
  },
};
