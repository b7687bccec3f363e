/** Waits for what should end, but not for ever, and remembers what did not. */
import { StopTimeoutError } from '../application-errors.ts';

export class Patience {
  readonly #unsettled: string[] = [];

  constructor(
    /** For each `wait`. */
    private readonly milliseconds: number,
  ) {}

  /** Resolves when `ending` does, or it is late: `unsettled` then names what did not end. Rejects as `ending` does in time. */
  async wait(ending: Promise<unknown>, unsettled: () => readonly string[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#unsettled.push(...unsettled());
        resolve();
      }, this.milliseconds);
    });
    try {
      await Promise.race([ending, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Throws `StopTimeoutError` where something did not end. */
  assertSettled(): void {
    if (this.#unsettled.length > 0) throw new StopTimeoutError(this.#unsettled, this.milliseconds);
  }
}
