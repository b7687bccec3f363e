import assert from 'node:assert/strict';
import type { EventStore, Position } from '@tidemark/core';
import { all, any, numbered, numbers, range } from './language.ts';
import { largestPage } from './reading-streams.ts';
import type { Rules } from './rule.ts';

export const readingAll: Rules = {
  'every event of every stream, in the order of positions': async ({ events }) => {
    await interleaved(events);
    assert.deepEqual(await numbers(events.readAll()), range(6));
    assert.deepEqual(await numbers(events.readAll({ direction: 'backwards' })), range(6).toReversed());
  },

  'forwards from a position, inclusive': async ({ events }) => {
    const positions = await interleaved(events);
    assert.deepEqual(await numbers(events.readAll({ from: positions[4] })), [4, 5]);
    assert.deepEqual(await numbers(events.readAll({ from: 0 })), range(6));
    assert.deepEqual(await numbers(events.readAll({ from: (positions[5] ?? 0) + 1 })), []);
    assert.deepEqual(await numbers(events.readAll({ from: positions[2], limit: 2 })), [2, 3]);
  },

  'backwards before a position, exclusive': async ({ events }) => {
    const positions = await interleaved(events);
    assert.deepEqual(await numbers(events.readAll({ direction: 'backwards', before: positions[2] })), [1, 0]);
    assert.deepEqual(await numbers(events.readAll({ direction: 'backwards', before: positions[0] })), []);
    assert.deepEqual(await numbers(events.readAll({ direction: 'backwards', before: positions[4], limit: 1 })), [3]);
  },

  'backwards from beyond the end begins at the last event': async ({ events }) => {
    await interleaved(events);
    const before = Number.MAX_SAFE_INTEGER;
    assert.deepEqual(await numbers(events.readAll({ direction: 'backwards', before, limit: 2 })), [5, 4]);
  },

  'an empty log is empty, and its head is 0': async ({ events }) => {
    assert.deepEqual(await all(events.readAll()), []);
    assert.deepEqual(await all(events.readAll({ direction: 'backwards' })), []);
    assert.equal(await events.head(), 0);
  },

  'a limit of nothing gives nothing': async ({ events }) => {
    await interleaved(events);
    assert.deepEqual(await all(events.readAll({ limit: 0 })), []);
  },

  'events of truncated and of deleted streams are still there': async ({ events }) => {
    await interleaved(events);
    await events.changeStreamMetadata('account-1', { truncateBefore: 2, maxCount: 1 });
    await events.deleteStream('account-2');
    await events.tombstoneStream('loan-1');
    assert.deepEqual(await numbers(events.readAll()), range(6));
    assert.deepEqual(await numbers(events.readAll({ direction: 'backwards' })), range(6).toReversed());
  },

  'a long log comes in pages': async ({ events }) => {
    await events.append('account-1', numbered(1_300), any);
    await events.append('account-2', numbered(1_200, 1_300), any);
    for (const direction of ['forwards', 'backwards'] as const) {
      const pages = await all(events.readAll({ direction }).pages());
      for (const page of pages) assert.ok(page.length >= 1 && page.length <= largestPage, `a page of ${page.length}`);
      assert.equal(pages.flat().length, 2_500);
    }
  },

  'a limit counts the events that match': async ({ events }) => {
    for (const number of range(40)) await events.append(`account-${number % 4}`, numbered(10, number * 10), any);
    const filter = { prefixes: ['account-3'] };
    assert.equal((await all(events.readAll({ filter, limit: 35 }))).length, 35);
    const [last] = await numbers(events.readAll({ filter, direction: 'backwards', limit: 1 }));
    assert.equal(last, 399);
  },

  'misses and doubles nothing while others write': async ({ events }) => {
    await events.append('account-1', numbered(600), any);
    const read: number[] = [];
    const writing: Promise<unknown>[] = [];
    for await (const { position } of events.readAll()) {
      read.push(position);
      if (read.length <= 1_000 && read.length % 100 === 0) writing.push(events.append('account-2', numbered(30), any));
    }
    await Promise.all(writing);
    const log = (await all(events.readAll())).map(({ position }) => position);
    assert.deepEqual(read, log.slice(0, read.length));
    assert.ok(read.length >= 600, `read ${read.length}`);
  },

  'an abort ends it with the reason given': async ({ events }) => {
    await events.append('account-1', numbered(1_000), any);
    const reason = new RangeError('the user left');
    await assert.rejects(all(events.readAll({ signal: AbortSignal.abort(reason) })), reason);
    const controller = new AbortController();
    const reading = async () => {
      for await (const page of events.readAll({ signal: controller.signal }).pages())
        if (page.length > 0) controller.abort(reason);
    };
    await assert.rejects(reading(), reason);
  },
};

/** Six events, numbered 0 to 5, in three streams of two categories. Answers with their positions. */
async function interleaved(events: EventStore): Promise<readonly Position[]> {
  const names = ['account-1', 'account-2', 'account-1', 'loan-1', 'account-2', 'account-1'];
  const positions: Position[] = [];
  for (const [number, name] of names.entries()) {
    const { position = 0 } = await events.append(name, numbered(1, number), any);
    positions.push(position);
  }
  return positions;
}
