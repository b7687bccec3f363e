/** What two threads tell each other without a message: how many pages were taken, from where reading goes on, and that it is over. */

const [taken, over] = [0, 1] as const;
const countBytes = 8;
const wokenEvery = 4;

export class Control {
  readonly #counts: Int32Array;
  readonly #place: Float64Array;

  constructor(readonly shared = new SharedArrayBuffer(countBytes + Float64Array.BYTES_PER_ELEMENT)) {
    this.#counts = new Int32Array(shared, 0, 2);
    this.#place = new Float64Array(shared, countBytes, 1);
  }

  /** Pages that were taken, used or not. */
  get taken(): number {
    return Atomics.load(this.#counts, taken);
  }

  /** To wake who waits costs as much as taking a page, so that is done for some at a time, and where there was none. */
  took(pages: 0 | 1): void {
    const before = Atomics.add(this.#counts, taken, pages);
    if (pages === 0 || before % wokenEvery === 0) Atomics.notify(this.#counts, taken);
  }

  /** Waits until more than so many were taken; false after `timeout` ms. Only for a thread of its own: it blocks. */
  waitForMoreThan(count: number, timeout: number): boolean {
    return Atomics.wait(this.#counts, taken, count, timeout) !== 'timed-out' || this.taken > count;
  }

  /** What is before this position is of no use any more. */
  get from(): number {
    return this.#place[0] as number;
  }

  set from(position: number) {
    this.#place[0] = position;
  }

  get isOver(): boolean {
    return Atomics.load(this.#counts, over) === 1;
  }

  end(): void {
    Atomics.store(this.#counts, over, 1);
    // Whoever waits is let go by what is waited for.
    Atomics.add(this.#counts, taken, 1);
    Atomics.notify(this.#counts, taken);
  }
}
