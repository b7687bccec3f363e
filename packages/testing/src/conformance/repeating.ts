import assert from 'node:assert/strict';
import type { EventData, EventStore } from '@tidemark/core';
import { any, at, noStream, numbered, numbers, one, range, refused, writingNothing } from './language.ts';
import type { Rules } from './rule.ts';

export const repeating: Rules = {
  'a repeated `no_stream` append succeeds, writes nothing and says so': async ({ events }) => {
    const appended = numbered(3);
    const first = await events.append('account-1', appended, noStream);
    const again = await writingNothing(events, () => events.append('account-1', appended, noStream));
    assert.deepEqual(again, { ...first, repeated: true });
  },

  'a repeated append at a revision succeeds, writes nothing and says so': async ({ events }) => {
    await events.append('account-1', numbered(3), noStream);
    const appended = numbered(2, 3);
    const first = await events.append('account-1', appended, at(2));
    const again = await writingNothing(events, () => events.append('account-1', appended, at(2)));
    assert.deepEqual(again, { ...first, repeated: true });
  },

  'is recognised also when others wrote behind it': async ({ events }) => {
    const [first, second] = [numbered(2), numbered(2, 2)];
    await events.append('account-1', first, noStream);
    const written = await events.append('account-1', second, at(1));
    await events.append('account-1', numbered(4, 4), at(3));
    const again = await writingNothing(events, () => events.append('account-1', second, at(1)));
    assert.deepEqual(again, { ...written, repeated: true });
    assert.equal((await events.append('account-1', first, noStream)).revision, 1);
  },

  'is recognised after the log was opened again': async ({ events, reopen }) => {
    const appended = numbered(2);
    const first = await events.append('account-1', appended, noStream);
    const { events: later } = await reopen();
    assert.deepEqual(await later.append('account-1', appended, noStream), { ...first, repeated: true });
    assert.deepEqual(await numbers(later.readAll()), [0, 1]);
  },

  'the beginning of what was stored is enough': async ({ events }) => {
    const appended = numbered(4);
    await events.append('account-1', appended, noStream);
    const again = await writingNothing(events, () => events.append('account-1', appended.slice(0, 2), noStream));
    assert.deepEqual([again.revision, again.repeated], [1, true]);
  },

  'a longer append that begins with what was stored is refused': async ({ events }) => {
    const stored = numbered(2);
    await events.append('account-1', stored, noStream);
    await refusedAsOther(events, [...stored, ...numbered(1, 2)]);
  },

  'the stored ids in another order are refused': async ({ events }) => {
    const stored = numbered(3);
    await events.append('account-1', stored, noStream);
    await refusedAsOther(events, stored.toReversed());
  },

  'an append whose first id is another is refused': async ({ events }) => {
    const stored = numbered(3);
    await events.append('account-1', stored, noStream);
    await refusedAsOther(events, [...numbered(1), ...stored.slice(1)]);
  },

  'an append of which a later id is another is refused': async ({ events }) => {
    const stored = numbered(3);
    await events.append('account-1', stored, noStream);
    await refusedAsOther(events, [...stored.slice(0, 2), ...numbered(1, 2)]);
  },

  'the same ids at another revision are refused': async ({ events }) => {
    await events.append('account-1', numbered(2), noStream);
    const appended = numbered(1, 2);
    await events.append('account-1', appended, at(1));
    await writingNothing(events, () =>
      refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', appended, at(0))),
    );
  },

  'the same ids in another stream are new': async ({ events }) => {
    const appended = numbered(2);
    await events.append('account-1', appended, noStream);
    assert.equal((await events.append('account-2', appended, noStream)).repeated, false);
    assert.deepEqual(await numbers(events.readStream('account-2')), [0, 1]);
  },

  'hidden events are recognised too': async ({ events }) => {
    const appended = numbered(2);
    await events.append('account-1', appended, noStream);
    await events.append('account-1', numbered(2, 2), at(1));
    await events.changeStreamMetadata('account-1', { truncateBefore: 3 });
    assert.equal((await events.append('account-1', appended, noStream)).repeated, true);
  },

  'one append tried ten times at once is written once': async ({ events }) => {
    const appended = numbered(3);
    const results = await Promise.all(range(10).map(() => events.append('account-1', appended, noStream)));
    assert.equal(results.filter(({ repeated }) => !repeated).length, 1);
    assert.deepEqual(new Set(results.map(({ revision }) => revision)), new Set([2]));
    assert.deepEqual(await numbers(events.readAll()), [0, 1, 2]);
  },

  'an append at the last revision is new, whatever its ids': async ({ events }) => {
    const event = one();
    await events.append('account-1', [event], any);
    const again = await events.append('account-1', [event], at(0));
    assert.deepEqual([again.revision, again.repeated], [1, false]);
  },
};

async function refusedAsOther(events: EventStore, appended: readonly EventData[]): Promise<void> {
  const error = await writingNothing(events, () =>
    refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', appended, noStream)),
  );
  assert.equal(error['expected'], 'no_stream');
}
