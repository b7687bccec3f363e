/** One call that reads, from its beginning to its end: whatever ends it early also ends it on the server. */
import type { StoredEvent } from '@tidemark/core';
import type { ClientReading, ClientResolvedEvent } from './client-type.ts';
import { TooLate } from './failures.ts';
import { readsRaw } from './raw-events.ts';
import { storedEventOf } from './stored-event.ts';

/** All that a reading gives, from a server that is never silent for longer than `timeout` ms. Throws what the client throws, a signal's reason, or `TooLate`. */
export function readWhole(
  reading: ClientReading,
  timeout: number,
  signals: readonly AbortSignal[],
): Promise<readonly StoredEvent[]> {
  readsRaw(reading);
  return new Promise((resolve, reject) => {
    const events: StoredEvent[] = [];
    const settle = (act: () => void) => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', abort);
      act();
    };
    const giveUp = (reason: unknown) => {
      settle(() => reject(reason));
      endReading(reading);
    };
    const abort = () => giveUp(signals.find(({ aborted }) => aborted)?.reason);
    const timer = setTimeout(() => giveUp(new TooLate(`no answer within ${timeout} ms`)), timeout);
    for (const signal of signals) signal.addEventListener('abort', abort);
    const take = (resolved: ClientResolvedEvent | StoredEvent) => {
      try {
        const event = storedEventOf(resolved);
        if (event !== undefined) events.push(event);
        timer.refresh();
      } catch (error) {
        giveUp(error);
      }
    };
    const finished = () => settle(() => resolve(events));
    const failed = (error: unknown) => settle(() => reject(error));
    if (typeof reading.on === 'function') {
      // An error after the end is heard, too: nobody listening to one would end the process.
      reading.on('error', failed);
      reading.on('end', finished);
      reading.on('data', take);
    } else {
      (async () => {
        for await (const resolved of reading) take(resolved);
      })().then(finished, failed);
    }
  });
}

/** Ends a call on the server; it may have ended before, or never have begun. */
export function endReading(reading: ClientReading): void {
  reading.on?.('error', () => {});
  const ended = reading.unsubscribe?.() ?? reading.cancel?.();
  Promise.resolve(ended).catch(() => {});
}
