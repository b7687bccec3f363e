/** Processes beside the one that measures. Each says `ready`, is told to go, and sends one result. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A module beside another one: in TypeScript where that is, in JavaScript where it was compiled. */
export function pathBeside(url: string, name: string): string {
  const file = fileURLToPath(url);
  return path.join(path.dirname(file), name + path.extname(file));
}

/** In ms. */
const longestGoodbye = 60_000;

export class Child<Result> {
  readonly #process: ChildProcess;
  readonly #messages: unknown[] = [];
  #told: (() => void) | undefined;

  private constructor(
    private readonly name: string,
    options: object,
  ) {
    const file = pathBeside(import.meta.url, name);
    this.#process = fork(file, [JSON.stringify(options)], { serialization: 'advanced' });
    const tell = () => this.#told?.();
    this.#process.on('message', (message) => {
      this.#messages.push(message);
      tell();
    });
    this.#process.on('exit', tell);
  }

  /** Starts one that is ready. */
  static async start<Result>(name: string, options: object): Promise<Child<Result>> {
    const child = new Child<Result>(name, options);
    await child.#next();
    return child;
  }

  go(): void {
    this.#process.send('go');
  }

  result(): Promise<Result> {
    return this.#next() as Promise<Result>;
  }

  /** Lets it close what it has open, and waits for its end; not for ever, where something keeps it alive. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    if (this.#process.connected) this.#process.disconnect();
    const late = setTimeout(() => this.#process.kill('SIGKILL'), longestGoodbye);
    await exited;
    clearTimeout(late);
  }

  async #next(): Promise<unknown> {
    while (this.#messages.length === 0) {
      const { exitCode, signalCode } = this.#process;
      if (exitCode !== null || signalCode !== null) {
        throw new ChildEndedError(`${this.name} ended with ${exitCode ?? signalCode} and without its result`);
      }
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
    return this.#messages.shift();
  }
}

class ChildEndedError extends Error {}
