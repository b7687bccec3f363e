/** Appends: what they mean is the server's, and what their answers leave open is found out here. */
import {
  type AppendOptions,
  type AppendResult,
  type EventData,
  type ExpectedRevision,
  OutcomeUnknownError,
  planAppend,
  StoreFailedError,
  StreamDeletedError,
  type StreamState,
  WrongExpectedRevisionError,
} from '@tidemark/core';
import type { ClientAppendResult } from './client-type.ts';
import { expecting } from './expecting.ts';
import { causeOf } from './failures.ts';
import type { KnownPositions } from './known-positions.ts';
import type { Server } from './server.ts';
import { exact } from './stored-event.ts';
import type { StreamMarks } from './stream-marks.ts';
import { WrittenEvent } from './written-event.ts';

/** No stream has so many events: an append of none that expects it is refused with the last revision. */
const beyond = Number.MAX_SAFE_INTEGER;

export class Appender {
  constructor(
    private readonly server: Server,
    private readonly marks: StreamMarks,
    private readonly known: KnownPositions,
  ) {}

  /** The arguments were checked. */
  async append(streamName: string, events: readonly EventData[], options: AppendOptions): Promise<AppendResult> {
    const { expectedRevision, revive = true } = options;
    if (events.length === 0) return this.#checkOnly(streamName, options);
    if (!revive) await this.assertAlive(streamName, expectedRevision);
    return this.#send(streamName, events, expectedRevision);
  }

  /** The last revision ever written, also of a deleted stream. Throws `StreamDeletedError` for a tombstone. */
  async lastRevision(streamName: string): Promise<number | undefined> {
    const outcome = await this.server.write(
      (client, options) => client.appendToStream(streamName, [], { ...options, ...expecting(beyond) }),
      { isAppend: true, repeats: () => true },
    );
    const error = 'value' in outcome ? undefined : this.#translated(outcome.error, streamName, beyond);
    if (error instanceof WrongExpectedRevisionError) return error.actual;
    throw (
      error ?? new StoreFailedError('io', `stream '${streamName}': the server took an append at revision ${beyond}`)
    );
  }

  async state(streamName: string): Promise<StreamState> {
    const head = await this.lastRevision(streamName);
    const { deleted, metadata } = await this.marks.read(streamName);
    return { ...metadata, streamName, head, deleted, tombstone: false };
  }

  /** The server answers an append of no events with a revision that is none. */
  async #checkOnly(streamName: string, options: AppendOptions): Promise<AppendResult> {
    const state = await this.state(streamName);
    planAppend(state, options, [], () => undefined);
    return { streamName, revision: state.head, position: undefined, repeated: false };
  }

  /**
   * Below the last revision an append revives nothing: it was stored before, or is refused. What is deleted between this
   * look and the append is revived all the same, as the server knows no such expectation.
   */
  async assertAlive(streamName: string, expected: ExpectedRevision): Promise<void> {
    const { deleted } = await this.marks.read(streamName);
    if (!deleted) return;
    const last = await this.lastRevision(streamName);
    if (typeof expected === 'number' && expected < (last ?? -1)) return;
    if (typeof expected === 'number' && expected > (last ?? -1))
      throw new WrongExpectedRevisionError(streamName, expected, last);
    throw new StreamDeletedError(streamName, false);
  }

  async #send(streamName: string, events: readonly EventData[], expected: ExpectedRevision): Promise<AppendResult> {
    const isRepeatable = expected === 'no_stream' || typeof expected === 'number';
    const before = await this.known.floor();
    const written = events.map(({ eventId, type, data, metadata }) => new WrittenEvent(eventId, type, data, metadata));
    const outcome = await this.server.write(
      (client, options) => client.appendToStream(streamName, written, { ...options, ...expecting(expected) }),
      { isAppend: true, repeats: (after) => isRepeatable || after === 'not_done' },
    );
    if ('value' in outcome) return this.#result(streamName, outcome.value, before);
    const { error, after } = outcome;
    if (after === 'unknown' || after === 'unclear') throw new OutcomeUnknownError(streamName, causeOf(error));
    const refusal = this.#translated(error, streamName, expected);
    if (refusal instanceof StreamDeletedError && expected === 'stream_exists') {
      // The server says the same of a stream that was deleted softly; of a tombstone this throws.
      await this.marks.read(streamName);
      throw new StreamDeletedError(streamName, false);
    }
    throw refusal;
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
