/**
 * A part of a server's log that looks like a log of its own: names of streams get a beginning that nobody else uses, and
 * what stood in the log before is left out. So a suite whose rules each want an empty log runs on a server that is none.
 * What it cannot hide is what others write meanwhile: the server is to be nobody else's while the suite runs.
 */
import { randomUUID } from 'node:crypto';
import {
  type AppendOptions,
  assertStreamName,
  categoryOf,
  type EventData,
  type EventFilter,
  type EventPages,
  type EventStore,
  eventPages,
  filterTest,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type StoredEvent,
  StoredEvent as StoredEventOf,
  type StoreProvider,
  type Stores,
  type SubscribeToAllOptions,
  type SubscribeToStreamOptions,
  type Subscription,
  type SubscriptionMessage,
} from '@tidemark/core';

/** The provider's log from here on. What it opens repeatedly is one such part. */
export async function ownPart(provider: StoreProvider): Promise<StoreProvider> {
  const stores = await provider.open();
  const names = new Names(`t${randomUUID().slice(0, 8)}.`);
  const start = await stores.events.head().finally(() => stores.close());
  return {
    description: provider.description,
    async open(): Promise<Stores> {
      const { events, snapshots, ...others } = await provider.open();
      return {
        ...others,
        events: partOf(events, names, start),
        snapshots: {
          load: async (name, kind) => {
            const snapshot = await snapshots.load(names.there(name), kind);
            return snapshot && { ...snapshot, streamName: name };
          },
          save: (snapshot) => snapshots.save({ ...snapshot, streamName: names.there(snapshot.streamName) }),
          remove: (name, kind) => snapshots.remove(names.there(name), kind),
        },
        close: () => others.close(),
      };
    },
  };
}

const longest = 512;

/** Names as the suite knows them, and as they stand on the server. */
class Names {
  readonly #shortened = new Map<string, string>();

  constructor(readonly beginning: string) {}

  /** What is no name, or nobody's to use, stays as it is: it has to be refused. */
  there<T>(name: T): T | string {
    try {
      assertStreamName(name);
    } catch {
      return name;
    }
    if (/^(\$|tidemark~)/.test(name)) return name;
    const all = this.beginning + name;
    if (all.length <= longest) return all;
    const short = this.beginning + name.slice(all.length - longest);
    this.#shortened.set(short, name);
    return short;
  }

  here(name: string): string {
    return this.#shortened.get(name) ?? name.replace(this.beginning, '');
  }

  filter(filter: EventFilter | undefined): EventFilter | undefined {
    const begun = (names: unknown) =>
      Array.isArray(names) ? names.map((name) => (typeof name === 'string' ? this.beginning + name : name)) : names;
    if (typeof filter !== 'object' || filter === null || Array.isArray(filter)) return filter;
    return Object.fromEntries(
      Object.entries(filter).map(([kind, names]) => [kind, kind === 'types' ? names : begun(names)]),
    );
  }

  event(event: StoredEvent): StoredEvent {
    const { eventId, type, dataText, metadataText, revision, position, recordedTime } = event;
    const name = this.here(event.streamName);
    const place = [revision, position, recordedTime] as const;
    return new StoredEventOf(eventId, type, dataText, metadataText, name, categoryOf(name), ...place);
  }

  /** Errors name streams in their messages and fields. */
  error(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    for (const key of ['message', 'streamName', 'found'] as const) {
      const text = (error as unknown as Record<string, unknown>)[key];
      if (typeof text === 'string') Object.assign(error, { [key]: this.#shortened.get(text) ?? this.#without(text) });
    }
    return error;
  }

  async naming<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw this.error(error);
    }
  }

  async *items<T, U>(items: AsyncIterable<T>, change: (item: T) => U): AsyncGenerator<U, void, undefined> {
    try {
      for await (const item of items) yield change(item);
    } catch (error) {
      throw this.error(error);
    }
  }

  #without(text: string): string {
    return text.replaceAll(this.beginning, '');
  }
}

