import { onAbort } from './linked-abort.ts';

/** Wakes everybody who waits, as often as it is told to: no wake-up between two waits is lost. */
export class Signal {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  /** Grows with each `notify`; take it before looking, and give it to `wait`. */
  get count(): number {
    return this.#count;
  }

  notify(): void {
    this.#count += 1;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves at the next `notify` after `seen` was taken, at once if that was already, or when `abort` fires. */
  async wait(seen: number, abort?: AbortSignal): Promise<void> {
    if (this.#count !== seen || abort?.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        forget?.();
        resolve();
      };
      const forget = abort && onAbort(abort, wake);
      this.#waiting.add(wake);
    });
  }
}
