import { CaughtUpTimeoutError } from '../application-errors.ts';
import type { Position } from '../event/revision.ts';
import { onAbort } from '../shared/linked-abort.ts';

interface Waiter {
  readonly position: Position;
  resolve(): void;
  reject(error: Error): void;
}

/** Who waits for a consumer to be durably at a position. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();
  #wake: (() => void) | undefined;

  constructor(
    private readonly consumer: string,
    /** -1 while there is nothing to be read yet. */
    private readonly reached: () => Position,
  ) {}

  get isAny(): boolean {
    return this.#waiting.size > 0;
  }

  /** Whether somebody waits for a position up to this one. */
  wants(position: Position): boolean {
    for (const waiter of this.#waiting) if (waiter.position <= position) return true;
    return false;
  }

  /** Rejects with `CaughtUpTimeoutError` after `timeout` milliseconds; without one it waits as long as it takes. */
  wait(position: Position, timeout: number | undefined, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (settle: () => void) => () => {
        clearTimeout(timer);
        forget?.();
        this.#waiting.delete(waiter);
        settle();
      };
      const late = () => {
        waiter.reject(new CaughtUpTimeoutError(this.consumer, position, Math.max(0, this.reached()), timeout ?? 0));
      };
      const waiter: Waiter = { position, resolve: done(resolve), reject: (error) => done(() => reject(error))() };
      const forget = signal && onAbort(signal, () => waiter.reject(signal.reason as Error));
      const timer = timeout === undefined ? undefined : setTimeout(late, timeout);
      this.#waiting.add(waiter);
      this.#wake?.();
    });
  }

  /** Resolves after so many milliseconds, or as soon as somebody waits for anything: then a commit is due. */
  async quiet(position: Position, milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.wants(position)) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        forget();
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      const forget = onAbort(signal, end);
      this.#wake = end;
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
