import { CaughtUpTimeoutError } from '../application-errors.ts';
import type { Position } from '../event/revision.ts';

interface Waiter {
  readonly position: Position;
  resolve(): void;
  reject(error: Error): void;
}

/** Who waits for a consumer to be durably at a position. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();

  constructor(
    private readonly consumer: string,
    private readonly reached: () => Position,
  ) {}

  /** Whether somebody waits for a position up to this one. */
  wants(position: Position): boolean {
    for (const waiter of this.#waiting) if (waiter.position <= position) return true;
    return false;
  }

  /** Rejects with `CaughtUpTimeoutError` after `timeout` milliseconds. */
  wait(position: Position, timeout: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#waiting.delete(waiter);
        settle();
      };
      const late = () => waiter.reject(new CaughtUpTimeoutError(this.consumer, position, this.reached(), timeout));
      const abort = () => waiter.reject(signal?.reason as Error);
      const timer = setTimeout(late, timeout);
      const waiter: Waiter = { position, resolve: done(resolve), reject: (error) => done(() => reject(error))() };
      signal?.addEventListener('abort', abort);
      this.#waiting.add(waiter);
    });
  }

  /** Lets go everybody whose position is reached. */
  release(): void {
    for (const waiter of [...this.#waiting]) if (waiter.position <= this.reached()) waiter.resolve();
  }

  refuse(error: Error): void {
    for (const waiter of [...this.#waiting]) waiter.reject(error);
  }
}
