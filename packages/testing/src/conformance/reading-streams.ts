import assert from 'node:assert/strict';
import type { EventPages } from '@tidemark/core';
import { all, any, noStream, numbered, numberOf, numbers, range, refused } from './language.ts';
import type { Rules } from './rule.ts';

/** More than this in one page is no longer a page. */
export const largestPage = 1_024;

export const readingStreams: Rules = {
  'forwards: from the first, or from a revision, inclusive': async ({ events }) => {
    await events.append('account-1', numbered(5), noStream);
    assert.deepEqual(await numbers(events.readStream('account-1')), range(5));
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'forwards', from: 0 })), range(5));
    assert.deepEqual(await numbers(events.readStream('account-1', { from: 3 })), [3, 4]);
  },

  'backwards: from the last, or from a revision, inclusive': async ({ events }) => {
    await events.append('account-1', numbered(5), noStream);
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards' })), [4, 3, 2, 1, 0]);
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards', from: 2 })), [2, 1, 0]);
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards', from: 0 })), [0]);
  },

  'backwards from beyond the end begins at the last event': async ({ events }) => {
    await events.append('account-1', numbered(3), noStream);
    const from = Number.MAX_SAFE_INTEGER;
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards', from: 3 })), [2, 1, 0]);
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards', from, limit: 1 })), [2]);
  },

  'forwards from past the end is empty': async ({ events }) => {
    await events.append('account-1', numbered(3), noStream);
    for (const from of [3, 100, Number.MAX_SAFE_INTEGER]) {
      assert.deepEqual(await numbers(events.readStream('account-1', { from })), []);
    }
  },

  'a limit counts events, in both directions': async ({ events }) => {
    await events.append('account-1', numbered(5), noStream);
    assert.deepEqual(await numbers(events.readStream('account-1', { limit: 2 })), [0, 1]);
    assert.deepEqual(await numbers(events.readStream('account-1', { from: 1, limit: 1 })), [1]);
    assert.deepEqual(await numbers(events.readStream('account-1', { from: 3, limit: 9 })), [3, 4]);
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards', limit: 2 })), [4, 3]);
    assert.deepEqual(
      await numbers(events.readStream('account-1', { direction: 'backwards', from: 2, limit: 2 })),
      [2, 1],
    );
  },

  'a limit of nothing gives nothing': async ({ events }) => {
    await events.append('account-1', numbered(5), noStream);
    assert.deepEqual(await numbers(events.readStream('account-1', { limit: 0 })), []);
    assert.deepEqual(await numbers(events.readStream('account-1', { direction: 'backwards', limit: 0 })), []);
  },

  'a missing stream is not found, however it is read': async ({ events }) => {
    await events.append('account-1', numbered(1), noStream);
    for (const options of [{}, { direction: 'backwards' }, { from: 4 }, { limit: 1 }] as const) {
      const error = await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-2', options)));
      assert.equal(error['streamName'], 'account-2');
    }
  },

  'an event says where it stands': async ({ events }) => {
    await events.append('account-0', numbered(1), noStream);
    await events.append('account-42-b', numbered(2), noStream);
    const event = (await all(events.readStream('account-42-b')))[1];
    const position = await events.head();
    const { streamName, category, aggregateId, revision, type, part } = event ?? {};
    assert.deepEqual(
      [streamName, category, aggregateId, revision, event?.position, type, part],
      ['account-42-b', 'account', '42-b', 1, position, 'Numbered', undefined],
    );
  },

  'only the events of that very stream': async ({ events }) => {
    const names = [
      'account-1',
      'account-10',
      'account',
      'Account-1',
      'account-1 ',
      'accounts-1',
      'é-1',
      'e\u0301-1',
      'constructor',
      '__proto__',
    ];
    for (const [index, name] of names.entries()) await events.append(name, numbered(2, index * 10), noStream);
    for (const [index, name] of names.entries()) {
      assert.deepEqual(await numbers(events.readStream(name)), [index * 10, index * 10 + 1], name);
    }
  },

  'a long stream comes in pages': async ({ events }) => {
    await events.append('account-1', numbered(2_500), any);
    for (const direction of ['forwards', 'backwards'] as const) {
      const pages = await all(events.readStream('account-1', { direction }).pages());
      assert.notEqual(pages.length, 1);
      for (const page of pages) assert.ok(page.length >= 1 && page.length <= largestPage, `a page of ${page.length}`);
      const revisions = pages.flat().map(({ revision }) => revision);
      assert.deepEqual(revisions, direction === 'forwards' ? range(2_500) : range(2_500).toReversed());
    }
  },

  'a limit also holds across pages': async ({ events }) => {
    await events.append('account-1', numbered(2_500), any);
    assert.deepEqual(await numbers(events.readStream('account-1', { from: 7, limit: 1_500 })), range(1_500, 7));
    assert.equal((await all(events.readStream('account-1', { direction: 'backwards', limit: 1_500 }))).length, 1_500);
  },

  'each iteration reads anew': async ({ events }) => {
    await events.append('account-1', numbered(2), any);
    const stream = events.readStream('account-1');
    assert.deepEqual(await numbers(stream), [0, 1]);
    await events.append('account-1', numbered(1, 2), any);
    assert.deepEqual(await numbers(stream), [0, 1, 2]);
  },

  'a reading that is left early leaves nothing behind': async ({ events, close }) => {
    await events.append('account-1', numbered(1_000), any);
    for (const _ of range(20))
      for await (const event of events.readStream('account-1')) if (event.revision === 3) break;
    for (const _ of range(20))
      for await (const page of events.readStream('account-1').pages()) if (page.length > 0) break;
    await events.append('account-1', numbered(1, 1_000), any);
    await close();
  },

  'misses and doubles nothing while others write': async ({ events }) => {
    await events.append('account-1', numbered(600), any);
    let next = 0;
    const writing: Promise<unknown>[] = [];
    for await (const { revision } of events.readStream('account-1')) {
      assert.equal(revision, next);
      next += 1;
      if (next % 100 === 0) writing.push(events.append('account-1', numbered(1), any));
    }
    await Promise.all(writing);
    assert.ok(next >= 600, `read ${next}`);
  },

  'what is hidden while it is read is read all the same': async ({ events, openAnother, clock }) => {
    const { events: others } = await openAnother();
    for (const [index, direction] of (['forwards', 'backwards'] as const).entries()) {
      for (const hiding of [{ truncateBefore: 2_490 }, { maxCount: 3 }, { maxAge: 1 }]) {
        const name = `account-${index}${Object.keys(hiding)[0]}`;
        await events.append(name, numbered(2_500), any);
        const read = await beside(events.readStream(name, { direction }), async () => {
          await others.changeStreamMetadata(name, hiding);
          clock.advance(60_000);
        });
        assert.deepEqual(read, direction === 'forwards' ? range(2_500) : range(2_500).toReversed());
      }
    }
  },

  'a stream that is deleted while it is read is read whole or not read on': async ({ events, openAnother }) => {
    const { events: others } = await openAnother();
    for (const [index, direction] of (['forwards', 'backwards'] as const).entries()) {
      const whole = direction === 'forwards' ? range(2_500) : range(2_500).toReversed();
      for (const [name, revives] of [
        [`account-${index}a`, false],
        [`account-${index}b`, true],
      ] as const) {
        await events.append(name, numbered(2_500), any);
        const reading = beside(events.readStream(name, { direction }), async () => {
          await others.deleteStream(name);
          if (revives) await others.append(name, numbered(300, 2_500), noStream);
        });
        const read = await reading.catch((error: { code?: unknown }) => error.code);
        assert.deepEqual(read, read === 'STREAM_NOT_FOUND' ? read : whole);
      }
    }
  },

  'an abort ends it with the reason given': async ({ events }) => {
    await events.append('account-1', numbered(1_000), any);
    const reason = new RangeError('the user left');
    await assert.rejects(all(events.readStream('account-1', { signal: AbortSignal.abort(reason) })), reason);
    const controller = new AbortController();
    const reading = async () => {
      for await (const { revision } of events.readStream('account-1', { signal: controller.signal })) {
        if (revision === 3) controller.abort(reason);
      }
    };
    await assert.rejects(reading(), reason);
  },
};

/** The numbers that are read when something happens after the first page. */
async function beside(reading: EventPages, happens: () => Promise<void>): Promise<readonly number[]> {
  const read: number[] = [];
  for await (const page of reading.pages()) {
    if (read.length === 0) await happens();
    read.push(...page.map(numberOf));
  }
  return read;
}
