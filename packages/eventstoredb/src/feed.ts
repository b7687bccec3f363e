/**
 * What is new in the log, as the server tells it: one subscription of the client for all subscribers of a store. It keeps
 * the latest events; whoever is further behind reads pages of the log until it has come so far. So a slow consumer holds
 * up nobody, and memory does not grow.
 *
 * The client's subscriptions end at the first error and never go on. This one does, from where it stood: after a lost
 * connection, and after the server has dropped it as too slow, which a busy log does within a second.
 */
import { type Position, Signal, StoredEvent } from '@tidemark/core';
import type { CallOptions, ClientReading, ClientResolvedEvent } from './client-type.ts';
import { aftermathOf, isTooSlow } from './failures.ts';
import { isShown } from './names.ts';
import { mostText, textSize } from './page-bounds.ts';
import { Patience } from './patience.ts';
import { endReading, listen } from './reading.ts';
import type { Server } from './server.ts';
import { storedEventOf } from './stored-event.ts';

/** How much is kept for those who are a little behind. */
const mostEvents = 2_048;
/** Of the events with `$`, only the marks of tombstones: whoever follows such a stream has to hear of its end. */
const types = '^([^$]|\\$streamDeleted$)';

export class Feed {
  readonly changed = new Signal();
  #events: StoredEvent[] = [];
  #text = 0;
  /** All events after this place and up to `#reached` are kept; `undefined` while nobody follows. */
  #begin: Position | undefined;
  #reached: Position = 0;
  #followers = 0;
  #stop: AbortController | undefined;
  /** What ends all following: the server will not have it. */
  #failure: unknown;
  /** How often the server's subscription was begun again. */
  resumed = 0;

  constructor(
    private readonly server: Server,
    private readonly see: (position: Position) => void,
  ) {}

  /** Follows the log from after this place, if it is not followed yet; returns how to let go. */
  follow(after: Position): () => void {
    this.#followers += 1;
    if (this.#stop === undefined) this.#start(after);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#followers -= 1;
      if (this.#followers === 0) this.#end();
    };
  }

  /** Copies of the kept events after a place, oldest first; `undefined` where some are not kept any more, or not yet. */
  after(
    place: Position,
    most = mostEvents,
  ): { readonly events: readonly StoredEvent[]; readonly atEnd: boolean } | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#begin === undefined || place < this.#begin) return undefined;
    let low = 0;
    for (let high = this.#events.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle] as StoredEvent).position <= place) low = middle + 1;
      else high = middle;
    }
    const events = this.#events.slice(low, low + most).map(copyOf);
    return { events, atEnd: low + events.length === this.#events.length };
  }

  close(): void {
    this.#end();
    this.changed.notify();
  }

  #start(after: Position): void {
    const stop = new AbortController();
    this.#stop = stop;
    this.#begin = after;
    this.#reached = after;
    this.#failure = undefined;
    this.#run(stop.signal).catch((error: unknown) => {
      if (stop.signal.aborted) return;
      this.#failure = error;
      this.changed.notify();
    });
  }

  #end(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#begin = undefined;
    this.#events = [];
    this.#text = 0;
  }

  async #run(stop: AbortSignal): Promise<void> {
    for (let patience = new Patience(Number.POSITIVE_INFINITY); !stop.aborted; ) {
      const before = this.#reached;
      const client = await this.server.current();
      const error = await this.#subscription(client.subscribeToAll(this.#options()), stop);
      if (stop.aborted) return;
      this.resumed += 1;
      if (this.#reached > before) patience = new Patience(Number.POSITIVE_INFINITY);
      if (isTooSlow(error)) continue;
      await this.server.met(error, client);
      const after = aftermathOf(error);
      if (after === 'refused') throw this.server.translated(error, { right: 'read $all' });
      await patience.wait([stop]);
    }
  }

  #options(): CallOptions & Readonly<Record<string, unknown>> {
    const filter = { filterOn: 'eventType', regex: types, checkpointInterval: 32 };
    return { ...this.server.subscribing(this.#reached), filter };
  }

  /** Resolves with what ended it. */
  #subscription(subscription: AsyncIterable<ClientResolvedEvent>, stop: AbortSignal): Promise<unknown> {
    const reading = subscription as ClientReading;
    return new Promise((resolve) => {
      const end = (error: unknown) => {
        stop.removeEventListener('abort', leave);
        endReading(reading);
        resolve(error);
      };
      const leave = () => end(undefined);
      stop.addEventListener('abort', leave);
      if (stop.aborted) return leave();
      const take = (resolved: ClientResolvedEvent | StoredEvent) => {
        try {
          const event = storedEventOf(resolved);
          if (event !== undefined && !stop.aborted) this.#take(event);
        } catch (error) {
          end(error);
        }
      };
      const finished = () => end(new Error('the subscription ended'));
      listen(reading, { take, finished, failed: end });
      reading.on?.('close', finished);
    });
  }

  #take(event: StoredEvent): void {
    if (event.position <= this.#reached) return;
    this.#reached = event.position;
    this.see(event.position);
    if (!isShown(event) && event.type !== '$streamDeleted') return;
    this.#events.push(event);
    this.#text += textSize(event);
    if (this.#events.length > mostEvents || this.#text > mostText) this.#forget();
    this.changed.notify();
  }

  /** Half of them, so that it happens seldom. */
  #forget(): void {
    const forgotten = this.#events.splice(0, Math.ceil(this.#events.length / 2));
    for (const event of forgotten) this.#text -= textSize(event);
    this.#begin = forgotten.at(-1)?.position ?? this.#begin;
  }
}

/** What a consumer does to an event, no other one may see. */
function copyOf(event: StoredEvent): StoredEvent {
  const { eventId, type, dataText, metadataText, streamName, category, revision, position, recordedTime } = event;
  return new StoredEvent(eventId, type, dataText, metadataText, streamName, category, revision, position, recordedTime);
}
