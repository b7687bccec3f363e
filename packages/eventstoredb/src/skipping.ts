/**
 * A filtered subscription of the server's, used to come through a part of the log in which little is wanted. Only what it
 * gives before its end is taken: what comes behind is read by pages, which say every position. So nothing depends on when it
 * ends, and any failure of it only makes the rest slower.
 */
import type { Position, StoredEvent } from '@tidemark/core';
import type { ClientReading } from './client-type.ts';
import { mostText, textSize } from './page-bounds.ts';
import { endReading, listen } from './reading.ts';
import { exact, storedEventOf } from './stored-event.ts';

/** A server that tells neither an event nor a position for so many ms has come to the log's end, or is out of reach. */
const silence = 1_000;

export class Skipping {
  #events: StoredEvent[] = [];
  #text = 0;
  /** Told by the server: it may be ahead of events that the client still holds. */
  #checkpoint: Position = 0;
  #isOver = false;
  /** Something came that cannot be taken: nothing behind it counts. */
  #isSpoilt = false;
  #most = 0;
  #wake: () => void = () => {};
  readonly #reading: ClientReading & { readonly readableLength?: number; pause?(): void; resume?(): void };

  constructor(
    begin: (checkpointReached: (subscription: unknown, position: { readonly commit: bigint }) => void) => ClientReading,
    private place: Position,
  ) {
    this.#reading = begin((_, { commit }) => this.#reached(commit));
    this.#listen();
  }

  /** Nothing more comes. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The next events, about `most` of them, and the place up to which there are no others. None at its end. */
  async next(
    most: number,
    signals: readonly AbortSignal[],
  ): Promise<{ readonly events: readonly StoredEvent[]; readonly place: Position }> {
    this.#most = most;
    this.#reading.resume?.();
    while (!this.#isOver && !signals.some(({ aborted }) => aborted) && !this.#isFull()) {
      const before = this.#checkpoint;
      await this.#change(signals);
      if (this.#checkpoint > before && this.#events.length > 0) break;
    }
    this.#reading.pause?.();
    const events = this.#events;
    this.#events = [];
    this.#text = 0;
    this.place = Math.max(this.place, events.at(-1)?.position ?? 0);
    // What the client has taken in is handed on: so nothing is left in front of this position.
    if (this.#reading.readableLength === 0 && !this.#isSpoilt) this.place = Math.max(this.place, this.#checkpoint);
    return { events, place: this.place };
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    endReading(this.#reading);
    this.#wake();
  }

  #listen(): void {
    const reading = this.#reading;
    const end = () => this.end();
    // One that cannot be paused is of no use here.
    if (reading.on === undefined) {
      end();
      return;
    }
    // Also behind its end: what is left out here would be missing before the position that was told last.
    listen(reading, { take: (resolved) => this.#take(resolved), finished: end, failed: end });
    reading.on('close', end);
    // Told ahead of events that the client still holds: those are read by pages.
    reading.on('caughtUp', end);
  }

  /** Must not throw: the client would not catch it. */
  #reached(commit: bigint): void {
    try {
      this.#checkpoint = exact(commit, 'position');
      this.#wake();
    } catch {
      this.end();
    }
  }

  #isFull(): boolean {
    return this.#events.length >= this.#most || this.#text >= mostText;
  }

  #take(resolved: Parameters<typeof storedEventOf>[0]): void {
    try {
      const event = storedEventOf(resolved);
      if (event === undefined || event.position <= this.place || this.#isSpoilt) return;
      this.#events.push(event);
      this.#text += textSize(event);
      if (this.#isFull()) this.#reading.pause?.();
    } catch {
      // Whoever reads it by pages is told what is wrong with it.
      this.#isSpoilt = true;
      this.end();
    }
    this.#wake();
  }

  /** Resolves at the next sign of it; ends it where there is none. */
  #change(signals: readonly AbortSignal[]): Promise<void> {
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer);
        for (const signal of signals) signal.removeEventListener('abort', settle);
        this.#wake = () => {};
        resolve();
      };
      const timer = setTimeout(() => this.end(), silence);
      for (const signal of signals) signal.addEventListener('abort', settle);
      this.#wake = settle;
    });
  }
}
