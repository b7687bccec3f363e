/** A process that is there, whatever happens to it: killed, or told to end, it is started again. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { TidemarkError } from '@tidemark/core';
import type { Program } from '../crash/bundle.ts';
import type { Ending, Life } from './life.ts';

/** A process ended in a way that nobody wanted. */
class UnwantedEndError extends TidemarkError {
  constructor(
    readonly life: string,
    readonly found: string,
  ) {
    super(
      'UNWANTED_END',
      `${life} ended by itself: found ${found}, wanted a process that lives until it is told to end`,
    );
  }
}

export class Member {
  lives = 0;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  /** Whether its death is somebody's will. */
  #expected = false;

  constructor(
    readonly name: string,
    private readonly program: Program,
    private readonly life: Omit<Life, 'name'>,
    private readonly onFailure: (error: Error) => void,
  ) {}

  start(): void {
    this.lives += 1;
    const name = `${this.name}x${this.lives}`;
    const life: Life = { ...this.life, name, seed: this.life.seed + this.lives };
    const child = fork(this.program.file, [JSON.stringify(life)], {
      execArgv: [...this.program.execArgv],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let complaint = '';
    child.stderr?.on('data', (chunk) => {
      complaint += String(chunk);
    });
    this.#child = child;
    this.#expected = false;
    this.#ended = once(child, 'exit').then(([code, signal]) => {
      this.#child = undefined;
      if (code === 0 || (signal === 'SIGKILL' && this.#expected)) return;
      this.onFailure(new UnwantedEndError(name, `${code ?? signal}: ${complaint}`));
    });
  }

  async kill(): Promise<void> {
    this.#expected = true;
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  /** Lets it finish what it has to, and end. */
  async end(ending: Ending): Promise<void> {
    // It may have ended by itself meanwhile: then nobody listens, which is no failure.
    this.#child?.send(ending, () => {});
    await this.#ended;
  }
}
