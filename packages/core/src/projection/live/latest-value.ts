import { type Observable, ReplaySubject } from 'rxjs';
import type { LiveValue } from './live.ts';

/**
 * A pipeline's latest value, held back until `open`: a replay is not history to a screen, and a value from the middle of
 * the log was never anybody's present.
 */
export class LatestValue<T> implements LiveValue<T> {
  readonly value$: Observable<T>;
  readonly #values = new ReplaySubject<T>(1);
  #latest: T | undefined;
  #hasLatest = false;
  #isOpen = false;

  /** `guard` makes of an Observable the one that is shown. */
  constructor(guard: (values: Observable<T>) => Observable<T>) {
    this.value$ = guard(this.#values);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get value(): T | undefined {
    return this.#isOpen ? this.#latest : undefined;
  }

  set(value: T): void {
    this.#latest = value;
    this.#hasLatest = true;
    if (this.#isOpen) this.#values.next(value);
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    if (this.#hasLatest) this.#values.next(this.#latest as T);
  }

  complete(): void {
    this.#values.complete();
  }
}
