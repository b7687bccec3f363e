/** One at a time for each key, in the order of asking; different keys do not wait for one another. */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();

  /** How many keys are in use. */
  get size(): number {
    return this.#tails.size;
  }

  /** Waits for its turn on `key`. Call the function it resolves to when done, exactly once. */
  async acquire(key: string): Promise<() => void> {
    const before = this.#tails.get(key);
    let release: () => void = () => {};
    const tail = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#tails.set(key, tail);
    if (before !== undefined) await before;
    return () => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
      release();
    };
  }
}
