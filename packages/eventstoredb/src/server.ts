/**
 * Calls to the server on behalf of one opened store: each with a time of its own, tried again where that may help and can
 * do no harm, and with errors of Tidemark at the end. What goes wrong is kept for `health()`.
 */
import { setMaxListeners } from 'node:events';
import { ClosedError, type Position, type StoreCondition, type StoredEvent } from '@tidemark/core';
import { nodeOf } from './client-channel.ts';
import { ClientSource } from './client-source.ts';
import type { CallOptions, ClientReading, Credentials, EventStoreClient } from './client-type.ts';
import { currentCredentials } from './credentials.ts';
import {
  type Aftermath,
  aftermathOf,
  endsReading,
  type Subject,
  spoilsClient,
  TooLate,
  translated,
} from './failures.ts';
import { leaderBy } from './gossip.ts';
import type { Settings } from './options.ts';
import { Patience } from './patience.ts';
import { type ReadPage, readWhole } from './reading.ts';
import { Slots } from './slots.ts';

/** What a call is about, beside the store. */
export type About = Omit<Subject, 'store'>;

/**
 * How a write ended. `after` of a failure says what it may have left behind, `wasUnknown` whether an attempt came to an
 * unknown end.
 */
export type Outcome<T> =
  | { readonly value: T }
  | { readonly error: unknown; readonly after: Aftermath; readonly wasUnknown: boolean };

type Act<T> = (client: EventStoreClient, options: CallOptions) => Promise<T>;

export class Server {
  /** Fires when the store begins to close: readers end, and nobody tries anything again. */
  readonly leaving = new AbortController();
  /** Fires when what was accepted is finished. */
  readonly #ended = new AbortController();
  readonly #source: ClientSource;
  /** A write's time runs from when it is sent: so many at once have a chance to be answered in time. */
  readonly #slots = new Slots(256);
  readonly #finishing = new Set<Promise<unknown>>();
  /** Who led when a node last said so. */
  #leader: StoreCondition['leader'];
  /** A client whose last reading failed for want of a connection. */
  #unread: EventStoreClient | undefined;
  /** The last error that a call met on its way, if one did. */
  lastError: unknown;

  constructor(readonly settings: Settings) {
    this.#source = new ClientSource(settings);
    setMaxListeners(0, this.leaving.signal, this.#ended.signal);
  }

  get isClosed(): boolean {
    return this.leaving.signal.aborted;
  }

  /** Throws `ClosedError`. */
  assertOpen(): void {
    if (this.isClosed) throw this.closedError();
  }

  closedError(): ClosedError {
    return new ClosedError(this.settings.description);
  }

  /** Never rejects. Asks the node that it is connected to, if it is to one, who leads; what it does not tell stays as it was. */
  async condition(resumed: number): Promise<StoreCondition> {
    const channel = this.#source.channel();
    if (channel !== undefined) {
      try {
        this.#leader = { address: await leaderBy(channel), toldAt: this.settings.clock.now() };
      } catch {
        // A node that is away, slow or of another kind says nothing: a look at how the store is must not fail for that.
      }
    }
    const { lastError } = this;
    const connected = this.#source.channel();
    return {
      server: this.settings.connection?.hosts ?? this.settings.description,
      node: connected && nodeOf(connected),
      leader: this.#leader,
      reconnections: this.reconnections + resumed,
      lastError: lastError instanceof Error ? lastError : undefined,
    };
  }

  /** How often another client took the place of one that had become useless. */
  get reconnections(): number {
    return this.#source.replaced;
  }

  /** Does work that is finished before the store closes. */
  finishing<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    const done = () => {
      this.#finishing.delete(running);
    };
    this.#finishing.add(running);
    running.then(done, done);
    return running;
  }

  /** All that one reading gives, for a reader: it ends with the store. */
  read(
    about: About,
    begin: (client: EventStoreClient, options: CallOptions) => AsyncIterable<unknown>,
    signal?: AbortSignal,
  ) {
    return this.#read(about, begin, signal === undefined ? [this.leaving.signal] : [signal, this.leaving.signal]);
  }

