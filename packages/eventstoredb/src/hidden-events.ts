/**
 * What is hidden while a stream is read is read all the same, so that an aggregate is never made of a history with a
 * hole. The server hides at once, in the middle of a reading; but what it hides is still in the log.
 */
import { type Revision, type StoredEvent, StreamNotFoundError } from '@tidemark/core';
import type { LogReader } from './log-reader.ts';
import type { Marks, StreamMarks } from './stream-marks.ts';

export interface Stretch {
  readonly streamName: string;
  readonly direction: 'forwards' | 'backwards';
  readonly signal: AbortSignal | undefined;
  /** The event read before this page; `undefined` on the first one. */
  readonly before: StoredEvent | undefined;
  /** Backwards: the last revision that was to be read when the reading began. */
  readonly first: Revision;
  /** How many events were asked for. */
  readonly size: number;
}

export class HiddenEvents {
  constructor(
    private readonly log: LogReader,
    private readonly marks: StreamMarks,
  ) {}

  /**
   * Where the reading has to go on in the log, behind `whole`, as something was hidden meanwhile; `undefined` where nothing
   * was. Throws `StreamNotFoundError` where the stream was deleted meanwhile.
   */
  async holeIn(
    stretch: Stretch,
    page: readonly StoredEvent[],
  ): Promise<{ readonly whole: readonly StoredEvent[]; readonly anchor: StoredEvent } | undefined> {
    const { direction, before, first, size } = stretch;
    const step = direction === 'forwards' ? 1 : -1;
    const begun = before === undefined ? page[0]?.revision : before.revision + step;
    const hole = page.findIndex(({ revision }, index) => revision !== (begun ?? 0) + index * step);
    const isShort = before !== undefined && page.length < size;
    const whole = hole === -1 ? page : page.slice(0, hole);
    const anchor = whole.at(-1) ?? before;
    if (anchor === undefined || (hole === -1 && !isShort)) return undefined;
    const { deleted, metadata } = await this.marks.read(stretch.streamName);
    const { revivedAt = 0, truncateBefore = 0, maxAge } = metadata;
    if (deleted || revivedAt > (step === 1 ? anchor.revision : first))
      throw new StreamNotFoundError(stretch.streamName);
    if (hole !== -1) return { whole, anchor };
    // It ends before it is full: at its end, or where the rest is hidden now.
    const isEnd = step === 1 ? truncateBefore <= anchor.revision && maxAge === undefined : anchor.revision <= first;
    return isEnd ? undefined : { whole, anchor };
  }

  /**
   * For a reading that finds nothing, or begins behind where it was to: what is set on the stream. Throws
   * `StreamNotFoundError` where it is deleted, which the server need not know.
   */
  async marksOf(streamName: string): Promise<Marks> {
    const marks = await this.marks.read(streamName);
    if (marks.deleted) throw new StreamNotFoundError(streamName);
    return marks;
  }

  /** The stream's events beyond this one, as the log has them. */
  async *inLog({ streamName, direction, first, signal }: Stretch, anchor: StoredEvent, limit: number) {
    const options = direction === 'forwards' ? { from: anchor.position } : { before: anchor.position };
    let left = limit;
    for await (const page of this.log.all({ direction, ...options, filter: { prefixes: [streamName] }, signal })) {
      const isWanted = (event: StoredEvent) =>
        event.streamName === streamName && event.revision !== anchor.revision && event.revision >= first;
      const events = page.filter(isWanted).slice(0, left);
      left -= events.length;
      if (events.length > 0) yield events;
      if (left === 0 || events.at(-1)?.revision === first) return;
    }
  }
}
