/** Marks on streams as work for the writer: deleted, gone for good, truncated, described. They take no position. */
import {
  assertDeletable,
  changedMetadata,
  type ExpectedRevision,
  StreamDeletedError,
  type StreamMetadataChanges,
} from '@tidemark/core';
import type Database from 'better-sqlite3';
import type { StreamCache } from './stream-cache.ts';
import type { Work } from './writer.ts';

type Marks = [truncateBefore: number | null, maxCount: number | null, maxAge: number | null, custom: string | null];

export class StreamChanger {
  readonly #delete: Database.Statement<[number]>;
  readonly #tombstone: Database.Statement<[number]>;
  readonly #change: Database.Statement<[...Marks, number]>;

  constructor(
    db: Database.Database,
    private readonly streams: StreamCache,
  ) {
    this.#delete = db.prepare('UPDATE streams SET deleted = 1 WHERE id = ?');
    this.#tombstone = db.prepare('UPDATE streams SET tombstone = 1 WHERE id = ?');
    this.#change = db.prepare(
      'UPDATE streams SET truncate_before = ?, max_count = ?, max_age = ?, custom = ? WHERE id = ?',
    );
  }

  deletion(streamName: string, expected: ExpectedRevision): Work<void> {
    return work(() => {
      assertDeletable(this.streams.state(streamName), expected, false);
      return () => {
        const stream = this.streams.forWriting(streamName);
        this.#delete.run(stream.id);
        stream.state.deleted = true;
      };
    });
  }

  tombstone(streamName: string, expected: ExpectedRevision): Work<void> {
    return work(() => {
      assertDeletable(this.streams.state(streamName), expected, true);
      return () => {
        const stream = this.streams.forWriting(streamName);
        this.#tombstone.run(stream.id);
        stream.state.tombstone = true;
      };
    });
  }

  metadata(streamName: string, changes: StreamMetadataChanges): Work<void> {
    return work(() => {
      const { head, deleted, tombstone, ...metadata } = this.streams.state(streamName);
      if (tombstone) throw new StreamDeletedError(streamName, true);
      const changed = changedMetadata(metadata, changes);
      return () => {
        const stream = this.streams.forWriting(streamName);
        const { truncateBefore = null, maxCount = null, maxAge = null, custom } = changed;
        const text = custom === undefined ? null : JSON.stringify(custom);
        this.#change.run(truncateBefore, maxCount, maxAge, text, stream.id);
        const own = text === null ? {} : { custom: JSON.parse(text) };
        stream.state = { ...changed, ...own, streamName, head, deleted, tombstone };
      };
    });
  }
}

/** Each can be done twice without harm, so a failed COMMIT needs no words of its own. */
function work(plan: () => () => void): Work<void> {
  return { lane: 'durable', weight: 200, plan };
}
