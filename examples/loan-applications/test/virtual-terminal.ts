import { setTimeout as sleep } from 'node:timers/promises';
import type { Screen } from '../src/report/screen.ts';

/** A terminal that understands as much as the example uses: going up, to the line's beginning, and erasing. */
export class VirtualTerminal {
  readonly screen: Screen;
  #rows: string[] = [''];
  #row = 0;

  constructor(columns: number) {
    this.screen = { columns, coloured: false, live: true, write: (text) => this.#write(text) };
  }

  /** What stands on it, without the row that the cursor waits on. */
  get lines(): readonly string[] {
    return this.#rows.at(-1) === '' ? this.#rows.slice(0, -1) : this.#rows;
  }

  /** Longer than between two drawings. */
  async drawn(): Promise<void> {
    await sleep(200);
  }

  #write(text: string): void {
    for (const [, up, clearLine, clearDown, newline, character] of text.matchAll(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what a terminal reads
      /\u001b\[(\d+)A\r?|(\u001b\[2K)|(\u001b\[J)|(\n)|([^\u001b])/gu,
    )) {
      if (up !== undefined) this.#row -= Number(up);
      else if (clearLine !== undefined) this.#rows[this.#row] = '';
      else if (clearDown !== undefined) this.#rows.length = this.#row + 1;
      else if (newline !== undefined) this.#newLine();
      else this.#rows[this.#row] += character ?? '';
    }
  }

  #newLine(): void {
    this.#row += 1;
    this.#rows[this.#row] ??= '';
  }
}
