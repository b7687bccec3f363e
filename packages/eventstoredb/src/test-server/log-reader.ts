/** Pages of a log, as the server reads them: a stream through its metadata, or `$all` as it was written. */
import type { Log } from './log.ts';
import { deletedRevision, type LogRecord, noRevision } from './log-record.ts';
import { isSoftDeletion } from './stream-metadata.ts';

export type Direction = 'forwards' | 'backwards';

export type StreamPage =
  /** `next` is where to go on, inclusive; undefined at the end. */
  | { readonly found: 'events'; readonly records: readonly LogRecord[]; readonly next: bigint | undefined }
  | { readonly found: 'no-stream' }
  | { readonly found: 'deleted' };

/** Up to `limit` visible events from `from` on, inclusive. Backwards, a `from` beyond the end means the last event. */
export function readStream(log: Log, stream: string, from: bigint, direction: Direction, limit: number): StreamPage {
  const last = log.lastRevision(stream);
  if (last === deletedRevision) return { found: 'deleted' };
  if (last === noRevision || isSoftDeletion(log.metadataOf(stream))) return { found: 'no-stream' };
  const first = log.firstVisible(stream);
  const step = direction === 'forwards' ? 1n : -1n;
  let revision = direction === 'forwards' ? max(from, first) : min(from, last);
  const records: LogRecord[] = [];
  for (; revision >= first && revision <= last && records.length < limit; revision += step) {
    const record = log.recordAt(stream, revision);
    if (record && log.isVisible(stream, revision)) records.push(record);
  }
  const isEnd = revision < first || revision > last;
  return { found: 'events', records, next: isEnd ? undefined : revision };
}

export interface AllPage {
  readonly records: readonly LogRecord[];
  /** Where to go on, as an index into the log's records; at the end, where the next record will be. */
  readonly next: number;
  readonly isEnd: boolean;
}

/** Up to `limit` records from an index on, inclusive. */
export function readAll({ records }: Log, index: number, direction: Direction, limit: number): AllPage {
  if (direction === 'forwards') {
    const page = records.slice(index, index + limit);
    const next = index + page.length;
    return { records: page, next, isEnd: next >= records.length };
  }
  const page = records.slice(Math.max(0, index - limit + 1), index + 1).reverse();
  const next = index - page.length;
  return { records: page, next, isEnd: next < 0 };
}

/** The index of the first record at or after a position. */
export function indexOf({ records }: Log, position: bigint): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((records[middle]?.position ?? position) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

const max = (a: bigint, b: bigint) => (a > b ? a : b);
const min = (a: bigint, b: bigint) => (a < b ? a : b);
