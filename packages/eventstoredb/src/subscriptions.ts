/** What core's `pullSubscription` looks at: pages of the log for one who is behind, and then what the feed keeps. */
import {
  type EventFilter,
  filterTest,
  type Look,
  type Position,
  type PullSource,
  pullSubscription,
  type Revision,
  type StoredEvent,
  StreamDeletedError,
  type Subscription,
} from '@tidemark/core';
import type { ClientReading } from './client-type.ts';
import { orNothing } from './failures.ts';
import type { Feed } from './feed.ts';
import type { LogReader } from './log-reader.ts';
import { isShown } from './names.ts';
import { firstPage, pageSize, sizeAfter } from './page-bounds.ts';
import type { ReadPage } from './reading.ts';
import type { Server } from './server.ts';
import { type ServerFilter, serverFilter } from './server-filter.ts';
import { Skipping } from './skipping.ts';
import type { StreamReader } from './stream-reader.ts';

interface Looking {
  look(after: Position, signal: AbortSignal): Promise<Look>;
  /** Where the log has been looked through, for the feed to go on from. */
  place(): Position;
  ended?(): void;
}

/** Where less than this share of a full page is wanted, the server is asked to leave out the rest. */
const worthReading = 0.25;

export class Subscriptions {
  constructor(
    private readonly server: Server,
    private readonly log: LogReader,
    private readonly streams: StreamReader,
    private readonly feed: Feed,
  ) {}

  toAll(filter: EventFilter | undefined, after: Position, signal: AbortSignal | undefined): Subscription {
    return this.#subscription(after, signal, () => this.#lookingAtLog(filter, after));
  }

  toStream(streamName: string, after: Revision | undefined, signal: AbortSignal | undefined): Subscription {
    return this.#subscription(0, signal, () => this.#lookingAtStream(streamName, after));
  }

  /** Ends all of them. */
  close(): void {
    this.feed.close();
  }

