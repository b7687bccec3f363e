/** Appends: what they mean is the server's, and what their answers leave open is found out here. */
import {
  AccessDeniedError,
  type AppendOptions,
  type AppendResult,
  type EventData,
  type ExpectedRevision,
  OutcomeUnknownError,
  planAppend,
  StreamDeletedError,
  type StreamState,
  WrongExpectedRevisionError,
} from '@tidemark/core';
import type { ClientAppendResult } from './client-type.ts';
import { expecting } from './expecting.ts';
import { causeOf } from './failures.ts';
import type { JustRead } from './just-read.ts';
import type { KnownPositions } from './known-positions.ts';
import { lastRevision } from './last-revision.ts';
import type { LogReader } from './log-reader.ts';
import { Patience } from './patience.ts';
import type { Outcome, Server } from './server.ts';
import { exact } from './stored-event.ts';
import type { Marks, StreamMarks } from './stream-marks.ts';
import { WrittenEvent } from './written-event.ts';

export class Appender {
  constructor(
    private readonly server: Server,
    private readonly marks: StreamMarks,
    private readonly known: KnownPositions,
    private readonly justRead: JustRead,
    private readonly log: LogReader,
  ) {}

  /** The arguments were checked. */
  async append(streamName: string, events: readonly EventData[], options: AppendOptions): Promise<AppendResult> {
    const { expectedRevision, revive = true } = options;
    if (events.length === 0) return this.#checkOnly(streamName, options);
    // To the server a stream that was emptied exists.
    if (!revive || expectedRevision === 'stream_exists') await this.assertAlive(streamName, events, expectedRevision);
    return this.#send(streamName, events, expectedRevision, revive);
  }

  /** What the contract's rules ask of a stream, and what is set on it. Throws `StreamDeletedError` for a tombstone. */
  async look(streamName: string): Promise<{ readonly state: StreamState; readonly marks: Marks }> {
    const head = await lastRevision(this.server, streamName);
    const marks = await this.marks.read(streamName);
    const { deleted, metadata } = marks;
    return { state: { ...metadata, streamName, head, deleted, tombstone: false }, marks };
  }

