/** When events were seen: each of them once, or the measurement means nothing. */
import { now } from './clock.ts';

/** In ms without a further event, before the rest is given up. */
const patience = 30_000;

export class Sightings {
  /** By the event's number, from 0; by the clock of `now`. */
  readonly seenAt: Float64Array;
  #seen = 0;
  readonly #all: Promise<void>;
  #complete: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  /** `base` is the log's last position before the first of `total` events. */
  constructor(
    readonly base: number,
    private readonly total: number,
  ) {
    this.seenAt = new Float64Array(total);
    this.#all = new Promise((resolve, reject) => {
      this.#complete = resolve;
      this.#fail = reject;
    });
    // Who waits is told, and who does not wait has failed otherwise.
    this.#all.catch(() => {});
  }

  /** Does not throw, as it is called where others handle errors: `all` does. */
  see(position: number): void {
    const at = now();
    const index = position - this.base - 1;
    if (this.seenAt[index] !== 0)
      this.#fail(new WrongSightingsError(`the event at ${position} was seen once too often`));
    this.seenAt[index] = at;
    this.#seen += 1;
    if (this.#seen === this.total) this.#complete();
  }

  /** Resolves when all were seen. Throws where they do not come, or where one came that was not to come. */
  async all(): Promise<void> {
    let before = -1;
    const check = setInterval(() => {
      if (this.#seen === before) {
        this.#fail(new WrongSightingsError(`${before} of ${this.total} events were seen, and no more came`));
      }
      before = this.#seen;
    }, patience);
    await this.#all.finally(() => clearInterval(check));
  }
}

class WrongSightingsError extends Error {}
