/** Hands out a page's items without an awaited step between them; an async generator costs several times as much. */
export class PageItems<T extends object> implements AsyncIterableIterator<T, undefined> {
  #page: readonly T[] = [];
  #next = 0;
  #isLeft = false;
  /** How many `next()` wait for a page, and the last of them. */
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly pages: AsyncIterator<readonly T[], unknown, undefined>) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Called several times at once, it answers in that order. */
  next(): Promise<IteratorResult<T, undefined>> {
    const item = this.#waiting === 0 ? this.#page[this.#next] : undefined;
    if (item === undefined) return this.#queued();
    this.#next += 1;
    return Promise.resolve({ done: false, value: item });
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#isLeft = true;
    this.#page = [];
    await this.pages.return?.();
    return { done: true, value: undefined };
  }

  async throw(error?: unknown): Promise<IteratorResult<T, undefined>> {
    await this.return();
    throw error;
  }

  #queued(): Promise<IteratorResult<T, undefined>> {
    const turned = this.#waiting === 0 ? this.#turn() : this.#last.then(() => this.#turn());
    this.#waiting += 1;
    const answered = turned.finally(() => {
      this.#waiting -= 1;
    });
    this.#last = answered.catch(() => {});
    return answered;
  }

  async #turn(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const item = this.#page[this.#next];
      if (item !== undefined) {
        this.#next += 1;
        return { done: false, value: item };
      }
      const { done, value } = await this.pages.next();
      if (done || value === undefined || this.#isLeft) return { done: true, value: undefined };
      this.#page = value as readonly T[];
      this.#next = 0;
    }
  }
}
