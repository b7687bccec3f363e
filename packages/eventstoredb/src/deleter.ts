/** Deleting a stream, softly or for good. */
import { assertDeletable, type ExpectedRevision, StreamDeletedError, type StreamMetadata } from '@tidemark/core';
import type { Appender } from './appender.ts';
import type { EventStoreClient } from './client-type.ts';
import { expecting } from './expecting.ts';
import type { Server } from './server.ts';
import type { Marks, MarksToBe, StreamMarks } from './stream-marks.ts';

export class Deleter {
  constructor(
    private readonly server: Server,
    private readonly marks: StreamMarks,
    private readonly appender: Appender,
  ) {}

  /**
   * At an exact revision the server deletes, as it alone can compare and delete in one step; what it forgets of the stream's
   * metadata is written behind it. Otherwise the mark is written together with the rest.
   */
  async delete(streamName: string, expected: ExpectedRevision): Promise<void> {
    const before = await this.appender.state(streamName);
    assertDeletable(before, expected, false);
    if (before.deleted) return;
    if (typeof expected !== 'number')
      return this.marks.change(streamName, ({ metadata }) => ({ deleted: true, metadata }));
    const { json, metadata, deleted } = await this.marks.read(streamName);
    // Meanwhile: what the server forgot of it then is written by whoever deleted it.
    if (deleted) return;
    await this.#delete(streamName, expected, 'deleteStream');
    await this.marks.change(streamName, (marks) => ({ json, ...restored(metadata, marks) }));
  }

  async tombstone(streamName: string, expected: ExpectedRevision): Promise<void> {
    const state = await this.appender.state(streamName);
    assertDeletable(state, expected, true);
    // A deleted stream is none to the server.
    await this.#delete(streamName, state.deleted && expected === 'no_stream' ? 'any' : expected, 'tombstoneStream');
  }

  async #delete(streamName: string, expected: ExpectedRevision, method: 'deleteStream' | 'tombstoneStream') {
    const outcome = await this.server.write(
      (client: EventStoreClient, options) => client[method](streamName, { ...options, ...expecting(expected) }),
      { isAppend: false, repeats: () => true },
    );
    if ('value' in outcome) return;
    const error = this.server.translated(outcome.error, { streamName, expected, right: 'delete it ($d)' });
    // An attempt before this one did it, and was not acknowledged.
    if (method === 'tombstoneStream' && error instanceof StreamDeletedError && outcome.wasUnknown) return;
    throw error;
  }
}

/** The metadata from before the server's delete, on a stream that somebody may have revived since. */
function restored(metadata: StreamMetadata, { deleted, metadata: { truncateBefore } }: Marks): MarksToBe {
  if (deleted || truncateBefore === undefined) return { deleted, metadata };
  return { deleted, metadata: { ...metadata, truncateBefore, revivedAt: truncateBefore } };
}
