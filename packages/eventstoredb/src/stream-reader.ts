/** Pages of a stream: one call for each, so that nothing is open on the server while a reader does its work. */
import type { ReadStreamOptions, Revision, StoredEvent } from '@tidemark/core';
import type { HiddenEvents } from './hidden-events.ts';
import type { JustRead } from './just-read.ts';
import { firstPage, sizeAfter } from './page-bounds.ts';
import type { ReadPage } from './reading.ts';
import type { Server } from './server.ts';
import type { Marks } from './stream-marks.ts';

type Pages = AsyncGenerator<readonly StoredEvent[], void, undefined>;

interface Reading {
  readonly streamName: string;
  readonly direction: 'forwards' | 'backwards';
  readonly signal: AbortSignal | undefined;
}

export class StreamReader {
  constructor(
    private readonly server: Server,
    private readonly hidden: HiddenEvents,
    private readonly justRead: JustRead,
  ) {}

  async *pages(streamName: string, { direction = 'forwards', from, limit, signal }: ReadStreamOptions): Pages {
    const reading = { streamName, direction, signal };
    const step = direction === 'forwards' ? 1 : -1;
    let left = limit ?? Number.POSITIVE_INFINITY;
    let next = from;
    let before: StoredEvent | undefined;
    let first = 0;
    let most = firstPage;
    do {
      signal?.throwIfAborted();
      const wanted = Math.min(left, most);
      // A read of nothing is an error to the server, though a missing stream has to be told.
      const { events, isCut, text } = await (before === undefined
        ? this.first(reading, next, Math.max(wanted, 1))
        : this.page(reading, next, wanted));
      most = sizeAfter(most, { count: events.length, text });
      const page = events.slice(0, wanted);
      const size = isCut ? page.length : wanted;
      const stretch = { ...reading, before, first, size };
      const hole = await this.hidden.holeIn(stretch, page);
      if (hole !== undefined) {
        const { whole, anchor } = hole;
        if (whole.length > 0) yield whole;
        if (left > whole.length) yield* this.hidden.inLog(stretch, anchor, left - whole.length);
        return;
      }
      const isFull = page.length === size;
      // Before the reader does anything: what is hidden from now on is to be read all the same.
      if (step === -1 && before === undefined && isFull && size < left)
        first = (await this.first({ ...reading, direction: 'forwards' }, undefined, 1)).events[0]?.revision ?? 0;
      signal?.throwIfAborted();
      if (page.length > 0) yield page;
      before = page.at(-1);
      left -= page.length;
      if (before === undefined || !isFull || (step === -1 && before.revision <= first)) return;
      next = before.revision + step;
    } while (left > 0);
  }

  /**
   * As `page`, where a reading begins: what a deletion hid that was none is shown, whoever took that back, before this
   * look or at it. So a page is given only where what is set on the stream says why it begins where it does: by what is
   * cut off, or by a limit, which hides the same again. Throws `StreamNotFoundError`.
   */
  async first(reading: Reading, from: Revision | undefined, limit: number): Promise<ReadPage> {
    let before: Revision | undefined;
    let looked: Marks | undefined;
    for (;;) {
      const page = await this.page(reading, from, limit);
      const { events, isCut } = page;
      const isShort = !isCut && events.length < limit;
      const lowest = events.at(reading.direction === 'forwards' ? 0 : -1)?.revision;
      const begins = reading.direction === 'forwards' ? (from ?? 0) : isShort ? 0 : lowest;
      if (lowest !== undefined && (lowest === begins || lowest === before)) return page;
      const marks = await this.hidden.marksOf(reading.streamName);
      const { truncateBefore = 0, revivedAt = 0 } = marks.metadata;
      const isTold = lowest === undefined || lowest <= Math.max(truncateBefore, revivedAt);
      if (!marks.mended && (isTold || marks.revision === looked?.revision)) return page;
      // A node that follows may not show yet what was taken back.
      before = marks.mended ? undefined : lowest;
      looked = marks;
    }
  }

  /** From a revision on, inclusive; `undefined`: from where the direction begins. */
  async page(reading: Reading, from: Revision | undefined, limit: number): Promise<ReadPage> {
    const { streamName, direction, signal } = reading;
    const place = from === undefined ? (direction === 'forwards' ? 'start' : 'end') : BigInt(from);
    const begun = this.justRead.begin();
    const page = await this.server.read(
      { streamName, right: 'read it ($r)' },
      (client, options) =>
        client.readStream(streamName, { ...options, direction, fromRevision: place, maxCount: limit }),
      signal,
    );
    if (page.events.length > 0) this.justRead.note(streamName, begun);
    return page;
  }
}
