/** Waits between attempts, longer each time and never twice the same, until its time is up. */
export class Patience {
  readonly #end: number;
  #delay = 10;

  /** `duration` in ms. */
  constructor(duration: number) {
    this.#end = performance.now() + duration;
  }

  /** False when time is up, or when a signal fires. */
  async wait(signals: readonly AbortSignal[]): Promise<boolean> {
    const delay = this.#delay * (0.5 + Math.random() / 2);
    this.#delay = Math.min(this.#delay * 2, 1_000);
    const isOver = () => signals.some(({ aborted }) => aborted);
    if (isOver() || performance.now() + delay > this.#end) return false;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        for (const signal of signals) signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, delay);
      for (const signal of signals) signal.addEventListener('abort', done);
    });
    return !isOver();
  }
}
