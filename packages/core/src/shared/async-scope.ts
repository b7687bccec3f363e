/**
 * A value that code carries along, however many promises away it began. To be ended: until then each promise of the process
 * pays for it, and the process keeps it, also when nobody else knows it any more.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export class AsyncScope<T> {
  readonly #storage = new AsyncLocalStorage<T>();
  #hasEnded = false;

  getStore(): T | undefined {
    return this.#storage.getStore();
  }

  /** After the end nothing is carried along. */
  run<R>(value: T, act: () => R): R {
    return this.#hasEnded ? act() : this.#storage.run(value, act);
  }

  end(): void {
    this.#hasEnded = true;
    this.#storage.disable();
  }
}