  /** A few events, as a part of work that is finished before the store closes. */
  async readFew(
    about: About,
    begin: (client: EventStoreClient, options: CallOptions) => AsyncIterable<unknown>,
  ): Promise<readonly StoredEvent[]> {
    return (await this.#read(about, begin, [this.#ended.signal])).events;
  }

  async #read(
    about: About,
    begin: (client: EventStoreClient, options: CallOptions) => AsyncIterable<unknown>,
    signals: readonly AbortSignal[],
  ): Promise<ReadPage> {
    const { timeout, retryFor } = this.settings;
    const options = this.#callOptions();
    const patience = new Patience(retryFor);
    for (;;) {
      for (const signal of signals) signal.throwIfAborted();
      const client = await this.#source.current();
      const { reconnections } = this;
      try {
        const page = await readWhole(begin(client, options) as ClientReading, timeout, signals);
        // The end of a client also ends what others read, which looks to them like the end of what there is to read.
        if (this.reconnections !== reconnections) throw new TooLate('the client was let go of while it read');
        this.#unread = undefined;
        return page;
      } catch (error) {
        for (const signal of signals) signal.throwIfAborted();
        await this.met(error, client);
        if (endsReading(error)) {
          if (this.#unread === client) await this.#source.replace(client);
          this.#unread = client;
        }
        const after = aftermathOf(error);
        if (after !== 'not_done' && after !== 'unknown') throw this.translated(error, about);
        if (!(await patience.wait(signals))) {
          for (const signal of signals) signal.throwIfAborted();
          throw this.translated(error, about);
        }
      }
    }
  }

  /**
   * Tries a write until it succeeds, is refused, or time is up; again only after what `repeats` says may be repeated.
   * `isAppend`: the client may send it over the stream that its appends share. `asksFirst`: the client asks what the server
   * can do, before that.
   */
  async write<T>(
    act: Act<T>,
    {
      isAppend,
      asksFirst = false,
      repeats,
    }: { isAppend: boolean; asksFirst?: boolean; repeats: (after: Aftermath) => boolean },
  ): Promise<Outcome<T>> {
    const { timeout, retryFor, requiresLeader } = this.settings;
    const own = this.callCredentials();
    const patience = new Patience(retryFor);
    let wasUnknown = false;
    for (;;) {
      const client = await this.#source.current();
      // Asked for each time: which client of the process may share a stream can have changed.
      const credentials = own ?? (isAppend ? this.#source.appendCredentials(client) : undefined);
      const shared = isAppend && credentials === undefined;
      const options = { requiresLeader, deadline: timeout, ...(credentials && { credentials }) };
      const done = await this.#slots.take();
      try {
        return { value: await inTime(act(client, options), timeout) };
      } catch (error) {
        done();
        const after = aftermathOf(error, { shared });
        await this.met(error, client, shared || asksFirst);
        wasUnknown ||= after === 'unknown';
        const worst = wasUnknown && after === 'not_done' ? 'unknown' : after;
        const mayHelp = after === 'not_done' || after === 'unknown';
        if (!mayHelp || !repeats(after) || !(await patience.wait([this.leaving.signal])))
          return { error, after: worst, wasUnknown };
      } finally {
        done();
      }
    }
  }

  /** Asks what the client and the server can do, once, with the making of the client in its time: it may stay unanswered. */
  async once<T>(act: (client: EventStoreClient) => Promise<T>, timeout: number): Promise<Outcome<T>> {
    let client: EventStoreClient | undefined;
    const attempt = async () => {
      client = await this.#source.current();
      return act(client);
    };
    try {
      return { value: await inTime(attempt(), timeout) };
    } catch (error) {
      const after = aftermathOf(error);
      const isLost = after === 'not_done' || after === 'unknown';
      if (client !== undefined && isLost) await this.met(error, client, true);
      return { error, after, wasUnknown: after === 'unknown' };
    }
  }

  /** Keeps an error in mind, and takes another client where this one will go on failing. */
  async met(error: unknown, client: EventStoreClient, shared = false): Promise<void> {
    const after = aftermathOf(error, { shared });
    if (after === 'refused') return;
    this.lastError = this.translated(error, {});
    if (spoilsClient(error, shared)) await this.#source.replace(client);
  }

  current(): Promise<EventStoreClient> {
    return this.#source.current();
  }

  translated(error: unknown, about: About): unknown {
    return translated(error, { store: this.settings.description, ...about });
  }

  /** What a call has to carry, as the client does not know it by itself. */
  callCredentials(): Credentials | undefined {
    const { factory, credentials } = this.settings;
    return currentCredentials() ?? (factory === undefined ? undefined : credentials);
  }

  /** Options of a subscription to the log behind a place. */
  subscribing(place: Position): CallOptions & { readonly fromPosition: unknown } {
    const position = BigInt(place);
    return { ...this.#callOptions(), fromPosition: place === 0 ? 'start' : { commit: position, prepare: position } };
  }

  #callOptions(): CallOptions {
    const credentials = this.callCredentials();
    return { requiresLeader: this.settings.requiresLeader, ...(credentials && { credentials }) };
  }

  async close(): Promise<void> {
    this.leaving.abort(this.closedError());
    await Promise.allSettled(this.#finishing);
    this.#ended.abort(this.closedError());
    await this.#source.close();
  }
}

/** The client's own deadlines do not always hold. */
async function inTime<T>(promise: Promise<T>, timeout: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate(`no answer within ${timeout} ms`)), timeout);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
