/**
 * Appends to several streams at once: made by clients that have `multiStreamAppend`, on servers from 25.1 on. Both the
 * client and the server say what they can do only when they are there, so it is asked when the store is opened, and again
 * by an append as long as nobody has answered.
 */
import {
  type AppendResult,
  ArgumentError,
  type ExpectedRevision,
  OutcomeUnknownError,
  type StreamAppend,
  StreamDeletedError,
  UnsupportedError,
  WrongExpectedRevisionError,
} from '@tidemark/core';
import type { Appender } from './appender.ts';
import type { ClientSeveralResult } from './client-type.ts';
import { expecting } from './expecting.ts';
import { causeOf, isUnimplemented, isUnmet, translatedOfSeveral } from './failures.ts';
import type { KnownPositions } from './known-positions.ts';
import type { Server } from './server.ts';
import { exact } from './stored-event.ts';
import type { StreamMarks } from './stream-marks.ts';
import { WrittenRecord } from './written-event.ts';

/** How long opening a store may wait for the answer of a server, in ms. */
const longestQuestion = 2_000;
const wayOut = 'append to one stream at a time';

export class SeveralStreams {
  #isThere: boolean | undefined;

  constructor(
    private readonly server: Server,
    private readonly appender: Appender,
    private readonly marks: StreamMarks,
    private readonly known: KnownPositions,
  ) {}

  /** Whether client and server are known to have it, and it would be made as the user that the store is for. */
  get isOffered(): boolean {
    return this.#isThere === true && this.server.settings.credentials === undefined;
  }

  /** Never throws: where nobody answers in time it stays unknown. */
  async ask(): Promise<void> {
    const { factory, credentials, timeout } = this.server.settings;
    // The client that is loaded by default has it not.
    if (factory === undefined || credentials !== undefined || this.#isThere !== undefined) return;
    const outcome = await this.server.once(
      async (client) => {
        if (client.multiStreamAppend === undefined) return false;
        // Without a stream the server refuses it, and writes nothing: with another error than one that does not know it.
        await client.multiStreamAppend([]);
        return true;
      },
      Math.min(timeout, longestQuestion),
    );
    if ('value' in outcome) this.#isThere = outcome.value;
    else if (isUnimplemented(outcome.error)) this.#isThere = false;
    else if (isUnmet(outcome.error)) this.#isThere = true;
  }

  /** The arguments were checked. Throws `UnsupportedError` where this cannot be had. */
  async append(appends: readonly StreamAppend[]): Promise<readonly AppendResult[]> {
    await this.ask();
    if (!this.isOffered) throw new UnsupportedError('multiStreamAppend', wayOut);
    const [first, ...others] = appends;
    if (first === undefined) return [];
    if (others.length === 0) return [await this.appender.append(first.streamName, first.events, first)];
    this.#assertPossible(appends);
    for (const { streamName, events, expectedRevision, revive = true } of appends) {
      // To the server a stream that was emptied exists.
      if (!revive || expectedRevision === 'stream_exists')
        await this.appender.assertAlive(streamName, events, expectedRevision);
    }
    return this.#send(appends);
  }

  #assertPossible(appends: readonly StreamAppend[]): void {
    if (this.server.callCredentials() !== undefined)
      throw new UnsupportedError('multiStreamAppend as another user than the client’s own', wayOut);
    const names = new Map<string, string>();
    for (const { streamName, events } of appends) {
      if (events.length === 0)
        throw new UnsupportedError(
          'check of a stream in an append to others',
          `leave '${streamName}' out, or give it an event; the server checks only what it writes`,
        );
      const folded = streamName.toUpperCase();
      const other = names.get(folded);
      if (other !== undefined)
        throw new ArgumentError(
          'appends',
          `'${other}' and '${streamName}'`,
          'names that differ in more than upper and lower case: within one append the server takes these for one stream',
        );
      names.set(folded, streamName);
    }
  }

