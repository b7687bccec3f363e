/** A log that is to be copied, looked at from its start before anything is written. */

import type { Position } from '../event/revision.ts';
import { assertCopyable } from './copied-event.ts';
import { MissingRevisionsError } from './copy-errors.ts';
import type { EventStore } from './event-store.ts';
import { readMarks, type StreamMarks } from './stream-marks.ts';

export interface LogSurvey {
  /** The last position that is copied. */
  readonly upTo: Position;
  readonly events: number;
  readonly streams: ReadonlyMap<string, SurveyedStream>;
}

interface SurveyedStream {
  /** How many events of it are copied: their revisions are 0 up to here. */
  readonly count: number;
  /** Read after its events; where it has grown by then, they are of a later moment than what is copied. */
  readonly marks: StreamMarks;
  readonly hasGrown: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** So many streams are asked about at once. */
const asking = 16;

/** Throws `MissingRevisionsError`, `UnreadableEventError`, `AppendTooLargeError`, and what reading throws. */
export async function surveyLog(
  from: EventStore,
  maxAppendBytes: number,
  signal: AbortSignal | undefined,
): Promise<LogSurvey> {
  const upTo = await from.head();
  const streams = new Map<string, Mutable<SurveyedStream>>();
  let events = 0;
  for await (const event of from.readAll({ signal })) {
    if (event.position > upTo) break;
    const { streamName, revision } = event;
    const stream = streams.get(streamName) ?? { count: 0, marks: unmarked, hasGrown: false };
    if (revision !== stream.count) {
      const wanted = `revision ${stream.count}: a log is copied only where none of its events is gone`;
      throw new MissingRevisionsError(streamName, `revision ${revision}`, wanted);
    }
    assertCopyable(event, maxAppendBytes);
    stream.count += 1;
    streams.set(streamName, stream);
    events += 1;
  }
  await eachStream(streams, signal, async (streamName, stream) => {
    stream.marks = await readMarks(from, streamName);
  });
  for await (const { streamName } of from.readAll({ from: upTo + 1, signal })) {
    const stream = streams.get(streamName);
    if (stream !== undefined) stream.hasGrown = true;
  }
  return { upTo, events, streams };
}

/** Asks about each stream, some at once, until one fails. */
export async function eachStream<T>(
  streams: ReadonlyMap<string, T>,
  signal: AbortSignal | undefined,
  ask: (streamName: string, stream: T) => Promise<void>,
): Promise<void> {
  const left = streams.entries();
  let isOver = false;
  const worker = async () => {
    for (const [streamName, stream] of left) {
      signal?.throwIfAborted();
      // One that failed ends the others: nothing goes on behind the caller's back.
      if (isOver) return;
      try {
        await ask(streamName, stream);
      } catch (error) {
        isOver = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: asking }, worker));
}

const unmarked: StreamMarks = { state: 'live', metadata: {} };
