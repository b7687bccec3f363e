import { setMaxListeners } from 'node:events';

/** A signal that fires with any of `signals`, until `release` is called. (`AbortSignal.any` leaks on Node 20: nodejs/node#54614.) */
export function linkedAbort(...signals: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  release(): void;
} {
  const controller = new AbortController();
  const listened: (() => void)[] = [];
  for (const signal of signals) {
    if (signal === undefined) continue;
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) abort();
    listened.push(onAbort(signal, abort));
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => {
      for (const forget of listened) forget();
    },
  };
}

/** Calls `act` when `signal` fires, until the returned function is called. */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  try {
    // One signal may well end many things; Node would warn of a leak from the eleventh listener on.
    setMaxListeners(0, signal);
  } catch {
    // Not Node's own signal (jsdom's, perhaps): it does not count.
  }
  signal.addEventListener('abort', act);
  return () => signal.removeEventListener('abort', act);
}

/** Resolves when `signal` fires. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else onAbort(signal, resolve);
  });
}
