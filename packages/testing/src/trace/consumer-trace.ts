/**
 * Records what a consumer of the log saw and what it durably finished, so that `checkTrace` can hold it to the log,
 * now or later, here or in another process.
 */
import { ArgumentError, assertObject, assertPlace, type Checkpoint, type Position } from '@tidemark/core';
import { entryLine, headerLine, type Trace, type TraceEntry } from './trace-entry.ts';
import { entriesIn, FileLines, MemoryLines, type TraceLines } from './trace-lines.ts';

export interface ConsumerTraceOptions {
  /** Whose trace this is, for messages; default: `consumer`, or the file. */
  readonly name?: string | undefined;
  /** A path where nothing is yet: the trace is written there. Default: it is kept in memory. */
  readonly file?: string | undefined;
  /** Which build of the read model the consumer works on when it begins; default 0. See `reset`. */
  readonly build?: number | undefined;
}

/** What identifies a delivered event. */
export interface SeenEvent {
  readonly position: Position;
  readonly eventId: string;
  /** Where an upcaster split the event. */
  readonly part?: number | undefined;
}

/** A position, or a checkpoint whose event is to be checked too. */
export type TracePlace = Position | Pick<Checkpoint, 'position' | 'eventId'>;

/**
 * One process records one consumer's life with it. Each entry is an own line; in a file it is written at once, about
 * a microsecond, and outlives a process that is killed. Call `seen` before what the event leads to is committed, and
 * `committed` after it is.
 *
 * @example
 * const trace = new ConsumerTrace({ name: 'mailer', file: 'mailer-1.trace' });
 * trace.restarted(checkpoint);
 * for await (const event of app.events({}, { after: checkpoint?.position ?? 0 })) {
 *   trace.seen(event);
 *   await handle(event);
 *   await saveCheckpoint(event);
 *   trace.committed(event);
 * }
 */
export class ConsumerTrace implements Trace {
  readonly name: string;
  readonly #lines: TraceLines;
  #build: number;

  /** Throws `ArgumentError` for a file that exists, and what the file system throws. */
  constructor(options: ConsumerTraceOptions = {}) {
    assertObject('options', options);
    const { file, name = file ?? 'consumer', build = 0 } = options;
    if (typeof name !== 'string') throw new ArgumentError('name', String(name), 'text');
    assertPlace('build', build);
    this.name = name;
    this.#lines = file === undefined ? new MemoryLines() : new FileLines(file);
    this.#build = build;
    this.#lines.write(headerLine(name));
    if (build > 0) this.#lines.write(entryLine('reset', build));
  }

  /** The consumer got this event. Throws `ArgumentError` for what has no position or id. */
  seen(event: SeenEvent): void {
    assertObject('event', event);
    const { position, eventId, part } = event;
    assertPlace('position', position);
    assertId(eventId);
    if (part === undefined) this.#lines.write(`seen ${position} ${eventId}\n`);
    else {
      assertPlace('part', part);
      this.#lines.write(entryLine('seen', position, eventId, part));
    }
  }

  /**
   * The consumer begins (again) behind this durable checkpoint, or from the start where there is none. What was seen
   * behind the checkpoint may be seen once more.
   */
  restarted(checkpoint?: TracePlace): void {
    this.#lines.write(entryLine('restarted', ...(checkpoint === undefined ? [] : wordsOf(checkpoint))));
  }

  /** The checkpoint is durably here, with everything that came of the events up to here. */
  committed(checkpoint: TracePlace): void {
    this.#lines.write(entryLine('committed', ...wordsOf(checkpoint)));
  }

  /**
   * The read model is built anew from the log's start. What follows belongs to the next build, which is checked for
   * itself; traces of several processes agree by its number on what they build.
   */
  reset(build = this.#build + 1): void {
    assertPlace('build', build);
    if (build <= this.#build)
      throw new ArgumentError('build', String(build), `more than ${this.#build}, the one before`);
    this.#build = build;
    this.#lines.write(entryLine('reset', build));
  }

  entries(): Iterable<TraceEntry> {
    return entriesIn(this.#lines.chunks(), this.name);
  }

  /** Closes the file; nothing can be recorded there afterwards. A trace in memory needs no closing. */
  close(): void {
    this.#lines.close();
  }
}

function wordsOf(place: TracePlace): readonly (string | number)[] {
  if (typeof place !== 'object' || place === null) {
    assertPlace('checkpoint', place);
    return [place];
  }
  assertPlace('checkpoint.position', place.position);
  assertId(place.eventId);
  return [place.position, place.eventId];
}

function assertId(eventId: unknown): asserts eventId is string {
  if (typeof eventId === 'string' && /^[\x21-\x7e]+$/.test(eventId)) return;
  throw new ArgumentError('eventId', JSON.stringify(eventId) ?? 'undefined', 'ASCII text without white space');
}
