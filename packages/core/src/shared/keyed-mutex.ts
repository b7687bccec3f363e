type Release = () => void;

/** One at a time for each key, in the order of asking; different keys do not wait for one another. */
export class KeyedMutex {
  /** By key in use, who waits for it. */
  readonly #waiting = new Map<string, ((release: Release) => void)[]>();

  /** How many keys are in use. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Its turn on `key` at once, as a function to call when done; `undefined` where it would have to wait. */
  enter(key: string): Release | undefined {
    if (this.#waiting.has(key)) return undefined;
    this.#waiting.set(key, []);
    return this.#releaseOf(key);
  }

  /** Waits for its turn on `key`. Call the function it resolves to when done. */
  async acquire(key: string): Promise<Release> {
    return this.enter(key) ?? new Promise((resolve) => this.#waiting.get(key)?.push(resolve));
  }

  #releaseOf(key: string): Release {
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      const next = this.#waiting.get(key)?.shift();
      if (next === undefined) this.#waiting.delete(key);
      else next(this.#releaseOf(key));
    };
  }
}
