/** How far long pieces of work are: a line each that moves on a screen, plain lines now and then anywhere else. */
import { LiveLines } from './live-lines.ts';
import { count, duration, percent } from './numbers.ts';
import type { Figures, Now } from './pace.ts';
import { type Screen, wrapped, writeWrapped } from './screen.ts';

export interface ProgressLine {
  /** Cheap: call it as often as you like. */
  show(figures: Figures): void;
  /** Its last word, said under the figures that were shown last, and in a line of its own where lines do not move. */
  end(word?: string): void;
}

type Unit = string | undefined;

/** Lines of work that goes on at the same time. */
export interface Progress {
  /** `label` tells it from the others, `unit` is what is counted; `undefined` where only the share of the whole means something. */
  line(label: string, unit: Unit): ProgressLine;
  /** The last word of all. Safe to call twice. */
  stop(): void;
}

const linesEvery = 3_000;

export function startProgress(screen: Screen, now: Now = () => performance.now()): Progress {
  return screen.live ? new MovingProgress(screen) : new PlainProgress(screen, now);
}

class MovingProgress implements Progress {
  readonly #live: LiveLines;
  readonly #texts: string[] = [];
  readonly #words: string[] = [];

  constructor(private readonly screen: Screen) {
    this.#live = new LiveLines(screen);
  }

  line(label: string, unit: Unit): ProgressLine {
    const index = this.#texts.push(`  ${label}`) - 1;
    this.#draw();
    return {
      show: (figures) => {
        this.#texts[index] = barText(label, unit, figures, this.screen.columns);
        this.#draw();
      },
      end: (word) => {
        if (word !== undefined) this.#words.push(...wrapped(word, this.screen.columns - 3).map((line) => `  ${line}`));
        this.#draw();
      },
    };
  }

  stop(): void {
    this.#live.done();
  }

  #draw(): void {
    this.#live.set([...this.#texts, ...this.#words]);
  }
}

class PlainProgress implements Progress {
  readonly #lines: PlainLine[] = [];

  constructor(
    private readonly screen: Screen,
    private readonly now: Now,
  ) {}

  line(label: string, unit: Unit): ProgressLine {
    const line = new PlainLine(label, unit, this.screen, this.now);
    this.#lines.push(line);
    return line;
  }

  stop(): void {
    for (const line of this.#lines) line.end();
  }
}

class PlainLine implements ProgressLine {
  #latest: Figures | undefined;
  #written: Figures | undefined;
  #writtenAt: number;

  constructor(
    private readonly label: string,
    private readonly unit: Unit,
    private readonly screen: Screen,
    private readonly now: Now,
  ) {
    this.#writtenAt = now();
  }

  show(figures: Figures): void {
    this.#latest = figures;
    if (this.now() - this.#writtenAt >= linesEvery) this.#write();
  }

  end(word?: string): void {
    this.#write();
    if (word !== undefined) writeWrapped(this.screen, word);
  }

  #write(): void {
    const { done, total, perSecond, left } = this.#latest ?? { done: 0, total: 0, perSecond: 0, left: undefined };
    if (this.#latest === undefined || done === this.#written?.done) return;
    [this.#written, this.#writtenAt] = [this.#latest, this.now()];
    const rest = done >= total ? '' : `, ${duration(left)} left`;
    const far =
      this.unit === undefined
        ? percent(shareOf(done, total))
        : [`${count(done)} of ${count(total)} ${this.unit}`, ...rateText(perSecond)].join(', ');
    this.screen.write(`  ${this.label}: ${far}${rest}\n`);
  }
}

const labelWidth = 7;
const [widestBar, narrowestBar] = [30, 6];

/** What there is no room for is left out: first the bar, then from the right. */
function barText(label: string, unit: Unit, { done, total, perSecond, left }: Figures, columns: number): string {
  const words = [
    `  ${label.padEnd(labelWidth)}`,
    ...(unit === undefined
      ? [percent(shareOf(done, total)).padStart(7)]
      : [`${count(done)}/${count(total)} ${unit}`, ...rateText(perSecond)]),
    ...(done >= total ? [] : [`${duration(left)} left`]),
  ];
  const width = () => words.join('  ').length;
  while (words.length > 2 && width() >= columns) words.pop();
  const size = Math.min(widestBar, columns - 1 - width() - 2);
  if (size >= narrowestBar) words.splice(1, 0, bar(shareOf(done, total), size));
  return words.join('  ');
}

/** What was there before has no speed. */
function rateText(perSecond: number): readonly string[] {
  return perSecond > 0 ? [`${count(perSecond)}/s`] : [];
}

function shareOf(done: number, total: number): number {
  return total === 0 ? 0 : done / total;
}

function bar(share: number, size: number): string {
  const full = Math.floor(Math.min(1, share) * size);
  return '█'.repeat(full) + '░'.repeat(size - full);
}
