import assert from 'node:assert/strict';
import type { EventStore, Revision } from '@tidemark/core';
import { all, any, at, nextTurn, noStream, numbered, one, range } from './language.ts';
import type { Rules } from './rule.ts';

export const concurrency: Rules = {
  'of 100 who create one stream at once, exactly one does': async ({ events }) => {
    const outcomes = await Promise.allSettled(
      range(100).map((number) => events.append('account-1', numbered(2, number), noStream)),
    );
    assert.deepEqual(tally(outcomes), { fulfilled: 1, WRONG_EXPECTED_REVISION: 99 });
    assert.equal((await all(events.readAll())).length, 2);
  },

  'of many who write behind one revision, exactly one does': async ({ events }) => {
    await events.append('account-1', numbered(1), any);
    for (const revision of range(20)) {
      const outcomes = await Promise.allSettled(
        range(5).map(() => events.append('account-1', numbered(1), at(revision))),
      );
      assert.deepEqual(tally(outcomes), { fulfilled: 1, WRONG_EXPECTED_REVISION: 4 });
    }
    assert.deepEqual(
      (await all(events.readStream('account-1'))).map(({ revision }) => revision),
      range(21),
    );
  },

  '1,500 appends at once all succeed': async ({ events }) => {
    const results = await Promise.all(
      range(1_500).map((number) => events.append(`account-${number % 500}`, numbered(1), any)),
    );
    assert.equal(new Set(results.map(({ position }) => position)).size, 1_500);
    const log = await all(events.readAll());
    assert.equal(log.length, 1_500);
    const places = new Set(log.map((event) => `${event.position} ${event.streamName} ${event.revision}`));
    for (const { streamName, revision, position } of results) {
      assert.equal(
        places.has(`${position} ${streamName} ${revision}`),
        true,
        `${streamName} ${revision} is not at ${position}`,
      );
    }
  },

  'a refused append takes none of its neighbours with it': async ({ events }) => {
    await events.append('account-0', numbered(1), any);
    const outcomes = await Promise.allSettled(
      range(200).map((number) =>
        number % 2
          ? events.append(`account-${number}`, numbered(1), noStream)
          : events.append('account-0', numbered(1), at(7)),
      ),
    );
    assert.deepEqual(tally(outcomes), { fulfilled: 100, WRONG_EXPECTED_REVISION: 100 });
    assert.equal((await all(events.readAll())).length, 101);
  },

  'of two openings that create one stream at once, exactly one does': async ({ events, openAnother }) => {
    const other = await openAnother();
    for (const number of range(20)) {
      const name = `account-${number}`;
      const both = [events, other.events].map((opening) => opening.append(name, numbered(1), noStream));
      assert.deepEqual(tally(await Promise.allSettled(both)), { fulfilled: 1, WRONG_EXPECTED_REVISION: 1 });
      assert.equal((await all(events.readStream(name))).length, 1);
    }
  },

  'two openings that race with retries lose and double nothing': async ({ events, openAnother }) => {
    const other = await openAnother();
    const racing = [events, other.events, events, other.events].map((opening, racer) => race(opening, racer, 15));
    const acknowledged = (await Promise.all(racing)).flat();
    const stored = await all(events.readStream('account-1'));
    assert.deepEqual(
      stored.map(({ revision }) => revision),
      range(60),
    );
    assert.deepEqual(stored.map(({ eventId }) => eventId).sort(), acknowledged.sort());
  },

  'an opening sees at once what another has acknowledged': async ({ events, openAnother }) => {
    const other = await openAnother();
    for (const number of range(20)) {
      const [writer, reader] = number % 2 ? [events, other.events] : [other.events, events];
      const { position } = await writer.append('account-1', numbered(1, number), any);
      const [last] = await all(reader.readStream('account-1', { direction: 'backwards', limit: 1 }));
      assert.equal(last?.revision, number);
      assert.equal(await reader.head(), position);
      assert.equal(
        (await reader.append('account-2', numbered(1), number === 0 ? noStream : at(number - 1))).revision,
        number,
      );
    }
  },

  'what another opening deletes or hides is so for all': async ({ events, openAnother }) => {
    const other = await openAnother();
    await events.append('account-1', numbered(3), any);
    await all(events.readStream('account-1'));
    await other.events.changeStreamMetadata('account-1', { truncateBefore: 2 });
    assert.equal((await all(events.readStream('account-1'))).length, 1);
    await other.events.deleteStream('account-1');
    await assert.rejects(all(events.readStream('account-1')), { code: 'STREAM_NOT_FOUND' });
    await other.events.tombstoneStream('account-1');
    await assert.rejects(events.append('account-1', numbered(1), any), { code: 'STREAM_DELETED' });
  },

  'never calls a stream unchanged that another opening wrote to': async ({ events, openAnother }) => {
    if (events.isUnchanged === undefined) return;
    const other = await openAnother();
    for (const number of range(10)) {
      const { revision = -1 } = await events.append('account-1', numbered(1, number), any);
      await all(events.readStream('account-1'));
      await (number % 2 ? other.events : events).append('account-1', numbered(1, number), any);
      assert.equal(events.isUnchanged('account-1', revision), false);
      assert.equal(events.isUnchanged('account-9', 0), false);
    }
    await other.events.deleteStream('account-1');
    assert.equal(events.isUnchanged('account-1', 19), false);
  },
};

function tally(outcomes: readonly PromiseSettledResult<unknown>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const key =
      outcome.status === 'fulfilled'
        ? 'fulfilled'
        : String((outcome.reason as { code?: unknown }).code ?? outcome.reason);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Writes so many events one by one, reading anew whenever somebody else was first. Answers with their ids. */
async function race(events: EventStore, racer: number, count: number): Promise<string[]> {
  const written: string[] = [];
  let last: Revision | undefined;
  while (written.length < count) {
    const event = one(racer * 1_000 + written.length);
    try {
      const { revision } = await events.append('account-1', [event], last === undefined ? noStream : at(last));
      last = revision;
      written.push(event.eventId);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'WRONG_EXPECTED_REVISION') throw error;
      await nextTurn();
      last = (await all(events.readStream('account-1', { direction: 'backwards', limit: 1 })))[0]?.revision;
    }
  }
  return written;
}
