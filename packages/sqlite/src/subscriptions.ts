/** What core's `pullSubscription` looks at. */
import {
  type EventFilter,
  type Look,
  type Position,
  type PullSource,
  pullSubscription,
  type Revision,
  type StoredEvent,
  StreamDeletedError,
  type Subscription,
  visibleFrom,
} from '@tidemark/core';
import type { ReadAhead } from './ahead/read-ahead.ts';
import { LogWalk } from './log-walk.ts';
import { pageSize } from './page-query.ts';
import type { Reader } from './reader.ts';
import type { StreamCache } from './stream-cache.ts';

/** What subscriptions need of the opened store. */
export interface SubscriptionHost {
  /** Runs a read, patiently; throws translated errors. */
  read<T>(look: () => T): Promise<T>;
  seen(): number;
  /** Resolves also when the store closes. */
  wait(seen: number, signal: AbortSignal): Promise<void>;
  readonly isClosed: boolean;
  /** In ms since 1970. */
  now(): number;
}

interface Looking {
  look(after: Position): Look;
  ended?(): void;
}

export class Subscriptions {
  constructor(
    private readonly host: SubscriptionHost,
    private readonly reader: Reader,
    private readonly streams: StreamCache,
    private readonly readAhead: ReadAhead,
  ) {}

  toAll(filter: EventFilter | undefined, after: Position, signal: AbortSignal | undefined): Subscription {
    return this.#subscription(after, signal, () => this.#lookingAtLog(filter));
  }

  toStream(streamName: string, after: Revision | undefined, signal: AbortSignal | undefined): Subscription {
    return this.#subscription(0, signal, () => this.#lookingAtStream(streamName, after));
  }

  #lookingAtLog(filter: EventFilter | undefined): Looking {
    const walk = new LogWalk(this.reader, this.readAhead, filter);
    let begun = false;
    return {
      look: (after) => {
        const head = this.reader.log.head();
        const found = walk.forwards(after + 1, pageSize, head);
        // Where there is nothing new, the first look says so with the place it begins at, if the log has come that far.
        const stands = !begun && head?.position === after;
        begun = true;
        return stands ? { ...found, reached: head } : found;
      },
      ended: () => walk.end(),
    };
  }

  #lookingAtStream(streamName: string, after: Revision | undefined): Looking {
    let next = after === undefined ? 0 : after + 1;
    let begun = false;
    const look = (): Look => {
      const state = this.streams.state(streamName);
      if (state.tombstone) throw new StreamDeletedError(streamName, true);
      const { head = -1, deleted } = state;
      const isFirst = !begun;
      begun = true;
      if (head < next || deleted) {
        const stands = isFirst && !deleted && head === next - 1 && head >= 0;
        return { events: [], reached: stands ? this.#placeOf(streamName, head) : undefined, atEnd: true };
      }
      const { first, since } = visibleFrom(state, this.host.now());
      const wanted = { streamName, from: next, first, since, limit: pageSize };
      const { events, isFull } = this.reader.streamForwards(wanted);
      const last = events[events.length - 1];
      // Another process may have written after the state was taken, so that the page goes further than `head`.
      const end = isFull ? -1 : head;
      const reached = last !== undefined && last.revision >= end ? placeOf(last) : this.#placeOf(streamName, head);
      next = Math.max(last?.revision ?? head, end) + 1;
      return { events, reached, atEnd: next > head };
    };
    return { look };
  }

  /** Of an event that may be hidden. */
  #placeOf(streamName: string, revision: Revision) {
    const since = Number.NEGATIVE_INFINITY;
    const wanted = { streamName, from: revision, first: revision, since, limit: 1 };
    const [event] = this.reader.streamForwards(wanted).events;
    return event && placeOf(event);
  }

  #subscription(after: Position, signal: AbortSignal | undefined, looking: () => Looking): Subscription {
    return {
      [Symbol.asyncIterator]: () => pullSubscription(this.#source(looking()), after, signal)[Symbol.asyncIterator](),
    };
  }

  #source(looking: Looking): PullSource {
    const { host } = this;
    return {
      look: (after) => host.read(() => looking.look(after)),
      ended: () => looking.ended?.(),
      seen: () => host.seen(),
      wait: (seen, signal) => host.wait(seen, signal),
      get closed() {
        return host.isClosed;
      },
    };
  }
}

function placeOf({ position, eventId }: StoredEvent): { readonly position: Position; readonly eventId: string } {
  return { position, eventId };
}
