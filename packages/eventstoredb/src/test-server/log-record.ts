/** What the log holds, and the words its rules use. */

/** The revision that a tombstone has, and a stream that has one: Int64.Max. */
export const deletedRevision = 2n ** 63n - 1n;
/** The revision of a stream without events. */
export const noRevision = -1n;

export type ExpectedRevision = 'any' | 'no_stream' | 'stream_exists' | bigint;

/** An event as a client proposes it. `id` is a lower-case UUID. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** An event in the log. */
export interface LogRecord extends ProposedEvent {
  readonly stream: string;
  readonly revision: bigint;
  /** Commit and prepare position alike. */
  readonly position: bigint;
  /** Milliseconds since 1970. */
  readonly created: number;
}

export type WriteOutcome =
  /** `revision` is the last one written, or −1; without `position` where the server knows none. */
  | { readonly outcome: 'written'; readonly revision: bigint; readonly position: bigint | undefined }
  | { readonly outcome: 'wrong-expected-version'; readonly current: bigint }
  | { readonly outcome: 'stream-deleted' };

/** What one of several streams gets in one write. */
export interface StreamWrite {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly ProposedEvent[];
}

export type SessionOutcome =
  /** The last revision of each stream's part, and the position of the last event; −1 where that cannot be read any more. */
  | { readonly outcome: 'written'; readonly revisions: readonly bigint[]; readonly position: bigint }
  /** `index` names the first write that was refused. */
  | { readonly outcome: 'wrong-expected-version'; readonly index: number; readonly current: bigint }
  | { readonly outcome: 'stream-deleted'; readonly index: number };

export const isMetastream = (stream: string) => stream.startsWith('$$');
export const metastreamOf = (stream: string) => `$$${stream}`;
export const originalOf = (metastream: string) => metastream.slice(2);
