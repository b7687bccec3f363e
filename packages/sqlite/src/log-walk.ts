/** One reader's way through the log, a bounded step at a time, with a thread that reads ahead while the end is far. */
import type { EventFilter, Position, StoredEvent } from '@tidemark/core';
import type { AheadRun, ReadAhead } from './ahead/read-ahead.ts';
import type { Head } from './log-rows.ts';
import { type FoundRows, searchBackwards, searchForwards } from './log-search.ts';
import { pageSize } from './page-query.ts';
import type { Reader } from './reader.ts';

export interface Found {
  readonly events: readonly StoredEvent[];
  /** The last event that was looked at, matching or not; `undefined` where there was none. */
  readonly reached: Head | undefined;
  /** Whether there was nothing behind `reached`, in the direction of the walk. */
  readonly atEnd: boolean;
}

/** In positions. To start a thread takes as long as reading some thousands of events. */
const far = 20_000;
/** So many pages show what kind of reader it is: one who takes longer for a page than reading it does, by this factor, gains by a thread. */
const trial = 4;
const slower = 1.5;

export class LogWalk {
  #ahead: AheadRun | undefined;
  /** Pages that were read here, the time that took, and that in which the reader had them, in ms. */
  #pages = 0;
  #reading = 0;
  #between = 0;
  #last: number | undefined;

  constructor(
    private readonly reader: Reader,
    private readonly readAhead: ReadAhead,
    private readonly filter: EventFilter | undefined,
    /** In ms, from any moment on. */
    private readonly now = () => performance.now(),
  ) {}

  /** Looks onwards at most up to `head`, the log's end as it is now. */
  forwards(from: Position, limit: number, head = this.reader.log.head()): Found {
    const { rows, reached } =
      (limit === pageSize ? this.#ahead?.take(from) : undefined) ?? this.#read(from, limit, head);
    if (head !== undefined && reached !== undefined) this.#lookAhead(reached.position + 1, limit, head);
    const events = this.reader.events(rows);
    this.#last = this.now();
    return { events, reached, atEnd: reached?.position === head?.position || reached === undefined };
  }

  /** Looks back from `from`, inclusive. */
  backwards(from: Position, limit: number): Found {
    const { log } = this.reader;
    const head = log.head();
    const { rows, reached } = searchBackwards(log, { from, wanted: this.reader.wanted(this.filter), limit }, head);
    return { events: this.reader.events(rows), reached, atEnd: reached === undefined || reached.position === 1 };
  }

  /** Nobody walks on. */
  end(): void {
    this.#ahead?.end();
    this.#ahead = undefined;
  }

  #read(from: Position, limit: number, head: Head | undefined): FoundRows {
    const { log } = this.reader;
    const began = this.now();
    const meeting = this.#ahead?.next;
    const high = meeting === undefined ? head : { position: meeting - 1, eventId: log.eventIdAt(meeting - 1) };
    const found = searchForwards(log, { from, wanted: this.reader.wanted(this.filter), limit }, high);
    if (this.#last !== undefined) this.#between += began - this.#last;
    this.#reading += this.now() - began;
    this.#pages += 1;
    return found;
  }

  #lookAhead(next: Position, limit: number, head: Head): void {
    this.#ahead?.passed(next);
    if (this.#ahead !== undefined && next > this.#ahead.top) this.end();
    if (this.#ahead !== undefined || limit !== pageSize || head.position - next < far) return;
    if (this.#pages < trial || this.#between < slower * this.#reading) return;
    this.#ahead = this.readAhead.begin(this.reader.wanted(this.filter), next, head);
  }
}
