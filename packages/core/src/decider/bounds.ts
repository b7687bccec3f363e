import { HandlerTimeoutError } from '../application-errors.ts';
import { onAbort } from '../shared/linked-abort.ts';
import { isPromised } from '../shared/promised.ts';

/**
 * What ends a command early: its caller's signal, the end of the handler that it was executed in, and the time that code
 * of the application may take. Whatever of these came first is the reason; it also stands when a wait begins late.
 */
export class Bounds {
  /** Made when it is asked for, or needed: most commands live without. */
  #over: AbortController | undefined;
  readonly #listened: (() => void)[] = [];
  /** Of the wait that is under way. */
  #giveUp: ((reason: unknown) => void) | undefined;

  constructor(
    signals: readonly (AbortSignal | undefined)[],
    /** How long each `run` may take. */
    private readonly milliseconds: number,
  ) {
    for (const signal of signals) {
      if (signal === undefined) continue;
      const end = () => this.#end(signal.reason);
      if (signal.aborted) end();
      this.#listened.push(onAbort(signal, end));
    }
  }

  /** Fires when it is over. */
  get signal(): AbortSignal {
    this.#over ??= new AbortController();
    return this.#over.signal;
  }

  get isOver(): boolean {
    return this.#over?.signal.aborted === true;
  }

  throwIfOver(): void {
    this.#over?.signal.throwIfAborted();
  }

  /** The outcome of code that may never settle; at once where it is no promise. `what` names it in the `HandlerTimeoutError`. */
  run<T>(what: () => string, act: () => T | PromiseLike<T>): T | Promise<T> {
    this.throwIfOver();
    const outcome = act();
    if (isPromised(outcome)) return this.#inTime(what, outcome);
    this.throwIfOver();
    return outcome;
  }

  /** The outcome of what settles in any case; whoever gave up need not wait for it. */
  wait<T>(outcome: Promise<T>): Promise<T> {
    // Outside of `run`, only a signal can end it.
    return this.#listened.length === 0 ? outcome : this.#race(outcome, nothing);
  }

  /** To be called when the command is over; lets go of the signals. */
  release(): void {
    for (const forget of this.#listened) forget();
  }

  #inTime<T>(what: () => string, outcome: PromiseLike<T>): Promise<T> {
    const { milliseconds } = this;
    const timer = setTimeout(() => this.#end(new HandlerTimeoutError(what(), milliseconds)), milliseconds);
    return this.#race(outcome, () => clearTimeout(timer));
  }

  #race<T>(outcome: PromiseLike<T>, settled: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (reason: unknown) => {
        settled();
        reject(reason as Error);
      };
      const succeed = (value: T) => {
        settled();
        resolve(value);
      };
      this.#giveUp = fail;
      // Also where it is over already: a rejection that nobody waits for would end the process.
      outcome.then(succeed, fail);
      if (this.isOver) fail(this.signal.reason);
    });
  }

  #end(reason: unknown): void {
    const { signal } = this;
    this.#over?.abort(reason);
    this.#giveUp?.(signal.reason);
  }
}

function nothing(): void {}
