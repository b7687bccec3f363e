/** Histories of a log, as plain data, and what a reader sees of it: the same before and after it was moved. */
import type { EventStore, Stores, StreamMetadataChanges } from '@tidemark/core';
import { eventData, TidemarkError } from '@tidemark/core';
import fc from 'fast-check';
import type { ManualClock } from '../manual-clock.ts';
import { all } from './language.ts';

export type Happening =
  | { readonly do: 'append'; readonly stream: string; readonly count: number; readonly occurred: boolean }
  | { readonly do: 'delete' | 'tombstone'; readonly stream: string }
  | { readonly do: 'change metadata'; readonly stream: string; readonly changes: StreamMetadataChanges };

const stream = fc.constantFrom('a-1', 'a-2', 'b-1');
const orRemoved = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 4 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      stream,
      count: fc.integer({ min: 1, max: 3 }),
      occurred: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), stream }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tombstone' as const), stream }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('change metadata' as const),
      stream,
      changes: fc.record(
        {
          truncateBefore: orRemoved(fc.nat({ max: 6 })),
          maxCount: orRemoved(fc.integer({ min: 1, max: 4 })),
          // So long that it hides nothing while the test runs: in the copy it counts from another time.
          maxAge: orRemoved(fc.constant(1_000_000)),
          custom: orRemoved(fc.constant({ owner: 'Ada', numbers: [1, 2.5] })),
        },
        { requiredKeys: [] },
      ),
    }),
  },
);

/** Parts of a history; the log is copied after each. */
export const histories = fc.array(fc.array(happening, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 3 });

/** What cannot happen, as the stream is gone or was never written, does not. */
export async function happen(
  { events }: Stores,
  clock: ManualClock,
  prefix: string,
  history: readonly Happening[],
): Promise<void> {
  for (const [index, each] of history.entries()) {
    const name = prefix + each.stream;
    clock.advance(1_000);
    try {
      if (each.do === 'delete') await events.deleteStream(name);
      if (each.do === 'tombstone') await events.tombstoneStream(name);
      if (each.do === 'change metadata') await events.changeStreamMetadata(name, each.changes);
      if (each.do === 'append') {
        const metadata = each.occurred ? { $occurredAt: '2020-02-02T02:02:02.222Z', note: index } : {};
        const data = { at: clock.now(), index, odd: -0 };
        const appended = Array.from({ length: each.count }, () => eventData('Happened', data, { metadata }));
        await events.append(name, appended, { expectedRevision: 'any' });
      }
    } catch (error) {
      if (!(error instanceof TidemarkError)) throw error;
    }
  }
}

/** The log and its streams, those whose names begin so, without what belongs to the store alone. */
export async function pictureOf(events: EventStore, prefix: string): Promise<unknown> {
  const log = (await all(events.readAll({ filter: { prefixes: [prefix] } }))).map((event) => {
    const { eventId, type, data, metadata, streamName, revision, recordedAt, occurredAt } = event;
    const { $recordedAt: _, ...own } = metadata;
    return { eventId, type, data, metadata: own, streamName, revision, recordedAt, occurredAt };
  });
  const streams: Record<string, unknown> = {};
  for (const name of new Set(log.map(({ streamName }) => streamName))) streams[name] = await streamOf(events, name);
  return { log, streams };
}

async function streamOf(events: EventStore, name: string): Promise<unknown> {
  try {
    const { maxCount, maxAge, custom, revivedAt } = await events.readStreamMetadata(name);
    const limits = { maxCount, maxAge, custom };
    const visible = await visibleOf(events, name);
    return typeof visible === 'string' ? { limits, visible } : { limits, visible, revivedAt };
  } catch (error) {
    if (error instanceof TidemarkError) return error.code;
    throw error;
  }
}

async function visibleOf(events: EventStore, name: string): Promise<readonly number[] | string> {
  try {
    return (await all(events.readStream(name))).map(({ revision }) => revision);
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'STREAM_NOT_FOUND') return error.code;
    throw error;
  }
}
