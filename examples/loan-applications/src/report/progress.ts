/** How far a long piece of work is: a bar on a screen, plain lines now and then anywhere else. */
import progressBars from 'cli-progress';
import { count, duration } from './numbers.ts';
import type { Screen } from './screen.ts';

export interface Progress {
  /** Cheap: call it as often as you like. What was done `before` this run says nothing about its pace. */
  update(done: number, before?: number): void;
  /** The last word. Safe to call twice. */
  stop(): void;
}

export interface ProgressOptions {
  readonly total: number;
  /** What is counted. */
  readonly unit: string;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

const linesEvery = 3_000;

export function startProgress(
  screen: Screen,
  { total, unit, now = () => performance.now() }: ProgressOptions,
): Progress {
  const pace = new Pace(total, now);
  return screen.live ? bar(screen, pace, unit) : lines(screen, pace, unit);
}

function bar(screen: Screen, pace: Pace, unit: string): Progress {
  let latest = { done: 0, before: 0 };
  const single = new progressBars.SingleBar({
    format: (options, { progress, value, total }) =>
      [
        progressBars.Format.BarFormat(progress, {
          ...options,
          barsize: Math.max(10, Math.min(30, screen.columns - 60)),
        }),
        `${count(value)}/${count(total)} ${unit}`,
        `${count(pace.perSecond(value, latest.before))}/s`,
        `${duration(pace.left(value, latest.before))} left`,
      ].join('  '),
    barCompleteChar: '█',
    barIncompleteChar: '░',
    // What is not changed need not be restored when the process is ended at once.
    hideCursor: null,
    linewrap: null,
    fps: 8,
    // Ctrl-C is the importer's business: it ends the import in an orderly way.
    gracefulExit: false,
  });
  single.start(Math.max(pace.total, 1), 0);
  return {
    update(done, before = 0) {
      latest = { done, before };
      single.update(done);
    },
    stop() {
      if (!single.isActive) return;
      single.update(latest.done);
      single.stop();
    },
  };
}

function lines(screen: Screen, pace: Pace, unit: string): Progress {
  let latest = { done: 0, before: 0 };
  let [writtenAt, written] = [pace.elapsed(), 0];
  const write = () => {
    const { done, before } = latest;
    if (done === written) return;
    [written, writtenAt] = [done, pace.elapsed()];
    const left = done >= pace.total ? '' : `, ${duration(pace.left(done, before))} left`;
    screen.write(`  ${count(done)} of ${count(pace.total)} ${unit}, ${count(pace.perSecond(done, before))}/s${left}\n`);
  };
  return {
    update(done, before = 0) {
      latest = { done, before };
      if (pace.elapsed() - writtenAt >= linesEvery) write();
    },
    stop: write,
  };
}

class Pace {
  readonly #startedAt: number;
  readonly #now: () => number;

  constructor(
    readonly total: number,
    now: () => number,
  ) {
    this.#now = now;
    this.#startedAt = now();
  }

  elapsed(): number {
    return this.#now() - this.#startedAt;
  }

  perSecond(done: number, before: number): number {
    return this.elapsed() === 0 ? 0 : ((done - before) / this.elapsed()) * 1000;
  }

  /** Milliseconds, if it goes on like this; `undefined` while nobody can know. */
  left(done: number, before: number): number | undefined {
    return done <= before ? undefined : Math.max(0, ((this.total - done) / (done - before)) * this.elapsed());
  }
}
