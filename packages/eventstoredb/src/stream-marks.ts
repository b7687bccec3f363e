/**
 * What is set on a stream: deleting, truncating, limits. The server keeps it as the last event of the stream's metadata
 * stream, `$$name`. What the contract wants beyond that stands in it under `tidemark`:
 *
 * - A soft delete of the server forgets all other metadata. So the store writes `$tb` itself, with the rest.
 * - A revival sets `$tb` to the first new revision, and whoever lowers `$tb` later shows what was deleted. So the store
 *   remembers where the stream was revived, and keeps `$tb` from going below.
 */
import {
  type ExpectedRevision,
  StoreFailedError,
  type StreamMetadata,
  WrongExpectedRevisionError,
} from '@tidemark/core';
import { expecting } from './expecting.ts';
import { orNothing } from './failures.ts';
import { isObject, objectIn } from './json-object.ts';
import type { Server } from './server.ts';
import { ownEvent } from './written-event.ts';

/** `$tb` of a deleted stream: Int64.Max, which a number cannot hold. */
const deletedMark = '9223372036854775807';

/** The metadata of a stream, in the server's form, and what it means. */
export interface Marks {
  readonly json: Readonly<Record<string, unknown>>;
  /** The metadata stream's last revision. */
  readonly revision: number | undefined;
  readonly deleted: boolean;
  readonly metadata: StreamMetadata;
}

/** What is to stand there. */
export interface MarksToBe {
  readonly deleted: boolean;
  readonly metadata: StreamMetadata;
  /** What others have set; default: as it is. */
  readonly json?: Marks['json'];
}

interface Kept {
  readonly deleted?: boolean;
  readonly revivedAt?: number;
  readonly truncateBefore?: number | null;
}

/** How often a change of metadata is tried again after another one came first. */
const mostConflicts = 50;

export class StreamMarks {
  constructor(private readonly server: Server) {}

  /** Throws `StreamDeletedError` for a tombstone. */
  async read(streamName: string): Promise<Marks> {
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
    const json = last === undefined ? {} : objectIn(last.dataText);
    return { json, revision: last?.revision, ...meaningOf(json) };
  }

  /** Writes what `change` makes of the marks, and makes it again where another change came first. */
  async change(streamName: string, change: (marks: Marks) => MarksToBe): Promise<void> {
    for (let conflicts = 0; conflicts < mostConflicts; conflicts += 1) {
      const marks = await this.read(streamName);
      const wanted = { json: marks.json, ...change(marks) };
      if (!marks.deleted) {
        if (await this.#write(streamName, marks, textOf(wanted))) return;
      } else if (await this.#write(streamName, marks, textOf({ ...wanted, deleted: false }))) {
        // The server revives a deleted stream when its metadata is written, so that its deletion has to be written once more.
        if (wanted.deleted) await this.change(streamName, () => wanted);
        return;
      }
    }
    throw new StoreFailedError(
      'busy',
      `stream '${streamName}': others changed its metadata ${mostConflicts} times meanwhile`,
    );
  }

  async #write(streamName: string, { revision }: Marks, text: string): Promise<boolean> {
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

function meaningOf(json: Readonly<Record<string, unknown>>): Pick<Marks, 'deleted' | 'metadata'> {
  const { $tb, $maxCount, $maxAge, custom } = json;
  const kept = keptIn(json);
  const mark = typeof $tb === 'number' ? $tb : undefined;
  const deleted = mark !== undefined && !Number.isSafeInteger(mark);
  // The first metadata after a revival is the server's: it sets `$tb` and leaves the rest.
  const revives = !deleted && kept.deleted === true;
  const revivedAt = revives ? mark : kept.revivedAt;
  const own = 'truncateBefore' in kept && !revives ? (kept.truncateBefore ?? undefined) : undefined;
  const truncateBefore = deleted || ('truncateBefore' in kept && !revives) ? own : mark;
  const metadata = {
    ...(truncateBefore !== undefined && { truncateBefore }),
    ...(typeof $maxCount === 'number' && { maxCount: $maxCount }),
    ...(typeof $maxAge === 'number' && { maxAge: $maxAge }),
    ...(isObject(custom) && { custom }),
    ...(revivedAt !== undefined && { revivedAt }),
  };
  return { deleted, metadata: metadata as StreamMetadata };
}

/** The metadata event's text. What others have set, such as `$acl`, stays. */
function textOf({ json = {}, metadata, deleted }: MarksToBe): string {
  const { $tb: _, $maxCount: __, $maxAge: ___, custom: ____, tidemark: _____, ...others } = json;
  const { truncateBefore, maxCount, maxAge, custom, revivedAt } = metadata;
  const hidden = Math.max(truncateBefore ?? 0, revivedAt ?? 0);
  const kept: Kept = {
    ...(deleted && { deleted }),
    ...(revivedAt !== undefined && { revivedAt }),
    ...((deleted || (revivedAt !== undefined && truncateBefore !== hidden)) && {
      truncateBefore: truncateBefore ?? null,
    }),
  };
  const rest = JSON.stringify({
    ...others,
    ...(maxCount !== undefined && { $maxCount: maxCount }),
    ...(maxAge !== undefined && { $maxAge: maxAge }),
    ...(custom !== undefined && { custom }),
    ...(Object.keys(kept).length > 0 && { tidemark: kept }),
  });
  const mark = deleted ? deletedMark : hidden > 0 || truncateBefore !== undefined ? String(hidden) : undefined;
  if (mark === undefined) return rest;
  return rest === '{}' ? `{"$tb":${mark}}` : `{"$tb":${mark},${rest.slice(1)}`;
}

function keptIn({ tidemark }: Readonly<Record<string, unknown>>): Kept {
  return isObject(tidemark) ? (tidemark as Kept) : {};
}
