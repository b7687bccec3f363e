/** How far a piece of work is, and how fast it goes. */
export interface Figures {
  readonly done: number;
  readonly total: number;
  readonly perSecond: number;
  /** Milliseconds, if it goes on like this; `undefined` while nobody can know. */
  readonly left: number | undefined;
}

/** Milliseconds of a clock that only goes forward. */
export type Now = () => number;

/** The pace of one run. What was done before it says nothing about it, nor does the time that it takes to pass that by. */
export class Pace {
  #startedAt: number;

  constructor(
    readonly total: number,
    private readonly now: Now = () => performance.now(),
  ) {
    this.#startedAt = now();
  }

  /** Milliseconds of this run's own work. */
  get elapsed(): number {
    return this.now() - this.#startedAt;
  }

  /** Call it as often as you like: the first call with more than `before` begins the run. */
  figures(done: number, before = 0): Figures {
    if (done <= before) this.#startedAt = this.now();
    const { elapsed, total } = this;
    const own = done - before;
    return {
      done,
      total,
      perSecond: own <= 0 || elapsed === 0 ? 0 : (own / elapsed) * 1000,
      left: own <= 0 ? undefined : Math.max(0, ((total - done) / own) * elapsed),
    };
  }
}
