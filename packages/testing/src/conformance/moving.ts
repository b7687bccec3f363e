import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { copyLog, type EventStore, memory, type Stores } from '@tidemark/core';
import fc from 'fast-check';
import { replacing } from '../replacing.ts';
import { all, any, noStream, numbered, refused } from './language.ts';
import { type Happening, happen, histories, pictureOf } from './moving-language.ts';
import type { OpenLog, Rules } from './rule.ts';

const runs = Number(process.env['FC_RUNS'] ?? 15);

/** Each kind of hiding once, and a stream that it is done to twice. */
const everything: readonly Happening[] = [
  { do: 'append', stream: 'a-1', count: 3, occurred: true },
  { do: 'append', stream: 'a-2', count: 2, occurred: false },
  { do: 'delete', stream: 'a-1' },
  { do: 'append', stream: 'b-1', count: 4, occurred: false },
  { do: 'append', stream: 'a-1', count: 2, occurred: false },
  { do: 'append', stream: 'c-1', count: 1, occurred: false },
  { do: 'change metadata', stream: 'a-1', changes: { maxCount: 5, custom: { owner: 'Ada' } } },
  { do: 'change metadata', stream: 'b-1', changes: { truncateBefore: 2, maxAge: 1_000_000 } },
  { do: 'append', stream: 'b-1', count: 1, occurred: true },
  { do: 'change metadata', stream: 'a-2', changes: { maxCount: 1 } },
  { do: 'delete', stream: 'a-2' },
  { do: 'tombstone', stream: 'c-1' },
];

/** Another store's log, with a history of its own. */
async function elsewhere({ clock }: OpenLog, prefix: string, history: readonly Happening[] = []): Promise<Stores> {
  const stores = await memory({ clock }).open();
  await happen(stores, clock, prefix, history);
  return stores;
}

async function assertSame(one: EventStore, other: EventStore, prefix: string): Promise<void> {
  assert.deepEqual(await pictureOf(other, prefix), await pictureOf(one, prefix));
}

/** A promise for those who come, resolved when `count` of them are there. */
function meetingOf(count: number): () => Promise<void> {
  const everybody = new EventEmitter();
  const met = once(everybody, 'met');
  let here = 0;
  return async () => {
    here += 1;
    if (here === count) everybody.emit('met');
    await met;
  };
}

/** Each append waits for `allowed`. */
function writingAfter(allowed: () => Promise<void>, events: EventStore): EventStore {
  return replacing(events, {
    append: (...call) => allowed().then(() => events.append(...call)),
    appendToStreams: (...call) => allowed().then(() => events.appendToStreams(...call)),
  });
}

export const moving: Rules = {
  'a log comes from another store as it was, with what hides its events': async (log) => {
    const from = await elsewhere(log, 'm-', everything);
    log.clock.advance(60_000);
    const { events, streams, copied, grown } = await copyLog(from.events, log.events);
    assert.deepEqual({ events, streams, copied, grown }, { events: 13, streams: 4, copied: 13, grown: 0 });
    await assertSame(from.events, log.events, 'm-');
  },

  'a log goes to another store and comes back the same': async (log) => {
    await happen(log, log.clock, 'm-', everything);
    log.clock.advance(60_000);
    const there = await elsewhere(log, 'm-');
    const back = await elsewhere(log, 'm-');
    const gone = await copyLog(log.events, there.events);
    log.clock.advance(60_000);
    const come = await copyLog(there.events, back.events);
    assert.deepEqual([gone.events, come.events, come.digest], [13, 13, gone.digest]);
    await assertSame(log.events, back.events, 'm-');
  },

  'copied again, nothing is written twice': async (log) => {
    const from = await elsewhere(log, 'm-', everything);
    const first = await copyLog(from.events, log.events);
    const again = await copyLog(from.events, log.events);
    assert.deepEqual([again.copied, again.digest], [0, first.digest]);
    await assertSame(from.events, log.events, 'm-');
  },

  'copied by two at once, nothing is written twice': async (log) => {
    const from = await elsewhere(log, 'm-', everything);
    const other = await log.openAnother();
    const meeting = meetingOf(2);
    const copies = [log, other].map(({ events }) => copyLog(from.events, writingAfter(meeting, events)));
    await Promise.all(copies);
    await assertSame(from.events, log.events, 'm-');
  },

  'a copy that was ended is gone on with': async (log) => {
    const from = await elsewhere(log, 'm-', everything);
    const controller = new AbortController();
    const onProgress = () => controller.abort(new RangeError('ended here'));
    const ended = copyLog(from.events, log.events, { signal: controller.signal, onProgress });
    await assert.rejects(ended, RangeError);
    const { events, copied } = await copyLog(from.events, log.events);
    assert.ok(copied < events && copied > 0, `${copied} of ${events} were written by the second run`);
    await assertSame(from.events, log.events, 'm-');
  },

  'streams that the log lacks are left alone': async (log) => {
    const from = await elsewhere(log, 'm-', everything);
    await log.events.append('other-1', numbered(3), noStream);
    await log.events.changeStreamMetadata('other-1', { maxCount: 2 });
    const before = await pictureOf(log.events, 'other-');
    await copyLog(from.events, log.events);
    assert.deepEqual(await pictureOf(log.events, 'other-'), before);
    await assertSame(from.events, log.events, 'm-');
  },

  'a stream with other events is named, and nothing is written': async (log) => {
    const from = await elsewhere(log, 'm-', everything);
    const stored = numbered(1);
    await log.events.append('m-b-1', stored, any);
    await log.events.deleteStream('m-b-1');
    const error = await refused('COPY_MISMATCH', () => copyLog(from.events, log.events));
    assert.deepEqual([error['streamName'], error['revision']], ['m-b-1', 0]);
    assert.match(String(error['found']), new RegExp(stored[0]?.eventId ?? '?'));
    assert.equal((await all(log.events.readAll())).length, 1);
  },

  'random logs come from another store and go back the same, copied in parts': async (log) => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        run += 1;
        const prefix = `r${run}-`;
        const from = await elsewhere(log, prefix);
        for (const part of history) {
          await happen(from, log.clock, prefix, part);
          await copyLog(from.events, log.events);
          await assertSame(from.events, log.events, prefix);
        }
        const back = await elsewhere(log, prefix);
        await copyLog(log.events, back.events);
        await assertSame(from.events, back.events, prefix);
      }),
      { numRuns: runs },
    );
  },
};