  /** The server answers an append of no events with a revision that is none. */
  async #checkOnly(streamName: string, options: AppendOptions): Promise<AppendResult> {
    const { state } = await this.look(streamName);
    planAppend(state, options, [], () => undefined);
    return { streamName, revision: state.head, position: undefined, repeated: false };
  }

  /**
   * Below the last revision an append revives nothing: it was stored before, or is refused. What is deleted between this
   * look, or the reading that stands for it, and the append is revived all the same, as the server knows no such expectation.
   */
  async assertAlive(streamName: string, events: readonly EventData[], expected: ExpectedRevision): Promise<void> {
    if (this.justRead.has(streamName)) return;
    const marks = await this.marks.read(streamName);
    if (!marks.deleted) {
      // To the server a stream with metadata exists, whatever that says.
      const mayBeMissing = expected === 'stream_exists' && marks.revision !== undefined && saysNothing(marks);
      if (mayBeMissing && (await lastRevision(this.server, streamName)) === undefined)
        throw new WrongExpectedRevisionError(streamName, expected, undefined);
      return;
    }
    // What begins as the stream did is stored, or is refused, and revives nothing.
    if (expected === 'no_stream' && (await this.#beganWith(streamName, events, marks))) return;
    const last = await lastRevision(this.server, streamName);
    if (typeof expected === 'number' && expected < (last ?? -1)) return;
    if (typeof expected === 'number' && expected > (last ?? -1))
      throw new WrongExpectedRevisionError(streamName, expected, last);
    throw new StreamDeletedError(streamName, false);
  }

  async #send(
    streamName: string,
    events: readonly EventData[],
    expected: ExpectedRevision,
    revive: boolean,
  ): Promise<AppendResult> {
    const before = await this.known.floor();
    const outcome = await (expected === 'no_stream'
      ? this.#writeFirst(streamName, events, before)
      : this.#write(streamName, events, expected));
    if ('value' in outcome) return this.#result(streamName, outcome.value, before);
    const { error, after } = outcome;
    if (after === 'unknown' || after === 'unclear') throw new OutcomeUnknownError(streamName, causeOf(error));
    const refusal = this.#translated(error, streamName, expected);
    if (refusal instanceof StreamDeletedError && outcome.wasUnknown) {
      const value = await this.#writtenBefore(refusal, before, streamName, events);
      return this.#result(streamName, value, before);
    }
    if (refusal instanceof WrongExpectedRevisionError && expected === 'no_stream' && revive)
      return this.#revive(streamName, events, refusal);
    if (refusal instanceof StreamDeletedError && expected === 'stream_exists') {
      // The server says the same of a stream that was deleted softly; of a tombstone this throws.
      await this.marks.read(streamName);
      throw new StreamDeletedError(streamName, false);
    }
    throw refusal;
  }

  /**
   * At `no_stream`. An attempt whose acknowledgement is lost may have revived the stream, so that the next one is refused,
   * or revives it once more where others have deleted it since. So where it had a life before, the events are looked for
   * in the log, from `before` on, which is a position from before the first attempt.
   */
  async #writeFirst(
    streamName: string,
    events: readonly EventData[],
    before: number,
  ): Promise<Outcome<ClientAppendResult>> {
    const patience = new Patience(this.server.settings.retryFor);
    let lost: Outcome<ClientAppendResult> | undefined;
    for (;;) {
      const outcome = await this.#write(streamName, events, 'no_stream');
      if ('value' in outcome) return outcome;
      const isLost = outcome.after === 'unknown';
      if (isLost) lost = outcome;
      if (lost === undefined) return outcome;
      const refusal = this.#translated(outcome.error, streamName, 'no_stream');
      if (refusal instanceof StreamDeletedError) return { ...outcome, wasUnknown: true };
      const isWrongRevision = refusal instanceof WrongExpectedRevisionError;
      if (isLost ? !(await patience.wait([this.server.leaving.signal])) : !isWrongRevision) return lost;
      try {
        const { deletion, metadata } = await this.marks.read(streamName);
        const hasLived = [deletion, metadata.revivedAt, metadata.truncateBefore].some((mark) => mark !== undefined);
        if (hasLived && before < 0) return lost;
        const value = hasLived ? await this.#writtenBehind(before, streamName, events) : undefined;
        if (value !== undefined) return { value };
      } catch (error) {
        if (error instanceof StreamDeletedError) return { error, after: 'refused', wasUnknown: true };
        // Nobody knows, and whoever tried again might write it a second time.
        return lost;
      }
      if (!isLost) return outcome;
    }
  }

  /**
   * A stream has a tombstone, and an attempt before came to an unknown end: it was refused too, unless it is in the log,
   * which holds what the tombstone hides. Throws `refusal`, or `OutcomeUnknownError` where the log cannot tell.
   */
  async #writtenBefore(
    refusal: StreamDeletedError,
    before: number,
    streamName: string,
    events: readonly EventData[],
  ): Promise<ClientAppendResult> {
    let isTold: boolean;
    let value: ClientAppendResult | undefined;
    try {
      // A node that shows the tombstone has all that came before it; one that follows may not show it yet.
      isTold = before >= 0 && (await this.#hasTombstone(streamName));
      if (isTold) value = await this.#writtenBehind(before, streamName, events);
    } catch (cause) {
      throw new OutcomeUnknownError(streamName, { cause });
    }
    if (value !== undefined) return value;
    throw isTold ? refusal : new OutcomeUnknownError(streamName, { cause: refusal });
  }

  async #hasTombstone(streamName: string): Promise<boolean> {
    return this.marks.read(streamName).then(
      () => false,
      (error: unknown) => {
        if (error instanceof StreamDeletedError) return true;
        throw error;
      },
    );
  }

  /** As the server would have answered. */
  async #writtenBehind(
    before: number,
    streamName: string,
    events: readonly EventData[],
  ): Promise<ClientAppendResult | undefined> {
    const lastId = events.at(-1)?.eventId.toLowerCase();
    for await (const page of this.log.all({
      from: before > 0 ? before : undefined,
      filter: { prefixes: [streamName] },
    })) {
      const last = page.find((event) => event.streamName === streamName && event.eventId === lastId);
      if (last === undefined) continue;
      const place = BigInt(last.position);
      return {
        success: true,
        nextExpectedRevision: BigInt(last.revision),
        position: { commit: place, prepare: place },
      };
    }
    return undefined;
  }

  #write(streamName: string, events: readonly EventData[], expected: ExpectedRevision) {
    const written = events.map(({ eventId, type, data, metadata }) => new WrittenEvent(eventId, type, data, metadata));
    return this.server.write(
      (client, options) => client.appendToStream(streamName, written, { ...options, ...expecting(expected) }),
      { isAppend: true, repeats: (after) => typeof expected === 'number' || after === 'not_done' },
    );
  }

  /**
   * `no_stream` on a stream that was emptied, which to the server is one that exists. At its last revision one append
   * alone revives it.
   */
  async #revive(streamName: string, events: readonly EventData[], refusal: WrongExpectedRevisionError) {
    const last = await this.emptiedAt(streamName, events);
    if (last === undefined) throw refusal;
    try {
      return await this.#send(streamName, events, last, true);
    } catch (error) {
      if (!(error instanceof WrongExpectedRevisionError)) throw error;
      throw new WrongExpectedRevisionError(streamName, 'no_stream', error.actual);
    }
  }

  /**
   * The last revision of a stream that was emptied, behind which these events alone revive it; `undefined` of any other, for
   * whoever may not look, and where the stream began with the first of them: then they are stored, or refused.
   */
  async emptiedAt(streamName: string, events: readonly EventData[]): Promise<number | undefined> {
    const marks = await this.#mayLook(streamName);
    const { deletion } = marks;
    if (deletion?.kind !== 'emptied') return undefined;
    // One event alone would have been found stored.
    if (events.length > 1 && (await this.#beganWith(streamName, events, marks))) return undefined;
    return deletion.first - 1;
  }

  /** Whoever may not look is told what the server says. */
  async #mayLook(streamName: string): Promise<Partial<Marks>> {
    return this.marks.read(streamName).catch((error: unknown) => {
      if (error instanceof AccessDeniedError) return {};
      throw error;
    });
  }

  /**
   * Whether the stream, which was deleted, began with the first of these events: then they are stored, or refused. The
   * server cannot be asked without the danger that it writes; so the deletion has noted it. Where it could not, as the first
   * event was hidden before, or where the note was lost, the log tells.
   */
  async #beganWith(streamName: string, [first]: readonly EventData[], { began }: Partial<Marks>): Promise<boolean> {
    return (began ?? (await this.#beganInLog(streamName))) === first?.eventId.toLowerCase();
  }

  async #beganInLog(streamName: string): Promise<string | undefined> {
    for await (const page of this.log.all({ filter: { prefixes: [streamName] } })) {
      const first = page.find((event) => event.streamName === streamName);
      // A server that scavenged has another one, and takes the first for gone.
      if (first !== undefined) return first.revision === 0 ? first.eventId : undefined;
    }
    return undefined;
  }

  #result(streamName: string, { nextExpectedRevision, position }: ClientAppendResult, before: number): AppendResult {
    const revision = exact(nextExpectedRevision, 'revision');
    // Without a position: it was stored before, and is hidden now.
    if (position === undefined) return { streamName, revision, position, repeated: true };
    const place = exact(position.commit, 'position');
    return { streamName, revision, position: place, repeated: !this.known.isNew(place, before) };
  }

  #translated(error: unknown, streamName: string, expected: ExpectedRevision): unknown {
    return this.server.translated(error, { streamName, expected, right: 'write it ($w)' });
  }
}

/** Neither what the contract knows nor what other tools have set. */
function saysNothing({ json }: Marks): boolean {
  return Object.keys(json).every((key) => key === 'tidemark');
}
