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
    signal.addEventListener('abort', abort);
    listened.push(() => signal.removeEventListener('abort', abort));
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => {
      for (const forget of listened) forget();
    },
  };
}
