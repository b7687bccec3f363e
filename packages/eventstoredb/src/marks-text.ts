/**
 * A stream's metadata as the server keeps it, and what it means. What the contract wants beyond what the server knows
 * stands in it under `tidemark`:
 *
 * - A stream may be deleted by the server's own mark, `$tb` at the end of all revisions, or by hiding all that it has.
 * - What a deletion hides cannot be read any more, and whoever writes to a deleted stream has to know how it began. So
 *   the deletion notes the first event's id.
 * - A revival sets `$tb` to the first new revision, and whoever lowers `$tb` later shows what was deleted. So it is noted
 *   where the stream was revived, and `$tb` is kept from going below.
 */
import type { Position, Revision, StreamMetadata } from '@tidemark/core';
import { isObject } from './json-object.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * `marked`: by the server's own mark, which an append takes away. Metadata that is written over one takes it away, too,
 * and leaves the stream emptied; it says `since`.
 *
 * `emptied`: what stands before `first` is hidden, and the stream counts as deleted as long as nothing stands behind.
 * What stands there was written after the deletion, and revived the stream, or before it, so that it was none: where the
 * log has it tells. `at` is the metadata's revision with which it was deleted: any other was written by a tool that knows
 * nothing of this. `since` is where the log has the deletion, once somebody has seen it there.
 */
export type Deletion =
  | { readonly kind: 'marked'; readonly since?: Position | undefined }
  | {
      readonly kind: 'emptied';
      readonly first: Revision;
      readonly at?: Revision | undefined;
      readonly since?: Position | undefined;
    };

export interface Meaning {
  readonly deletion: Deletion | undefined;
  /** Of a deleted stream: what was set on it when it was deleted. */
  readonly metadata: StreamMetadata;
  /** The id of the stream's first event ever, where a deletion noted it; what `textOf` is not told stays as it is. */
  readonly began?: string | undefined;
}

interface Kept {
  readonly began?: string;
  readonly deleted?: boolean;
  readonly emptied?: boolean;
  readonly at?: number;
  readonly since?: number;
  readonly revivedAt?: number;
  readonly truncateBefore?: number | null;
}

/** `$tb` of a deleted stream: Int64.Max, which a number cannot hold. */
const deletedMark = '9223372036854775807';

export function meaningOf(json: Json): Meaning {
  const { $tb, $maxCount, $maxAge, custom } = json;
  const kept = keptIn(json);
  const deletion = deletionIn($tb, kept);
  const mark = typeof $tb === 'number' && deletion === undefined ? $tb : undefined;
  // The first metadata after a revival is the server's: it sets `$tb` and leaves the rest.
  const revives = deletion === undefined && kept.deleted === true;
  const revivedAt = revives ? mark : kept.revivedAt;
  const truncateBefore = 'truncateBefore' in kept && !revives ? (kept.truncateBefore ?? undefined) : mark;
  const metadata = {
    ...(truncateBefore !== undefined && { truncateBefore }),
    ...(typeof $maxCount === 'number' && { maxCount: $maxCount }),
    ...(typeof $maxAge === 'number' && { maxAge: $maxAge }),
    ...(isObject(custom) && { custom }),
    ...(revivedAt !== undefined && { revivedAt }),
  };
  return { deletion, metadata: metadata as StreamMetadata, began: kept.began };
}

/** The metadata event's text. What others have set in `json`, such as `$acl`, stays. */
export function textOf(json: Json, { metadata, deletion, began = keptIn(json).began }: Meaning): string {
  const { $tb: _, $maxCount: __, $maxAge: ___, custom: ____, tidemark: _____, ...others } = json;
  const { truncateBefore, maxCount, maxAge, custom, revivedAt } = metadata;
  const hidden = Math.max(truncateBefore ?? 0, revivedAt ?? 0);
  const isDeleted = deletion !== undefined;
  const kept: Kept = {
    ...(began !== undefined && { began }),
    ...(isDeleted && keptOf(deletion)),
    ...(revivedAt !== undefined && { revivedAt }),
    ...((isDeleted || (revivedAt !== undefined && truncateBefore !== hidden)) && {
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
  const alive = hidden > 0 || truncateBefore !== undefined ? String(hidden) : undefined;
  const mark = isDeleted ? markOf(deletion) : alive;
  if (mark === undefined) return rest;
  return rest === '{}' ? `{"$tb":${mark}}` : `{"$tb":${mark},${rest.slice(1)}`;
}

function deletionIn($tb: unknown, { emptied, at, since }: Kept): Deletion | undefined {
  if (typeof $tb !== 'number') return undefined;
  if (!Number.isSafeInteger($tb)) return { kind: 'marked' };
  return emptied === true ? { kind: 'emptied', first: $tb, at, since } : undefined;
}

function keptOf(deletion: Deletion): Kept {
  const { since } = deletion;
  if (since !== undefined) return { emptied: true, since };
  return deletion.kind === 'marked'
    ? { deleted: true }
    : { emptied: true, ...(deletion.at !== undefined && { at: deletion.at }) };
}

function markOf(deletion: Deletion): string {
  return deletion.kind === 'marked' ? deletedMark : String(deletion.first);
}

function keptIn({ tidemark }: Json): Kept {
  return isObject(tidemark) ? (tidemark as Kept) : {};
}
