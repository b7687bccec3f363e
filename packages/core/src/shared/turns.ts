/**
 * The event loop's turns in a loop that may run for long on promises alone, which are all settled before anybody else
 * has a turn. One costs as much as reading ten events, so they are given by time and not for each page.
 */
import { setImmediate as turn } from 'node:timers/promises';

/** For so many milliseconds, the event loop may be kept. */
const longest = 4;

export class Turns {
  #since = performance.now();

  get isDue(): boolean {
    return performance.now() - this.#since >= longest;
  }

  /** Gives one. */
  async give(): Promise<void> {
    await turn();
    this.#since = performance.now();
  }
}
