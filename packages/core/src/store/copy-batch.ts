/** Events that are written at once: runs of one stream each, in the order of the log they come from. */
import type { EventData, StoredEvent } from '../event/event.ts';
import type { Revision } from '../event/revision.ts';
import { bytesOf } from './append-rules.ts';
import { copiedEvent } from './copied-event.ts';
import { CopyMismatchError } from './copy-errors.ts';
import type { EventStore } from './event-store.ts';
import { inWords } from './log-comparison.ts';
import { isRefusal } from './stream-marks.ts';

/** So many events at most. */
const mostEvents = 500;

interface Run {
  readonly streamName: string;
  readonly first: Revision;
  readonly events: StoredEvent[];
  readonly copied: EventData[];
}

export class CopyBatch {
  readonly #runs = new Map<string, Run>();
  #last: Run | undefined;
  #count = 0;
  #bytes = 0;

  constructor(private readonly to: EventStore) {}

  get count(): number {
    return this.#count;
  }

  /** False where the event cannot be written together with what is here already. */
  add(event: StoredEvent): boolean {
    const { streamName, revision } = event;
    const { maxAppendBytes, multiStreamAppend } = this.to.capabilities;
    const copied = copiedEvent(event);
    const bytes = bytesOf(copied);
    if (this.#count > 0 && (this.#count >= mostEvents || this.#bytes + bytes > maxAppendBytes)) return false;
    let run = this.#last;
    if (run?.streamName !== streamName || run.first + run.events.length !== revision) {
      // Each stream once, and one after the other: only so the order is the log's.
      if (this.#runs.has(streamName) || (run !== undefined && !multiStreamAppend)) return false;
      run = { streamName, first: revision, events: [], copied: [] };
      this.#runs.set(streamName, run);
      this.#last = run;
    }
    run.events.push(event);
    run.copied.push(copied);
    this.#count += 1;
    this.#bytes += bytes;
    return true;
  }

  /** What is there already, as another one copies the same log, is not written again. Throws `CopyMismatchError`. */
  async write(): Promise<void> {
    const appends = [...this.#runs.values()].map(({ streamName, first, copied }) => {
      return { streamName, events: copied, expectedRevision: before(first) };
    });
    const [one] = appends;
    if (one === undefined) return;
    try {
      if (appends.length > 1) await this.to.appendToStreams(appends);
      else await this.to.append(one.streamName, one.events, one);
    } catch (error) {
      // A beginning of it may be there.
      if (!isRefusal(error, 'WRONG_EXPECTED_REVISION', 'STREAM_DELETED')) throw error;
      for (const run of this.#runs.values()) for (const event of run.events) await writeOne(this.to, event);
    }
  }
}

async function writeOne(to: EventStore, event: StoredEvent): Promise<void> {
  const { streamName, revision } = event;
  try {
    await to.append(streamName, [copiedEvent(event)], { expectedRevision: before(revision) });
  } catch (error) {
    if (!isRefusal(error, 'WRONG_EXPECTED_REVISION', 'STREAM_DELETED')) throw error;
    const found = await storedAt(to, streamName, revision);
    if (found?.eventId === event.eventId) return;
    const instead = found === undefined ? (error as Error).message : inWords(found);
    throw new CopyMismatchError(streamName, revision, instead, inWords(event));
  }
}

/** Also where the stream is gone or truncated, at the price of looking through the log. */
async function storedAt(to: EventStore, streamName: string, revision: Revision): Promise<StoredEvent | undefined> {
  for await (const event of to.readAll({ filter: { prefixes: [streamName] } }))
    if (event.streamName === streamName && event.revision === revision) return event;
  return undefined;
}

function before(revision: Revision): Revision | 'no_stream' {
  return revision === 0 ? 'no_stream' : revision - 1;
}
