import type { StoredEvent } from '../event/event.ts';
import { PageItems } from '../shared/page-items.ts';

/**
 * Events being read: one by one with `for await`, or page by page, which costs one promise a page. A page holds at most
 * 1,024 events and about 8 MiB of data and metadata, or one event that is larger. Each iteration reads anew;
 * leaving it early frees what it holds.
 */
export interface EventPages extends AsyncIterable<StoredEvent> {
  pages(): AsyncIterable<readonly StoredEvent[]>;
}

/** What an adapter makes of its page reader. `read` is called for each iteration. */
export function eventPages(read: () => AsyncGenerator<readonly StoredEvent[], void, undefined>): EventPages {
  return {
    pages: read,
    [Symbol.asyncIterator]: () => new PageItems(read()),
  };
}
