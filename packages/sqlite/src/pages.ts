/** Reading page by page: one query a page, and between two of them the event loop has its turn where that is due. */
import {
  assertReadOn,
  type EventPages,
  eventPages,
  type ReadAllOptions,
  type ReadStreamOptions,
  type Revision,
  type StoredEvent,
  Turns,
  visibleFrom,
} from '@tidemark/core';
import type { ReadAhead } from './ahead/read-ahead.ts';
import { LogWalk } from './log-walk.ts';
import { pageSize } from './page-query.ts';
import type { Page, Reader } from './reader.ts';
import type { StreamCache } from './stream-cache.ts';

/** What pages need of the opened store. */
export interface PageHost {
  /** Runs a read, patiently, after a look whether others have written. Throws translated errors, and `ClosedError`. */
  read<T>(look: () => T): Promise<T>;
  /** In ms since 1970. */
  now(): number;
}

type Pages = AsyncGenerator<readonly StoredEvent[], void, undefined>;

export class PageReader {
  constructor(
    private readonly host: PageHost,
    private readonly reader: Reader,
    private readonly streams: StreamCache,
    private readonly readAhead: ReadAhead,
  ) {}

  stream(streamName: string, options: ReadStreamOptions): EventPages {
    return eventPages(() => this.#stream(streamName, options));
  }

  all(options: ReadAllOptions): EventPages {
    return eventPages(() => this.#all(options));
  }

  /**
   * What the stream's marks hide is settled at the first page, and no row is ever deleted, so that later pages fit the
   * first. The marks are looked at again for each page, as a stream that was deleted meanwhile is not read on.
   */
  async *#stream(streamName: string, { direction = 'forwards', from, limit, signal }: ReadStreamOptions): Pages {
    const isForwards = direction === 'forwards';
    let began:
      | { readonly first: Revision; readonly since: number; readonly revivedAt: Revision | undefined }
      | undefined;
    let next = from ?? (isForwards ? 0 : Number.MAX_SAFE_INTEGER);
    let left = limit ?? Number.POSITIVE_INFINITY;
    const turns = new Turns();
    for (;;) {
      signal?.throwIfAborted();
      const size = Math.min(left, pageSize);
      const { events: page, isFull } = await this.host.read(() => {
        const state = this.streams.state(streamName);
        if (began !== undefined) assertReadOn(state, began.revivedAt);
        began ??= { ...visibleFrom(state, this.host.now()), revivedAt: state.revivedAt };
        const { first, since } = began;
        const { head = -1 } = state;
        const wanted = { streamName, from: isForwards ? next : Math.min(next, head), first, since, limit: size };
        return isForwards ? upTo(head, this.reader.streamForwards(wanted)) : this.reader.streamBackwards(wanted);
      });
      signal?.throwIfAborted();
      const last = page[page.length - 1];
      if (last !== undefined) yield page;
      left -= page.length;
      if (last === undefined || !isFull || left <= 0) return;
      next = last.revision + (isForwards ? 1 : -1);
      if (turns.isDue) await turns.give();
    }
  }

  async *#all({ direction = 'forwards', from = 1, before, filter, limit, signal }: ReadAllOptions): Pages {
    const isForwards = direction === 'forwards';
    let next = isForwards ? Math.max(from, 1) : (before ?? Number.MAX_SAFE_INTEGER) - 1;
    let left = limit ?? Number.POSITIVE_INFINITY;
    const turns = new Turns();
    const walk = new LogWalk(this.reader, this.readAhead, filter);
    try {
      while (left > 0) {
        signal?.throwIfAborted();
        const size = Math.min(left, pageSize);
        const { events, reached, atEnd } = await this.host.read(() => walk[direction](next, size));
        signal?.throwIfAborted();
        left -= events.length;
        if (events.length > 0) yield events;
        if (atEnd || reached === undefined) return;
        next = reached.position + (isForwards ? 1 : -1);
        // Where little was found, SQLite has searched for long.
        if (events.length < size || turns.isDue) await turns.give();
      }
    } finally {
      walk.end();
    }
  }
}

/** Without what another process wrote after the stream's marks were looked at: it may have changed them, too. */
function upTo(head: Revision, page: Page): Page {
  const last = page.events[page.events.length - 1];
  if (last === undefined || last.revision <= head) return page;
  return { events: page.events.filter(({ revision }) => revision <= head), isFull: false };
}