function partOf(events: EventStore, names: Names, start: Position): EventStore {
  const own = (page: readonly StoredEvent[]) =>
    page.filter(({ position }) => position > start).map((event) => names.event(event));
  const naming = <T>(streamName: string, act: (name: string) => Promise<T>) =>
    names.naming(() => act(names.there(streamName)));
  // No generator: its `return` would wait for a `next` that waits for an event.
  const following = (subscription: Subscription): Subscription => ({
    [Symbol.asyncIterator]: () => {
      const messages = subscription[Symbol.asyncIterator]();
      return {
        next: () =>
          names.naming(async () => {
            const result = await messages.next();
            return result.done ? result : { done: false, value: message(result.value) };
          }),
        return: async () => (await messages.return?.()) ?? { done: true, value: undefined },
      };
    },
  });
  const message = (given: SubscriptionMessage): SubscriptionMessage => {
    if (given.kind === 'events') return { kind: 'events', events: own(given.events) };
    return given.kind === 'progress' && given.position <= start ? { kind: 'empty' } : given;
  };
  return {
    capabilities: events.capabilities,
    logId: () => events.logId(),
    head: async () => {
      const head = await events.head();
      return head > start ? head : 0;
    },
    append: (streamName: string, given: readonly EventData[], options: AppendOptions) =>
      naming(streamName, async (name) => ({ ...(await events.append(name, given, options)), streamName })),
    appendToStreams: (appends, options) => events.appendToStreams(appends, options),
    readStream: (streamName: string, options?: ReadStreamOptions): EventPages => {
      const reading = events.readStream(names.there(streamName), options);
      return eventPages(() => names.items(reading.pages(), own));
    },
    readAll: (options: ReadAllOptions = {}): EventPages => {
      if (!isObject(options)) return events.readAll(options);
      const { direction, from, limit, filter } = options;
      if (direction === 'backwards') return backwards({ ...options, direction });
      const begins = start > 0 && (from === undefined || (isCount(from) && from <= start));
      // Only the place of an event is one to begin at: the one that was there before is read, too.
      const place = begins ? { from: start, limit: isCount(limit) ? limit + 1 : limit } : {};
      const reading = events.readAll({ ...options, filter: names.filter(filter), ...place });
      return eventPages(() => upTo(limit, names.items(reading.pages(), own)));
    },
    subscribeToStream: (streamName: string, options?: SubscribeToStreamOptions): Subscription =>
      following(events.subscribeToStream(names.there(streamName), options)),
    subscribeToAll: (options: SubscribeToAllOptions = {}): Subscription => {
      if (!isObject(options)) return events.subscribeToAll(options);
      const { after = 0, filter } = options;
      const place = isCount(after) ? { after: Math.max(after, start) } : {};
      return following(events.subscribeToAll({ ...options, filter: names.filter(filter), ...place }));
    },
    deleteStream: (streamName, options) => naming(streamName, (name) => events.deleteStream(name, options)),
    tombstoneStream: (streamName, options) => naming(streamName, (name) => events.tombstoneStream(name, options)),
    readStreamMetadata: (streamName) => naming(streamName, (name) => events.readStreamMetadata(name)),
    changeStreamMetadata: (streamName, changes) =>
      naming(streamName, (name) => events.changeStreamMetadata(name, changes)),
    condition: () =>
      events.condition?.() ?? {
        server: '',
        node: undefined,
        leader: undefined,
        reconnections: 0,
        lastError: undefined,
      },
    close: () => events.close(),
  };

  /** The filter is used here: the store would look through all that was there before. */
  function backwards(options: ReadAllOptions): EventPages {
    const { filter, limit } = options;
    events.readAll(options);
    const wanted = filterTest(filter);
    const reading = events.readAll({ ...options, filter: undefined, limit: undefined });
    async function* pages() {
      for await (const page of reading.pages()) {
        const shown = own(page);
        yield shown.filter(wanted);
        if (shown.length < page.length) return;
      }
    }
    return eventPages(() =>
      upTo(
        limit,
        names.items(pages(), (page) => page),
      ),
    );
  }
}

async function* upTo(limit: number | undefined, pages: AsyncIterable<readonly StoredEvent[]>) {
  let left = limit ?? Number.POSITIVE_INFINITY;
  for await (const page of pages) {
    const taken = page.slice(0, left);
    left -= taken.length;
    if (taken.length > 0) yield taken;
    if (left <= 0) return;
  }
}

/** What is none has to be refused as it is. */
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
