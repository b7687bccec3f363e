/** Deleting a stream, softly or for good. */
import {
  assertDeletable,
  type ExpectedRevision,
  type Revision,
  StoreFailedError,
  StreamDeletedError,
  WrongExpectedRevisionError,
} from '@tidemark/core';
import type { Appender } from './appender.ts';
import { expecting } from './expecting.ts';
import type { JustRead } from './just-read.ts';
import { lastRevision } from './last-revision.ts';
import { Patience } from './patience.ts';
import type { Server } from './server.ts';
import type { Marks, StreamMarks } from './stream-marks.ts';

export class Deleter {
  constructor(
    private readonly server: Server,
    private readonly marks: StreamMarks,
    private readonly appender: Appender,
    private readonly justRead: JustRead,
  ) {}

  async delete(streamName: string, expected: ExpectedRevision): Promise<void> {
    try {
      await this.#delete(streamName, expected);
    } finally {
      this.justRead.deleted();
    }
  }

  async tombstone(streamName: string, expected: ExpectedRevision): Promise<void> {
    const { state } = await this.appender.look(streamName);
    assertDeletable(state, expected, true);
    await this.#tombstone(streamName, expected, state.deleted ? whereDeleted(expected, state.head) : expected);
  }

  async #delete(streamName: string, expected: ExpectedRevision): Promise<void> {
    if (typeof expected === 'number') return this.#deleteAt(streamName, expected);
    const { state } = await this.appender.look(streamName);
    assertDeletable(state, expected, false);
    // It is deleted already. What revives it from now on is not meant.
    if (expected === 'no_stream') return;
    await this.marks.change(streamName, ({ deleted, metadata }) => (deleted ? undefined : { deleted: true, metadata }));
  }

  /** Where an event came before the deletion, the deletion is none: what is read behind it tells. */
  async #deleteAt(streamName: string, expected: number): Promise<void> {
    let written: number | undefined;
    await this.marks.retrying(streamName, async () => {
      const { state, marks } = await this.appender.look(streamName);
      assertDeletable(state, expected, false);
      if (state.deleted) return true;
      if (!(await this.marks.empty(streamName, marks, expected + 1))) return false;
      written = (marks.revision ?? -1) + 1;
      return true;
    });
    if (written === undefined) return;
    const { deleted, metadata } = await this.#from(streamName, written);
    if (deleted || (metadata.revivedAt ?? -1) > expected) return;
    throw new WrongExpectedRevisionError(streamName, expected, await lastRevision(this.server, streamName));
  }

  /** What is set on the stream, not before this revision of its metadata: a node that follows the leader may lag behind. */
  async #from(streamName: string, revision: Revision): Promise<Marks> {
    const patience = new Patience(this.server.settings.retryFor);
    for (;;) {
      const marks = await this.marks.read(streamName);
      if ((marks.revision ?? -1) >= revision) return marks;
      if (await patience.wait([this.server.leaving.signal])) continue;
      const found = `stream '${streamName}': its deletion was written, and the node that is read does not show it`;
      throw new StoreFailedError('unreachable', found);
    }
  }

  async #tombstone(streamName: string, expected: ExpectedRevision, asked: ExpectedRevision): Promise<void> {
    const outcome = await this.server.write(
      (client, options) => client.tombstoneStream(streamName, { ...options, ...expecting(asked) }),
      { isAppend: false, repeats: () => true },
    );
    if ('value' in outcome) return;
    const error = this.server.translated(outcome.error, { streamName, expected, right: 'delete it ($d)' });
    // An attempt before this one did it, and was not acknowledged.
    if (error instanceof StreamDeletedError && outcome.wasUnknown) return;
    throw error;
  }
}

/**
 * What to expect of a deleted stream, which the server takes for one that is none, or for one without events. Whoever
 * expects none must not end one that is revived meanwhile.
 */
function whereDeleted(expected: ExpectedRevision, head: Revision | undefined): ExpectedRevision {
  if (expected === 'no_stream') return head ?? 'any';
  return expected === 'stream_exists' ? 'any' : expected;
}
