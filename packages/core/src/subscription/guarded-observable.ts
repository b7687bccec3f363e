/**
 * Observables whose subscribers cannot end the process. RxJS throws what a subscriber throws, and an error that it has no
 * handler for, from a timer, where nobody can catch it; its one setting for that is global, and belongs to the application.
 */
import { isObservable, Observable, type Observer, Subscriber, type Subscription, type TeardownLogic } from 'rxjs';
import { SubscriberFailedError } from '../application-errors.ts';

type Next<T> = Partial<Observer<T>> | ((value: T) => void) | null | undefined;
type OnError = (error: unknown) => void;

/**
 * The same as `source`, and as everything that is piped from it. A subscriber that throws is unsubscribed, alone, and
 * `onError` is told, as it is of an error that comes to one without an error handler: `SubscriberFailedError`. What is made
 * of it without `pipe`, `merge(events$, …)` perhaps, is an Observable like any other.
 */
export function guardedObservable<T>(name: string, source: Observable<T>, onError: OnError): Observable<T> {
  const failed: Failed = (what, cause) => onError(new SubscriberFailedError(name, what, { cause }));
  // What a subscriber throws while it is torn down comes out of `next`: it must not reach who emits.
  const emit = (act: () => void) => guard(act, (cause) => failed('threw', cause));
  return new GuardedObservable<T>((subscriber) => {
    const receiver = Subscriber.create<T>(
      (value) => emit(() => subscriber.next(value as T)),
      (error: unknown) => emit(() => subscriber.error(error)),
      () => emit(() => subscriber.complete()),
    );
    subscriber.add(receiver);
    source.subscribe(receiver);
  }, failed);
}

type Failed = (what: SubscriberFailedError['what'], cause: unknown) => void;

class GuardedObservable<T> extends Observable<T> {
  constructor(
    subscribe: (subscriber: Subscriber<T>) => TeardownLogic,
    private readonly failed: Failed,
  ) {
    super(subscribe);
  }

  override pipe(...operators: unknown[]): never {
    const piped: unknown = (super.pipe as (...given: unknown[]) => unknown)(...operators);
    // Whatever is more than a plain Observable (one with `connect`, perhaps) has to stay what it is.
    const isPlain = isObservable(piped) && Object.getPrototypeOf(piped) === Observable.prototype;
    return (isPlain ? new GuardedObservable((subscriber) => piped.subscribe(subscriber), this.failed) : piped) as never;
  }

  override subscribe(
    next?: Next<T>,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator's: it passes on to its own subscriber.
    if (isSubscriber<T>(next)) return super.subscribe(next);
    const observer: Partial<Observer<T>> =
      typeof next === 'object' && next !== null
        ? next
        : { ...(next ? { next } : {}), ...(error ? { error } : {}), ...(complete ? { complete } : {}) };
    const threw = (cause: unknown) => this.failed('threw', cause);
    const subscriber = Subscriber.create<T>(
      (value) =>
        guard(
          () => observer.next?.(value as T),
          (cause) => {
            guard(() => subscriber.unsubscribe(), threw);
            threw(cause);
          },
        ),
      (cause: unknown) => {
        if (observer.error) guard(() => observer.error?.(cause), threw);
        else this.failed('left unhandled', cause);
      },
      () => guard(() => observer.complete?.(), threw),
    );
    return super.subscribe(subscriber);
  }
}

function guard(act: () => void, failed: (cause: unknown) => void): void {
  try {
    act();
  } catch (cause) {
    failed(cause);
  }
}

/** Also one of another copy of RxJS. */
function isSubscriber<T>(observer: unknown): observer is Subscriber<T> {
  if (typeof observer !== 'object' || observer === null || !('closed' in observer)) return false;
  const methods = ['next', 'error', 'complete', 'add', 'remove', 'unsubscribe'];
  return methods.every((method) => typeof (observer as Record<string, unknown>)[method] === 'function');
}
