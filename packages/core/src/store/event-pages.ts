import type { StoredEvent } from '../event/event.ts';

/**
 * Events being read: one by one with `for await`, or page by page, which costs one promise a page. A page holds at most
 * some hundreds of events and about 8 MiB of data and metadata, or one event that is larger. Each iteration reads anew;
 * leaving it early frees what it holds.
 */
export interface EventPages extends AsyncIterable<StoredEvent> {
  pages(): AsyncIterable<readonly StoredEvent[]>;
}

/** What an adapter makes of its page reader. `read` is called for each iteration. */
export function eventPages(read: () => AsyncGenerator<readonly StoredEvent[], void, undefined>): EventPages {
  return {
    pages: read,
    [Symbol.asyncIterator]: () => new EventIterator(read()),
  };
}

/** Hands out a page's events without an awaited step between them; an async generator costs several times as much. */
class EventIterator implements AsyncIterator<StoredEvent, undefined> {
  #page: readonly StoredEvent[] = [];
  #next = 0;

  constructor(private readonly pages: AsyncGenerator<readonly StoredEvent[], void, undefined>) {}

  next(): Promise<IteratorResult<StoredEvent, undefined>> {
    const event = this.#page[this.#next];
    if (event === undefined) return this.#turn();
    this.#next += 1;
    return Promise.resolve({ done: false, value: event });
  }

  async #turn(): Promise<IteratorResult<StoredEvent, undefined>> {
    for (;;) {
      const { done, value } = await this.pages.next();
      if (done || value === undefined) return { done: true, value: undefined };
      const [first] = value;
      if (first === undefined) continue;
      this.#page = value;
      this.#next = 1;
      return { done: false, value: first };
    }
  }

  async return(): Promise<IteratorResult<StoredEvent, undefined>> {
    await this.pages.return();
    return { done: true, value: undefined };
  }
}
