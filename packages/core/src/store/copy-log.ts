/**
 * A whole log into another store. Both logs are read through before anything is written, and again at the end; between,
 * events are appended in the log's order at exact revisions, so that whatever is repeated is recognised by its ids.
 */
import { ArgumentError } from '../errors.ts';
import { assertFunction } from '../event/argument-kinds.ts';
import type { Position } from '../event/revision.ts';
import { describe } from '../shared/describe.ts';
import { paceOf } from '../shared/pace.ts';
import { CopyBatch } from './copy-batch.ts';
import type { EventStore } from './event-store.ts';
import { assertComplete, compareLogs } from './log-comparison.ts';
import { eachStream, type LogSurvey, surveyLog } from './log-survey.ts';
import { assertOptions } from './read-options.ts';
import { isRefusal, setMarks } from './stream-marks.ts';

export interface CopyOptions {
  /** Told after each append, and while the copy is verified. What it throws ends the copying. */
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  /** Ends the copying by throwing the signal's reason; what was written stays, and the next run goes on behind it. */
  readonly signal?: AbortSignal | undefined;
}

export interface CopyProgress {
  readonly phase: 'copying' | 'verifying';
  /** Events of this phase that are done, those of earlier runs included. */
  readonly done: number;
  readonly total: number;
  /** On average in this phase of this run. */
  readonly eventsPerSecond: number;
  /** In ms, for this phase at this speed; `undefined` where it cannot be known. */
  readonly timeLeft: number | undefined;
}

export interface CopyResult {
  /** Events that are in both logs now, and were compared. */
  readonly events: number;
  readonly streams: number;
  /** Of the events, those that this run wrote; the others were there. */
  readonly copied: number;
  /** The last position of `from` that was copied: what `from.head()` was when the copying began. */
  readonly upTo: Position;
  /** Streams that were written to behind `upTo` meanwhile: what is set on them is carried over by the next run. */
  readonly grown: number;
  /** SHA-256 over all events, in hexadecimal digits: the same for every copy of this log, in whichever store. */
  readonly digest: string;
}

/**
 * Copies the log of one store to another: every event with its id, type, data, metadata, stream, revision and place among
 * the others, `recordedAt` too, which is noted as `$recordedAt` in the metadata. What hides events is carried over at the
 * end: deletions, tombstones, truncation, `maxCount`, `maxAge`, and `custom` with them; until then the copy shows what the
 * log hides. `maxAge` counts from when the copy was written. Where a stream was deleted and revived, it is in the copy, too.
 *
 * It may be ended at any moment and run again, also several times at once: nothing is written twice. It copies up to the
 * log's end as it is at the start; run it again for what came meanwhile, the last time with no writer left. `to` may hold
 * streams that `from` lacks, which are left alone.
 *
 * Not carried over: positions, snapshots, checkpoints, read models, the command log, and what is set on streams without
 * events. In memory it holds the names of all streams.
 *
 * Before it writes anything it throws `MissingRevisionsError` (events of a stream are gone), `UnreadableEventError`,
 * `AppendTooLargeError` (one event is too large for `to`), `CopyMismatchError` (a stream of `from` holds other events in
 * `to`) and `ArgumentError`; later on `CopyMismatchError` where somebody else wrote to the copy. And what stores throw.
 */
export async function copyLog(from: EventStore, to: EventStore, options: CopyOptions = {}): Promise<CopyResult> {
  assertStore('from', from);
  assertStore('to', to);
  assertOptions(options, { onProgress: true, signal: true } satisfies Record<keyof CopyOptions, true>);
  const { onProgress, signal } = options;
  if (onProgress !== undefined) assertFunction('onProgress', onProgress);
  const [logId, other] = await Promise.all([from.logId(), to.logId()]);
  if (logId === other) throw new ArgumentError('to', `the log that is copied, ${logId}`, 'another log');
  signal?.throwIfAborted();
  const survey = await surveyLog(from, to.capabilities.maxAppendBytes, signal);
  const before = await compareLogs(from, to, survey, { signal });
  const total = survey.events;
  const copying = progressOf('copying', before.same, total, onProgress);
  await copyEvents(from, to, { survey, after: before.position, signal, onWritten: copying });
  const grown = await copyMarks(to, survey, signal);
  const verifying = progressOf('verifying', 0, total, onProgress);
  const verified = await compareLogs(from, to, survey, {
    signal,
    onSame: (same) => {
      if (same === total || same % reportEvery === 0) verifying(reportEvery);
    },
  });
  await assertComplete(from, verified, survey);
  const { upTo, streams } = survey;
  const copied = total - before.same;
  return { events: total, streams: streams.size, copied, upTo, grown, digest: verified.digest };
}

/** In events, while the copy is verified. */
const reportEvery = 500;

function assertStore(argument: string, store: Partial<EventStore>): void {
  if (typeof store?.readAll === 'function') return;
  throw new ArgumentError(argument, describe(store), 'an event store: `(await sqlite(file).open()).events`');
}

interface Copying {
  readonly survey: LogSurvey;
  /** The position of the last event that is in the copy already. */
  readonly after: Position;
  readonly signal: AbortSignal | undefined;
  readonly onWritten: (events: number) => void;
}

async function copyEvents(from: EventStore, to: EventStore, copying: Copying): Promise<void> {
  const { survey, after, signal, onWritten } = copying;
  let batch = new CopyBatch(to);
  const write = async () => {
    signal?.throwIfAborted();
    await batch.write();
    if (batch.count > 0) onWritten(batch.count);
    batch = new CopyBatch(to);
  };
  for await (const event of from.readAll({ from: after + 1, signal })) {
    if (event.position > survey.upTo) break;
    const { streamName, revision } = event;
    if (survey.streams.get(streamName)?.marks.metadata.revivedAt === revision) {
      await write();
      await hide(to, streamName, revision - 1);
    }
    if (batch.add(event)) continue;
    await write();
    batch.add(event);
  }
  await write();
}

/** What a stream held before it was revived is hidden by deleting it there: the event that follows revives it. */
async function hide(to: EventStore, streamName: string, last: number): Promise<void> {
  try {
    await to.deleteStream(streamName, { expectedRevision: last });
  } catch (error) {
    // Another one copies the same log and is further on; if it is something else, the append behind this finds it.
    if (!isRefusal(error, 'WRONG_EXPECTED_REVISION', 'STREAM_DELETED')) throw error;
  }
}

/** Last of all, as what is hidden cannot be written behind. Resolves to how many streams are left to the next run. */
async function copyMarks(to: EventStore, { streams }: LogSurvey, signal: AbortSignal | undefined): Promise<number> {
  let grown = 0;
  await eachStream(streams, signal, async (streamName, { count, marks, hasGrown }) => {
    if (hasGrown) grown += 1;
    else await setMarks(to, streamName, count - 1, marks);
  });
  return grown;
}

/** Told of events that were done; tells how far it is. */
function progressOf(
  phase: CopyProgress['phase'],
  before: number,
  total: number,
  onProgress: CopyOptions['onProgress'],
): (events: number) => void {
  const began = performance.now();
  let done = before;
  return (events) => {
    done = Math.min(total, done + events);
    const { eventsPerSecond, timeLeft } = paceOf({ began, first: before, done, total });
    onProgress?.({ phase, done, total, eventsPerSecond, timeLeft: done === total ? 0 : timeLeft });
  };
}