  #lookingAtLog(filter: EventFilter | undefined, start: Position): Looking {
    const wanted = filterTest(filter);
    /** How far the log was looked through, also beyond the last event that readers are shown. */
    let place = start;
    let begun = false;
    let most = firstPage;
    const onServer = serverFilter(filter);
    let skipping: Skipping | undefined;
    /** It once brought nothing: by pages at least a failure is told. */
    let maySkip = onServer !== undefined;
    const seen = (all: readonly StoredEvent[], atEnd: boolean): Look => {
      const shown = all.filter(isShown);
      const last = shown.at(-1);
      const reached = last && { position: last.position, eventId: last.eventId };
      return { events: shown.filter(wanted), reached, atEnd };
    };
    const skip = async (signal: AbortSignal): Promise<Look> => {
      const { events, place: reached } = await (skipping as Skipping).next(pageSize, [
        signal,
        this.server.leaving.signal,
      ]);
      maySkip = reached > place;
      place = reached;
      for (const { position } of events) this.log.see(position);
      if (skipping?.isOver) skipping = undefined;
      return seen(events, false);
    };
    return {
      place: () => place,
      ended: () => skipping?.end(),
      look: async (after, signal) => {
        if (skipping !== undefined) return skip(signal);
        const kept = begun ? this.feed.after(place, pageSize) : undefined;
        if (kept !== undefined) {
          place = kept.events.at(-1)?.position ?? place;
          return seen(kept.events, kept.atEnd);
        }
        const { all, atEnd, ...read } = await this.log.after(place, most, signal);
        most = sizeAfter(most, read);
        place = all.at(-1)?.position ?? place;
        const found = seen(all, atEnd);
        const isFirst = !begun;
        begun = true;
        if (maySkip && !atEnd && found.events.length < worthReading * all.length)
          skipping = await this.#skipping(onServer as ServerFilter, place);
        // Where there is nothing new, the first look says so with the place it begins at, if that is the log's end.
        if (!isFirst || found.reached !== undefined || !atEnd || after === 0) return found;
        const head = await this.log.head();
        return head?.position === after ? { ...found, reached: { position: after, eventId: head.eventId } } : found;
      },
    };
  }

  async #skipping(filter: ServerFilter, place: Position): Promise<Skipping> {
    const client = await this.server.current();
    const begin: ConstructorParameters<typeof Skipping>[0] = (checkpointReached) => {
      const options = {
        ...this.server.subscribing(place),
        filter: { ...filter, checkpointInterval: 32, checkpointReached },
      };
      return client.subscribeToAll(options) as ClientReading;
    };
    return new Skipping(begin, place);
  }

  #lookingAtStream(streamName: string, after: Revision | undefined): Looking {
    let next = after === undefined ? 0 : after + 1;
    let begun = false;
    /** Whether the stream was read to its end: what the feed keeps is what comes after that, not what is still to be read. */
    let atEnd = false;
    let place: Position = 0;
    let most = firstPage;
    const reading = { streamName, direction: 'forwards' } as const;
    return {
      place: () => place,
      look: async (_, signal) => {
        const kept = atEnd ? this.feed.after(place) : undefined;
        if (kept !== undefined) {
          place = kept.events.at(-1)?.position ?? place;
          const own = kept.events.filter((event) => event.streamName === streamName);
          if (own.some(({ type }) => type === '$streamDeleted')) throw new StreamDeletedError(streamName, true);
          if (!own.some(({ revision }) => revision >= next)) return { events: [], reached: undefined, atEnd: true };
        }
        // Before the look at the stream: what comes after this place is told by the feed.
        else place = await this.log.end();
        const isFirst = !begun;
        begun = true;
        const { events, isCut, text } = await this.#page({ ...reading, signal }, next, most);
        atEnd = !isCut && events.length < most;
        most = sizeAfter(most, { count: events.length, text });
        const last = events.at(-1) ?? (isFirst ? await this.#standing({ ...reading, signal }, next - 1) : undefined);
        if (events.length > 0) next = (last as StoredEvent).revision + 1;
        const reached = last && { position: last.position, eventId: last.eventId };
        return { events, reached, atEnd };
      },
    };
  }

  /** Empty where the stream is missing: it is waited for. */
  async #page(reading: Parameters<StreamReader['first']>[0], next: Revision, most: number): Promise<ReadPage> {
    return this.streams
      .first(reading, next, most)
      .catch((error: unknown) => ({ events: orNothing(error), isCut: false, text: 0 }));
  }

  /** The stream's last event, where it is the one that was handled last. */
  async #standing(reading: Parameters<StreamReader['first']>[0], revision: Revision): Promise<StoredEvent | undefined> {
    if (revision < 0) return undefined;
    const [event] = (await this.#page(reading, revision, 1)).events;
    return event?.revision === revision ? event : undefined;
  }

  #subscription(after: Position, signal: AbortSignal | undefined, looking: () => Looking): Subscription {
    return {
      [Symbol.asyncIterator]: () => pullSubscription(this.#source(looking()), after, signal)[Symbol.asyncIterator](),
    };
  }

  #source(looking: Looking): PullSource {
    const { feed, server } = this;
    let letGo: (() => void) | undefined;
    return {
      look: async (after, signal) => {
        try {
          return await looking.look(after, signal);
        } catch (error) {
          // What a look throws that was cut short is no failure: the subscription is over.
          if (signal.aborted || server.isClosed) return { events: [], reached: undefined, atEnd: true };
          throw error;
        }
      },
      seen: () => feed.changed.count,
      wait: (seen, signal) => {
        // From the moment it has caught up it takes part in what the store follows.
        letGo ??= feed.follow(looking.place());
        return feed.changed.wait(seen, signal);
      },
      ended: () => {
        letGo?.();
        looking.ended?.();
      },
      get closed() {
        return server.isClosed;
      },
    };
  }
}
