/** A process that is asked questions by another, and answers them. Both sides of the pipe stand here. */
import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';

/** What can be asked of it: anything that the pipe can carry. */
export type Abilities = Readonly<Record<string, (...args: never[]) => unknown>>;

type Question = { readonly id: number; readonly name: string; readonly args: readonly never[] };
type Answer = {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: { readonly code?: string; readonly message: string };
};

/** The side that asks. */
export class Remote<A extends Abilities> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  readonly #ended: Promise<void>;
  #asked = 0;

  constructor(file: string, options: ForkOptions = {}) {
    this.#child = fork(file, options);
    this.#child.on('message', ({ id, value, error }: Answer) => {
      const call = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) call?.resolve(value);
      else call?.reject(Object.assign(new Error(error.message), { code: error.code }));
    });
    this.#ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    void this.#ended.then(() => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the other process ended'));
    });
  }

  ask<Name extends keyof A & string>(name: Name, ...args: Parameters<A[Name]>): Promise<Awaited<ReturnType<A[Name]>>> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#child.send({ id, name, args }, () => {});
    });
  }

  /** Ends it as a crash does; what was asked is never answered. */
  async kill(): Promise<void> {
    this.#waiting.clear();
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Resolves when it has ended, by itself or not. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  /** Stops it in the middle of whatever it does; what is asked meanwhile, it answers when it is woken. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  wake(): void {
    this.#child.kill('SIGCONT');
  }
}

/** The side that answers, until the other one ends. */
export function answerWith(abilities: Abilities): void {
  process.on('disconnect', () => process.exit());
  process.on('message', async ({ id, name, args }: Question) => {
    const answer = (rest: Omit<Answer, 'id'>) => process.send?.({ id, ...rest });
    try {
      answer({ value: await abilities[name]?.(...args) });
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      answer({ error: code === undefined ? { message } : { code, message } });
    }
  });
}
