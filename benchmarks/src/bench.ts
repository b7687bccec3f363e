/** What scenarios need of a run: how much to do, and files of their own on the disk that is measured. */
import fs from 'node:fs';
import path from 'node:path';

export type Size = 'smoke' | 'usual' | 'large';

/** In bytes, where `--mmap` asks for it. */
const mapped = 2 ** 31 - 65_536;

export class Bench {
  readonly mmapBytes: number;
  #files = 0;
  readonly #endings: (() => Promise<unknown>)[] = [];

  constructor(
    private readonly folder: string,
    readonly size: Size,
    { mmap }: { mmap: boolean },
  ) {
    this.mmapBytes = mmap ? mapped : 0;
  }

  /** How much to do: much less of it in a smoke run. */
  amount(usual: number, smoke = Math.ceil(usual / 20)): number {
    return this.size === 'smoke' ? smoke : usual;
  }

  /** A path where nothing is yet. */
  file(): string {
    this.#files += 1;
    return path.join(this.folder, `${this.#files}.db`);
  }

  /** A copy of a closed database. */
  copyOf(file: string): string {
    const copy = this.file();
    fs.copyFileSync(file, copy);
    return copy;
  }

  /** Has this done when the scenario is over. */
  atEnd(act: () => Promise<unknown>): void {
    this.#endings.push(act);
  }

  async end(): Promise<void> {
    for (const act of this.#endings.splice(0)) await act();
  }

  remove(file: string): void {
    for (const suffix of ['', '-wal', '-shm']) fs.rmSync(file + suffix, { force: true });
  }
}
