import assert from 'node:assert/strict';
import { type EventStore, eventData, type StoredEvent } from '@tidemark/core';
import fc from 'fast-check';
import { Follower } from '../conformance/follower.ts';
import { all, at, nextTurn, noStream } from '../conformance/language.ts';
import type { OpenLog } from '../conformance/rule.ts';

/** A writer's appends, one after the other: to which stream, how many events, after how long a pause. */
interface Step {
  readonly stream: string;
  readonly count: number;
  readonly turns: number;
}

export interface Race {
  readonly writers: readonly (readonly Step[])[];
  /** When the subscription begins, in turns of the event loop. */
  readonly subscribeAfter: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  stream: fc.constantFrom('a-1', 'a-1', 'a-2', 'b-1'),
  count: fc.integer({ min: 1, max: 3 }),
  turns: fc.nat({ max: 3 }),
});

export const races: fc.Arbitrary<Race> = fc.record({
  writers: fc.array(fc.array(step, { maxLength: 10, size: 'max' }), { minLength: 2, maxLength: 5, size: 'max' }),
  subscribeAfter: fc.nat({ max: 20 }),
});

/** Runs them against two openings of the log at once, and looks at what is left. */
export async function race({ events, openAnother }: OpenLog, { writers, subscribeAfter }: Race): Promise<void> {
  const openings = [events, (await openAnother()).events];
  const total = writers.flat().reduce((sum, { count }) => sum + count, 0);
  const following = (async () => {
    for (let turn = 0; turn < subscribeAfter; turn += 1) await nextTurn();
    const follower = new Follower((signal) => events.subscribeToAll({ signal }));
    await follower.take(total);
    return follower;
  })();
  following.catch(() => {});
  const writing = writers.map((steps, index) => write(openings[index % 2] as EventStore, steps));
  const acknowledged = (await Promise.all(writing)).flat();

  const log = await all(events.readAll());
  assert.deepEqual(
    log.map(({ eventId }) => eventId).toSorted(),
    acknowledged.toSorted(),
    'stored is not what was acknowledged',
  );
  const follower = await following;
  assert.deepEqual(follower.seen.map(place), log.map(place), 'the subscription saw another log');
  for (const stream of new Set(log.map(({ streamName }) => streamName))) {
    const revisions = log.filter(({ streamName }) => streamName === stream).map(({ revision }) => revision);
    assert.deepEqual(revisions, [...revisions.keys()], `the revisions of ${stream} have gaps`);
  }
  if (events.capabilities.densePositions)
    assert.deepEqual(
      log.map(({ position }) => position - 1),
      [...log.keys()],
    );
}

/** Each append is tried, with the same ids, until nobody else was first. Answers with the ids that were acknowledged. */
async function write(events: EventStore, steps: readonly Step[]): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  const known = new Map<string, number | undefined>();
  for (const { stream, count, turns } of steps) {
    for (let turn = 0; turn < turns; turn += 1) await nextTurn();
    const appended = Array.from({ length: count }, () => eventData('Raced', {}));
    for (let written = false; !written; ) {
      const last = known.get(stream);
      try {
        const { revision } = await events.append(stream, appended, last === undefined ? noStream : at(last));
        known.set(stream, revision);
        written = true;
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'WRONG_EXPECTED_REVISION') throw error;
        await nextTurn();
        const [event] = await all(events.readStream(stream, { direction: 'backwards', limit: 1 }));
        known.set(stream, event?.revision);
      }
    }
    acknowledged.push(...appended.map(({ eventId }) => eventId));
  }
  return acknowledged;
}

function place({ position, eventId, streamName, revision }: StoredEvent): string {
  return `${position} ${eventId} ${streamName} ${revision}`;
}
