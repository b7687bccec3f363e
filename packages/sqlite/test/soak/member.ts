/** A process that is there, whatever happens to it: killed, by itself or by others, or told to end, it can be started again. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { TidemarkError } from '@tidemark/core';
import type { Program } from '../crash/bundle.ts';
import type { Ending, Leading, Life, OwnDeath, Pausing } from './life.ts';

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
  /** How often it killed itself. */
  ownDeaths = 0;
  /** Whether it leads a projection, as it said last. */
  leads = false;
  #child: ChildProcess | undefined;
  /** Whether it ended well. */
  #ended: Promise<boolean> = Promise.resolve(false);
  #killed = false;

  constructor(
    readonly name: string,
    private readonly program: Program,
    private readonly life: Omit<Life, 'name' | 'death'>,
    private readonly onFailure: (error: Error) => void,
  ) {}

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  start(death?: OwnDeath): void {
    this.lives += 1;
    const name = `${this.name}x${this.lives}`;
    const life: Life = { ...this.life, name, seed: this.life.seed + this.lives, death };
    const child = fork(this.program.file, [JSON.stringify(life)], {
      execArgv: [...this.program.execArgv],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let complaint = '';
    child.stderr?.on('data', (chunk) => {
      complaint += String(chunk);
    });
    child.on('message', ({ leads }: Leading) => {
      this.leads = leads;
    });
    this.#child = child;
    this.#killed = false;
    this.#ended = once(child, 'exit').then(([code, signal]) => {
      this.#child = undefined;
      this.leads = false;
      if (signal !== 'SIGKILL' || (!this.#killed && death === undefined)) {
        if (code !== 0) this.onFailure(new UnwantedEndError(name, `${code ?? signal}: ${complaint}`));
        return code === 0;
      }
      if (!this.#killed) this.ownDeaths += 1;
      return false;
    });
  }

  async kill(): Promise<void> {
    this.#killed = true;
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  pause(paused: boolean): void {
    this.#child?.send({ paused } satisfies Pausing, () => {});
  }

  /** Stops it in the middle of whatever it does, for so many ms; it may be killed meanwhile. */
  async freeze(milliseconds: number): Promise<void> {
    const child = this.#child;
    child?.kill('SIGSTOP');
    await Promise.race([sleep(milliseconds), this.#ended]);
    child?.kill('SIGCONT');
  }

  /** Lets it finish what it has to, and end. Resolves with whether its last life ended well. */
  end(ending: Ending): Promise<boolean> {
    // It may have ended by itself meanwhile: then nobody listens, which is no failure.
    this.#child?.send(ending, () => {});
    return this.#ended;
  }
}
