/** Deleting a stream, softly or for good. */
import { assertDeletable, type ExpectedRevision, StreamDeletedError, WrongExpectedRevisionError } from '@tidemark/core';
import type { Appender } from './appender.ts';
import { expecting } from './expecting.ts';
import { lastRevision } from './last-revision.ts';
import type { Server } from './server.ts';
import type { StreamMarks } from './stream-marks.ts';

export class Deleter {
  constructor(
    private readonly server: Server,
    private readonly marks: StreamMarks,
    private readonly appender: Appender,
  ) {}

  async delete(streamName: string, expected: ExpectedRevision): Promise<void> {
    if (typeof expected === 'number') return this.#deleteAt(streamName, expected);
    const { state } = await this.appender.look(streamName);
    assertDeletable(state, expected, false);
    await this.marks.change(streamName, ({ deleted, metadata }) => (deleted ? undefined : { deleted: true, metadata }));
  }

  async tombstone(streamName: string, expected: ExpectedRevision): Promise<void> {
    const { state } = await this.appender.look(streamName);
    assertDeletable(state, expected, true);
    // A deleted stream is none to the server, or one without events.
    await this.#tombstone(streamName, state.deleted && expected === 'no_stream' ? 'any' : expected);
  }

  /** Below an event that comes before the deletion the deletion is none: what is read behind it tells. */
  async #deleteAt(streamName: string, expected: number): Promise<void> {
    let wasDeleted = false;
    await this.marks.retrying(streamName, async () => {
      const { state, marks } = await this.appender.look(streamName);
      assertDeletable(state, expected, false);
      wasDeleted = state.deleted;
      return wasDeleted || this.marks.empty(streamName, marks, expected + 1);
    });
    if (wasDeleted) return;
    const { deleted, metadata } = await this.marks.read(streamName);
    if (deleted || (metadata.revivedAt ?? -1) > expected) return;
    throw new WrongExpectedRevisionError(streamName, expected, await lastRevision(this.server, streamName));
  }

  async #tombstone(streamName: string, expected: ExpectedRevision): Promise<void> {
    const outcome = await this.server.write(
      (client, options) => client.tombstoneStream(streamName, { ...options, ...expecting(expected) }),
      { isAppend: false, repeats: () => true },
    );
    if ('value' in outcome) return;
    const error = this.server.translated(outcome.error, { streamName, expected, right: 'delete it ($d)' });
    // An attempt before this one did it, and was not acknowledged.
    if (error instanceof StreamDeletedError && outcome.wasUnknown) return;
    throw error;
  }
}
