/**
 * An async generator that can be left while it waits. By itself it cannot: its `return()` queues behind the `next()` under
 * way, which may wait for something that never comes.
 */
import { linkedAbort } from './linked-abort.ts';

type Result<T> = IteratorResult<T, undefined>;

export class Endable<T> implements AsyncIterableIterator<T, undefined> {
  readonly #waiting = new Set<() => void>();
  #over: ReturnType<typeof linkedAbort> | undefined;
  #values: AsyncGenerator<T, void, undefined> | undefined;
  #isEnded = false;

  constructor(
    /** Called at the first `next()`. Has to end soon when its signal fires, quietly. */
    private readonly begin: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
    /** Ends it, too. */
    private readonly signal?: AbortSignal | undefined,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Called several times at once, it answers in that order. */
  next(): Promise<Result<T>> {
    if (this.#isEnded) return Promise.resolve(over());
    this.#over ??= linkedAbort(this.signal);
    this.#values ??= this.begin(this.#over.signal);
    const coming = this.#values.next();
    return new Promise((resolve, reject) => {
      const leave = () => resolve(over());
      this.#waiting.add(leave);
      coming.then(
        ({ done, value }) => {
          this.#waiting.delete(leave);
          if (done) this.#end();
          resolve(done ? over() : { done: false, value });
        },
        (error: unknown) => {
          this.#waiting.delete(leave);
          this.#end();
          reject(error);
        },
      );
    });
  }

  /** Ends it at once, with every `next()` that waits. What it holds is freed when it resolves, unless something waited. */
  async return(): Promise<Result<T>> {
    const waited = this.#waiting.size > 0;
    this.#end();
    const unwound = this.#values?.return();
    // What goes wrong while it unwinds behind the back of one who has left concerns nobody.
    if (waited) unwound?.catch(() => {});
    else await unwound;
    return over();
  }

  async throw(error?: unknown): Promise<Result<T>> {
    await this.return();
    throw error;
  }

  #end(): void {
    this.#isEnded = true;
    this.#over?.abort();
    this.#over?.release();
    for (const leave of this.#waiting) leave();
    this.#waiting.clear();
  }
}

function over(): { readonly done: true; readonly value: undefined } {
  return { done: true, value: undefined };
}