  async #send(appends: readonly StreamAppend[]): Promise<readonly AppendResult[]> {
    const isRepeatable = appends.every(
      ({ expectedRevision }) => expectedRevision === 'no_stream' || typeof expectedRevision === 'number',
    );
    const before = await this.known.floor();
    const outcome = await this.server.write(
      (client) => {
        // Another client may have taken the place of the one that was asked.
        if (client.multiStreamAppend === undefined) throw new UnsupportedError('multiStreamAppend', wayOut);
        return client.multiStreamAppend(
          appends.map(({ streamName, expectedRevision, events }) => ({
            streamName,
            expectedState: expecting(expectedRevision).streamState,
            events: events.map(({ eventId, type, data, metadata }) => new WrittenRecord(eventId, type, data, metadata)),
          })),
        );
      },
      { isAppend: false, asksFirst: true, repeats: (after) => isRepeatable || after === 'not_done' },
    );
    if ('value' in outcome) return this.#results(appends, outcome.value, before);
    const { error, after } = outcome;
    if (after === 'unknown' || after === 'unclear') throw new OutcomeUnknownError(namesOf(appends), causeOf(error));
    const refusal = await this.#refusal(error, appends);
    // An attempt before this one may have revived a stream, which then is one that exists, or have written before the tombstone.
    const mayBeWritten = expectedOf(appends, refusal) === 'no_stream' || refusal instanceof StreamDeletedError;
    if (outcome.wasUnknown && mayBeWritten) throw new OutcomeUnknownError(namesOf(appends), causeOf(error));
    const revived = await this.#reviving(refusal, appends);
    if (revived === undefined) throw refusal;
    try {
      return await this.#send(revived);
    } catch (again) {
      if (expectedOf(appends, again) !== 'no_stream') throw again;
      const { streamName, actual } = again as WrongExpectedRevisionError;
      throw new WrongExpectedRevisionError(streamName, 'no_stream', actual);
    }
  }

  /** The same appends, where the one that was refused expects no stream and finds one that was emptied: to the server it exists. */
  async #reviving(refusal: unknown, appends: readonly StreamAppend[]): Promise<readonly StreamAppend[] | undefined> {
    const refused = refusedOf(appends, refusal);
    if (refused === undefined || refused.expectedRevision !== 'no_stream' || refused.revive === false) return undefined;
    const expectedRevision = await this.appender.emptiedAt(refused.streamName, refused.events);
    if (expectedRevision === undefined) return undefined;
    return appends.map((append) => (append === refused ? { ...append, expectedRevision } : append));
  }

  async #refusal(error: unknown, appends: readonly StreamAppend[]): Promise<unknown> {
    const expected = new Map(appends.map(({ streamName, expectedRevision }) => [streamName, expectedRevision]));
    const refusal = translatedOfSeveral(
      error,
      { store: this.server.settings.description, right: 'write them ($w)' },
      expected,
    );
    const isOne = refusal instanceof StreamDeletedError || refusal instanceof WrongExpectedRevisionError;
    if (!isOne || expected.get(refusal.streamName) !== 'stream_exists') return refusal;
    // The server may say either of a stream that was deleted softly; of a tombstone this throws.
    const { deleted } = await this.marks.read(refusal.streamName);
    return deleted ? new StreamDeletedError(refusal.streamName, false) : refusal;
  }

  /**
   * The server tells the revision for each stream, and one position for all. Where the streams may not be read, or the
   * events are hidden already, that one stands for theirs: it is theirs or beyond.
   */
  async #results(
    appends: readonly StreamAppend[],
    { responses, position }: ClientSeveralResult,
    before: number,
  ): Promise<readonly AppendResult[]> {
    const revisions = new Map(responses.map(({ streamName, revision }) => [streamName, exact(revision, 'revision')]));
    const written = await Promise.all(
      appends.map(async ({ streamName }) => {
        const revision = revisions.get(streamName) ?? exact(-1n, `revision of '${streamName}'`);
        return { streamName, revision, place: await this.#positionOf(streamName, revision) };
      }),
    );
    const last = position < 0n ? -1 : exact(position, 'position');
    const latest = Math.max(last, ...written.map(({ place = -1 }) => place));
    const repeated = latest < 0 || !this.known.isNew(latest, before);
    return written.map(({ streamName, revision, place = repeated ? undefined : last }) => ({
      streamName,
      revision,
      position: place,
      repeated,
    }));
  }

  async #positionOf(streamName: string, revision: number): Promise<number | undefined> {
    const fromRevision = BigInt(revision);
    const found = await this.server
      .readFew({ streamName }, (client, options) =>
        client.readStream(streamName, { ...options, direction: 'forwards', fromRevision, maxCount: 1 }),
      )
      // It was acknowledged: whatever reading fails on is no failure of the append.
      .catch(() => []);
    return found.find((event) => event.revision === revision)?.position;
  }
}

/** The one that a wrong revision is about. */
function refusedOf(appends: readonly StreamAppend[], refusal: unknown): StreamAppend | undefined {
  if (!(refusal instanceof WrongExpectedRevisionError)) return undefined;
  return appends.find(({ streamName }) => streamName === refusal.streamName);
}

function expectedOf(appends: readonly StreamAppend[], refusal: unknown): ExpectedRevision | undefined {
  return refusedOf(appends, refusal)?.expectedRevision;
}

function namesOf(appends: readonly StreamAppend[]): string {
  return appends.map(({ streamName }) => streamName).join("', '");
}
