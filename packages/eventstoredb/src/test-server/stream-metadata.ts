/** What a stream's metadata says about reading it, and the metadata that deleting and reviving write. */
import { deletedRevision } from './log-record.ts';

export interface StreamMetadata {
  /** Events below are not read; Int64.Max: the stream is soft-deleted. */
  readonly truncateBefore?: bigint;
  readonly maxCount?: bigint;
  /** Milliseconds. */
  readonly maxAge?: number;
  readonly acl?: Acl;
}

/** Who may do what: a role or roles for each. */
export interface Acl {
  readonly $r?: Roles;
  readonly $w?: Roles;
  readonly $d?: Roles;
  readonly $mr?: Roles;
  readonly $mw?: Roles;
}

export type Roles = string | readonly string[];

/** Of a `$$` stream, the last event alone is read. */
export const metadataOfMetastreams: StreamMetadata = { maxCount: 1n };

export const softDeleted = encode(`{"$tb":${deletedRevision}}`);

/** Metadata that is no JSON object counts as none, as it does for the server. */
export function parseMetadata(json: Uint8Array): StreamMetadata {
  const { $tb, $maxCount, $maxAge, $acl } = parsed(json);
  return {
    ...(typeof $tb === 'number' && { truncateBefore: revisionOf($tb) }),
    ...(typeof $maxCount === 'number' && { maxCount: BigInt(Math.trunc($maxCount)) }),
    ...(typeof $maxAge === 'number' && { maxAge: $maxAge * 1000 }),
    ...(typeof $acl === 'object' && $acl !== null && { acl: $acl as Acl }),
  };
}

/** The same metadata for a stream that begins at `revision`. */
export function revivedAt(json: Uint8Array, revision: bigint): Uint8Array {
  return encode(JSON.stringify({ ...parsed(json), $tb: Number(revision) }));
}

export const isSoftDeletion = ({ truncateBefore }: StreamMetadata) => truncateBefore === deletedRevision;

function parsed(json: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(json).toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** JSON's numbers are doubles here: Int64.Max, and what rounds to it, means the end of all revisions. */
function revisionOf(value: number): bigint {
  return value >= Number(deletedRevision) ? deletedRevision : BigInt(Math.trunc(value));
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
