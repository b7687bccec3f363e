/**
 * What is set on a stream: deleting, truncating, limits. The server keeps it as the last event of the stream's metadata
 * stream, `$$name`, and nothing is written there but behind what was read: of two who change it, one looks again.
 *
 * The server's own soft delete forgets all other metadata, so it is never asked for. Nor can metadata be written where
 * the stream has a certain last revision: an event may come between the look at it and the deletion. So a deletion at a
 * revision says which events it hides, and whoever finds others behind them asks the log which came first. Where the
 * event did, the deletion was none, and is taken back by the first who looks, whether or not its author still can.
 */
import {
  AccessDeniedError,
  type ExpectedRevision,
  type Position,
  type Revision,
  type StoredEvent,
  StoreFailedError,
  type StreamMetadata,
  WrongExpectedRevisionError,
} from '@tidemark/core';
import { expecting } from './expecting.ts';
import { orNothing } from './failures.ts';
import { objectIn } from './json-object.ts';
import { lastRevision } from './last-revision.ts';
import { type Deletion, meaningOf, textOf } from './marks-text.ts';
import type { Server } from './server.ts';
import { ownEvent } from './written-event.ts';

/** The metadata of a stream, in the server's form, and what it means. */
export interface Marks {
  readonly json: Readonly<Record<string, unknown>>;
  /** The metadata stream's last event: its revision, and its place in the log. */
  readonly revision: Revision | undefined;
  readonly position: Position | undefined;
  readonly deletion: Deletion | undefined;
  readonly deleted: boolean;
  readonly metadata: StreamMetadata;
  /** The id of the stream's first event, where a deletion noted it. */
  readonly began: string | undefined;
  /** A deletion that was none was taken back by this look. */
  readonly mended: boolean;
}

/** What is to stand there. */
export interface MarksToBe {
  readonly deleted: boolean;
  readonly metadata: StreamMetadata;
}

/** How often a change of metadata is tried again after another one came first. */
const mostConflicts = 50;

export class StreamMarks {
  constructor(private readonly server: Server) {}

  /** Throws `StreamDeletedError` for a tombstone. */
  async read(streamName: string): Promise<Marks> {
    for (let mended = false; ; mended = true) {
      const last = await this.#last(streamName);
      const json = last === undefined ? {} : objectIn(last.dataText);
      const { metadata, deletion, began } = meaningOf(json);
      const stored = { json, revision: last?.revision, position: last?.position, metadata, deletion, began, mended };
      if (last === undefined || deletion?.kind !== 'emptied') return { ...stored, deleted: deletion !== undefined };
      const { first, at, since = last.position } = deletion;
      const behind = await this.#behind(streamName, first, metadata);
      if (behind === undefined) return { ...stored, deletion: { ...deletion, since }, deleted: true };
      // Where another tool has written metadata since, the deletion's place is hidden: its author has looked at it by then.
      const isOld = deletion.since === undefined && at !== last.revision;
      if (isOld || behind > since) {
        const revived = { ...metadata, truncateBefore: first, revivedAt: first };
        return { ...stored, metadata: revived, deletion: undefined, deleted: false };
      }
      await this.#write(streamName, last.revision, textOf(json, { metadata, deletion: undefined }));
    }
  }

  /** Writes what `change` makes of the marks, and makes it again where another change came first; `undefined` writes nothing. */
  async change(streamName: string, change: (marks: Marks) => MarksToBe | undefined): Promise<void> {
    await this.retrying(streamName, async () => {
      const marks = await this.read(streamName);
      const wanted = change(marks);
      if (wanted === undefined) return true;
      const { metadata, deleted } = wanted;
      const deletion = deleted ? deletionOver(marks) : undefined;
      const began = deleted && !marks.deleted ? await this.#beganAs(streamName, marks) : marks.began;
      return this.#write(streamName, marks.revision, textOf(marks.json, { metadata, deletion, began }));
    });
  }

  /** Deletes a stream whose last event stands before `first`; false where another change came first. */
  async empty(streamName: string, marks: Marks, first: Revision): Promise<boolean> {
    const { json, metadata, revision } = marks;
    const began = await this.#beganAs(streamName, marks);
    const deletion: Deletion = { kind: 'emptied', first, at: (revision ?? -1) + 1 };
    return this.#write(streamName, revision, textOf(json, { metadata, deletion, began }));
  }

  /** Tries until `attempt` says that it is done. */
  async retrying(streamName: string, attempt: () => Promise<boolean>): Promise<void> {
    for (let conflicts = 0; conflicts < mostConflicts; conflicts += 1) if (await attempt()) return;
    throw new StoreFailedError(
      'busy',
      `stream '${streamName}': others changed its metadata ${mostConflicts} times meanwhile`,
    );
  }

  async #last(streamName: string): Promise<StoredEvent | undefined> {
    const [last] = await this.server
      .readFew({ streamName, right: 'read its metadata ($mr)' }, (client, options) =>
        client.readStream(`$$${streamName}`, {
          ...options,
          direction: 'backwards',
          fromRevision: 'end',
          maxCount: 1,
        }),
      )
      .catch(orNothing);
    return last;
  }

  /** The first event's id, as long as it can be read. */
  async #beganAs(streamName: string, { began }: Marks): Promise<string | undefined> {
    if (began !== undefined) return began;
    const first = await this.#read(streamName, 0).catch(unlessDenied);
    return first?.revision === 0 ? first.eventId : undefined;
  }

  /** Where the log has what stands at this revision or behind it; `undefined` where nothing does. */
  async #behind(streamName: string, first: Revision, { maxAge }: StreamMetadata): Promise<Position | undefined> {
    const event = await this.#read(streamName, first);
    if (event !== undefined) return event.position;
    if (maxAge === undefined) return undefined;
    // It may have grown too old to be read, and with it all that the deletion hid: which came first makes no difference.
    const last = await lastRevision(this.server, streamName).catch(unlessDenied);
    return (last ?? -1) < first ? undefined : Number.POSITIVE_INFINITY;
  }

  /** The first event from this revision on that is not hidden. */
  async #read(streamName: string, from: Revision): Promise<StoredEvent | undefined> {
    const [event] = await this.server
      .readFew({ streamName, right: 'read it ($r)' }, (client, options) =>
        client.readStream(streamName, {
          ...options,
          direction: 'forwards',
          fromRevision: BigInt(from),
          maxCount: 1,
        }),
      )
      .catch(orNothing);
    return event;
  }

  async #write(streamName: string, revision: Revision | undefined, text: string): Promise<boolean> {
    const event = ownEvent('$metadata', text);
    const expected: ExpectedRevision = revision ?? 'no_stream';
    const outcome = await this.server.write(
      (client, options) => client.appendToStream(`$$${streamName}`, [event], { ...options, ...expecting(expected) }),
      { isAppend: true, repeats: () => true },
    );
    if ('value' in outcome) return true;
    const about = { streamName, expected, right: 'write its metadata ($mw)' };
    const error = this.server.translated(outcome.error, about);
    if (error instanceof WrongExpectedRevisionError) return false;
    throw error;
  }
}

/** How a stream with these marks is deleted, or deleted still. */
function deletionOver({ deletion, position }: Marks): Deletion {
  return deletion?.kind === 'marked' ? { kind: 'marked', since: position } : (deletion ?? { kind: 'marked' });
}

/** Whoever may not write cannot be told the last revision. */
function unlessDenied(error: unknown): undefined {
  if (error instanceof AccessDeniedError) return undefined;
  throw error;
}
