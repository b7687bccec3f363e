/**
 * Which positions of the log this store has seen. The server answers an append that was stored before like a new one,
 * with the revision and the position it has: only by a position that was there before the call is it known as repeated.
 */

/** How many answers are remembered: of appends that are repeated at the same moment. */
const remembered = 4_096;

export class KnownPositions {
  #highest = -1;
  #first: Promise<void> | undefined;
  readonly #answered = new Set<number>();

  /** `end` reads the log's last position, whosever it is. */
  constructor(private readonly end: () => Promise<number>) {}

  /** A position that is certainly there; looked up once, and raised by all that is seen. */
  async floor(): Promise<number> {
    if (this.#first === undefined) {
      this.#first = this.end().then(
        (position) => this.see(position),
        // Whoever may not read the log may still write: a repeated append is then told only from those answered here.
        () => {},
      );
    }
    await this.#first;
    return this.#highest;
  }

  see(position: number): void {
    if (position > this.#highest) this.#highest = position;
  }

  /** Whether an append answered with this position wrote it, given what was known before the call. */
  isNew(position: number, before: number): boolean {
    if (position <= before || this.#answered.has(position)) return false;
    this.#answered.add(position);
    if (this.#answered.size > remembered) {
      for (const oldest of this.#answered) {
        this.#answered.delete(oldest);
        break;
      }
    }
    this.see(position);
    return true;
  }
}
