/**
 * What is hidden while a stream is read is read all the same, so that an aggregate is never made of a history with a
 * hole. The server hides at once, in the middle of a reading; but what it hides is still in the log.
 */
import { type Revision, type StoredEvent, StreamNotFoundError } from '@tidemark/core';
import type { LogReader } from './log-reader.ts';
import type { StreamMarks } from './stream-marks.ts';

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

  /** The page with what was hidden meanwhile. Throws `StreamNotFoundError` where the stream was deleted meanwhile. */
  async filledIn(stretch: Stretch, page: readonly StoredEvent[]): Promise<readonly StoredEvent[]> {
    const { direction, before, first, size } = stretch;
    const step = direction === 'forwards' ? 1 : -1;
    const begun = before === undefined ? page[0]?.revision : before.revision + step;
    if (begun === undefined) return page;
    const hole = page.findIndex(({ revision }, index) => revision !== begun + index * step);
    const isShort = before !== undefined && page.length < size;
    if (hole === -1 && !isShort) return page;
    const whole = hole === -1 ? page : page.slice(0, hole);
    const anchor = whole.at(-1) ?? before;
    if (anchor === undefined) return page;
    const { deleted, metadata } = await this.marks.read(stretch.streamName);
    const { revivedAt = 0, truncateBefore = 0, maxAge } = metadata;
    if (deleted || (direction === 'forwards' && revivedAt > anchor.revision) || (step === -1 && revivedAt > first))
      throw new StreamNotFoundError(stretch.streamName);
    if (hole === -1) {
      // It ends before it is full: at its end, or where the rest is hidden now.
      const isEnd = step === 1 ? truncateBefore <= anchor.revision && maxAge === undefined : anchor.revision <= first;
      if (isEnd) return page;
    }
    return [...whole, ...(await this.#inLog(stretch, anchor, size - whole.length))];
  }

  /** At most `count` events of the stream, beyond this one. */
  async #inLog({ streamName, direction, first, signal }: Stretch, anchor: StoredEvent, count: number) {
    const found: StoredEvent[] = [];
    const options = direction === 'forwards' ? { from: anchor.position } : { before: anchor.position };
    const filter = { prefixes: [streamName] };
    for await (const page of this.log.all({ direction, ...options, filter, signal })) {
      for (const event of page) {
        if (event.streamName !== streamName || event.revision === anchor.revision) continue;
        if (event.revision < first || found.length === count) return found;
        found.push(event);
      }
    }
    return found;
  }
}
