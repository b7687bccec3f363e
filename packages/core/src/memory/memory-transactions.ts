/**
 * One transaction at a time over all openings of a provider. Each is one synchronous step, so that only what a
 * transaction's own code begins (a handler that appends, say) can find another one open: it waits for its end.
 */
export class MemoryTransactions {
  #open = false;

  get open(): boolean {
    return this.#open;
  }

  /** At once where none is open, otherwise after it. */
  async run<T>(act: () => T): Promise<T> {
    if (this.#open) await undefined;
    return this.runNow(act);
  }

  /** Where none is open. */
  runNow<T>(act: () => T): T {
    this.#open = true;
    try {
      return act();
    } finally {
      this.#open = false;
    }
  }
}
