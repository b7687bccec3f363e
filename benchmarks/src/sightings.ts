/** When events were seen: each of them once, or the measurement means nothing. */
import { assertDone } from './assert.ts';
import { now } from './clock.ts';

/** In ms without a further event, before the rest is given up. */
const patience = 60_000;

export class Sightings {
  /** By the event's number, from 0; by the clock of `now`. */
  readonly seenAt: Float64Array;
  #seen = 0;
  #complete: (() => void) | undefined;

  /** `base` is the log's last position before the first of `total` events. */
  constructor(
    readonly base: number,
    private readonly total: number,
  ) {
    this.seenAt = new Float64Array(total);
  }

  see(position: number): void {
    const at = now();
    const index = position - this.base - 1;
    assertDone(`sightings of event ${index} of ${this.total}`, this.seenAt[index], 0);
    this.seenAt[index] = at;
    this.#seen += 1;
    if (this.#seen === this.total) this.#complete?.();
  }

  /** Resolves when all were seen. Throws where they do not come. */
  async all(): Promise<void> {
    if (this.#seen === this.total) return;
    await new Promise<void>((resolve, reject) => {
      let before = this.#seen;
      const check = setInterval(() => {
        if (this.#seen === before) {
          clearInterval(check);
          reject(new EventsMissingError(`${this.#seen} of ${this.total} events were seen, and no more came`));
        }
        before = this.#seen;
      }, patience);
      this.#complete = () => {
        clearInterval(check);
        resolve();
      };
    });
  }
}

class EventsMissingError extends Error {}
