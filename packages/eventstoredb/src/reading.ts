/** One call that reads, from its beginning to its end: whatever ends it early also ends it on the server. */
import type { StoredEvent } from '@tidemark/core';
import type { ClientReading, ClientResolvedEvent } from './client-type.ts';
import { TooLate } from './failures.ts';
import { mostText, textSize } from './page-bounds.ts';
import { readsRaw } from './raw-events.ts';
import { storedEventOf } from './stored-event.ts';

/** What one call gave; it `isCut` where it was ended because that was much, and there may be more. */
export interface ReadPage {
  readonly events: readonly StoredEvent[];
  readonly isCut: boolean;
  /** What the events hold, in characters. */
  readonly text: number;
}

/** All that a reading gives, or as much as fits into memory, from a server that is never silent for longer than `timeout` ms. Throws what the client throws, a signal's reason, or `TooLate`. */
export function readWhole(reading: ClientReading, timeout: number, signals: readonly AbortSignal[]): Promise<ReadPage> {
  return new Promise((resolve, reject) => {
    const events: StoredEvent[] = [];
    let text = 0;
    let isOver = false;
    const settle = (act: () => void) => {
      isOver = true;
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', abort);
      act();
    };
    const giveUp = (reason: unknown) => {
      settle(() => reject(reason));
      events.length = 0;
      leave(reading);
    };
    const abort = () => giveUp(signals.find(({ aborted }) => aborted)?.reason);
    const timer = setTimeout(() => giveUp(new TooLate(`no answer within ${timeout} ms`)), timeout);
    for (const signal of signals) signal.addEventListener('abort', abort);
    const take = (resolved: ClientResolvedEvent | StoredEvent) => {
      if (isOver) return;
      try {
        const event = storedEventOf(resolved);
        if (event === undefined) return;
        events.push(event);
        text += textSize(event);
        if (text < mostText || events.length === 1) {
          timer.refresh();
          return;
        }
        settle(() => resolve({ events, isCut: true, text }));
        leave(reading);
      } catch (error) {
        giveUp(error);
      }
    };
    const finished = () => settle(() => resolve({ events, isCut: false, text }));
    const failed = (error: unknown) => settle(() => reject(error));
    listen(reading, { take, finished, failed });
  });
}

/**
 * Ends the call of a reading, which gives a page at most. A generator goes on to its end: KurrentDB's client does not end
 * the call of one that is told to return, and what is left unread of it holds up that client's other calls.
 */
function leave(reading: ClientReading): void {
  if (reading.cancel !== undefined || reading.unsubscribe !== undefined) endReading(reading);
}

/** Has what a reading gives taken, and its end told. A failure may be told after the end, too. */
export function listen(
  reading: ClientReading,
  {
    take,
    finished,
    failed,
  }: {
    take(resolved: ClientResolvedEvent | StoredEvent): void;
    finished(): void;
    failed(error: unknown): void;
  },
): void {
  readsRaw(reading);
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
}

/** Ends a call on the server; it may have ended before, or never have begun. */
export function endReading(reading: ClientReading): void {
  reading.on?.('error', () => {});
  const ended = reading.unsubscribe?.() ?? reading.cancel?.() ?? reading.return?.();
  Promise.resolve(ended).catch(() => {});
}
