/**
 * What may have to be waited for, and is done at once where not: a promise more costs a command as much as many of its
 * other steps do, and it goes through a dozen functions.
 */

/** Whether a value has to be waited for. */
export function isPromised<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** `value.then(next)`, or `next(value)` where it is no promise. */
export function andThen<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return isPromised(value) ? (value as Promise<T>).then(next) : next(value);
}

/** The outcome of `act`; `end` is called when it has settled. */
export function andFinally<T>(act: () => T | Promise<T>, end: () => void): T | Promise<T> {
  let outcome: T | Promise<T>;
  try {
    outcome = act();
  } catch (error) {
    end();
    throw error;
  }
  if (isPromised(outcome)) return (outcome as Promise<T>).finally(end);
  end();
  return outcome;
}
