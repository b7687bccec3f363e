import type { Screen } from './screen.ts';

const redrawEvery = 125;

/**
 * Lines at the end of what is on the screen, which are written over until they are done. Between two drawings the cursor
 * stands below them, so that a process that is ended at once leaves a usable terminal.
 */
export class LiveLines {
  #lines: readonly string[] = [];
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(private readonly screen: Screen) {}

  /** Cheap: they are drawn eight times a second at most. */
  set(lines: readonly string[]): void {
    if (this.#over) return;
    this.#lines = lines;
    this.#timer ??= setTimeout(() => this.#draw(), this.#drawn === 0 ? 0 : redrawEvery).unref();
  }

  /** Draws what was set last, and leaves it there for good. */
  done(): void {
    if (this.#timer !== undefined) this.#draw();
    this.#over = true;
  }

  #draw(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const back = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\r`;
    // A line that is as wide as the terminal is two of them in some.
    const lines = this.#lines.map((line) => `\u001b[2K${[...line].slice(0, this.screen.columns - 1).join('')}\n`);
    this.#drawn = lines.length;
    this.screen.write(`${back}${lines.join('')}\u001b[J`);
  }
}
