import { HandlerTimeoutError } from '../application-errors.ts';
import { linkedAbort } from '../shared/linked-abort.ts';

/**
 * What ends a command early: its caller's signal, the end of the handler that it was executed in, and the time that code
 * of the application may take. Whatever of these came first is the reason; it also stands when a wait begins late.
 */
export class Bounds {
  readonly #over: ReturnType<typeof linkedAbort>;
  #gaveUp: Promise<never> | undefined;

  constructor(
    signals: readonly (AbortSignal | undefined)[],
    /** How long each `run` may take. */
    private readonly milliseconds: number,
  ) {
    this.#over = linkedAbort(...signals);
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  throwIfOver(): void {
    this.#over.signal.throwIfAborted();
  }

  /** The outcome of code that may never settle. `what` names it in the `HandlerTimeoutError`. */
  async run<T>(what: () => string, act: () => T | Promise<T>): Promise<T> {
    this.throwIfOver();
    const { milliseconds } = this;
    const timer = setTimeout(() => this.#over.abort(new HandlerTimeoutError(what(), milliseconds)), milliseconds);
    try {
      return await this.wait(act());
    } finally {
      clearTimeout(timer);
    }
  }

  /** The outcome of what settles in any case; whoever gave up need not wait for it. */
  async wait<T>(outcome: T | Promise<T>): Promise<T> {
    this.#gaveUp ??= new Promise((_, reject) => {
      const { signal } = this.#over;
      const giveUp = () => reject(signal.reason as Error);
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
    // Also where it is over already: a rejection that nobody waits for would end the process.
    return Promise.race([this.#gaveUp, outcome]);
  }

  /** To be called when the command is over; lets go of the signals. */
  release(): void {
    this.#over.release();
  }
}
