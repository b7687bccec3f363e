/**
 * A page of rows on its way between two threads: all numbers side by side, all texts as one. Taking over a text of 50 kB
 * costs as much as taking over a few short ones, and a part of it is cut out without being copied.
 */
import type { Position } from '@tidemark/core';
import type { Head } from '../log-rows.ts';
import type { LogRow } from '../page-query.ts';

export interface PackedPage {
  /** The first position that was looked at. */
  readonly from: Position;
  /** The last event that was looked at. */
  readonly reached: Head;
  /** `width` of them for each row. */
  readonly numbers: Float64Array;
  /** Data and metadata. */
  readonly text: string;
  /** By themselves: whoever keeps one keeps all of the text that it was cut out of. */
  readonly ids: string;
}

const width = 8;
/** The length of a text that is `NULL`. */
const none = -1;

export function packed(from: Position, reached: Head, rows: readonly LogRow[]): PackedPage {
  const numbers = new Float64Array(rows.length * width);
  const texts: string[] = [];
  const ids: string[] = [];
  let at = 0;
  for (const [position, revision, typeId, recordedAt, eventId, data, metadata, streamId] of rows) {
    numbers[at] = position;
    numbers[at + 1] = revision;
    numbers[at + 2] = typeId;
    numbers[at + 3] = recordedAt;
    numbers[at + 4] = streamId;
    numbers[at + 5] = eventId.length;
    numbers[at + 6] = data.length;
    numbers[at + 7] = metadata === null ? none : metadata.length;
    ids.push(eventId);
    texts.push(data, metadata ?? '');
    at += width;
  }
  return { from, reached, numbers, text: texts.join(''), ids: ids.join('') };
}

export function unpacked({ numbers, text, ids }: PackedPage): readonly LogRow[] {
  const rows: LogRow[] = [];
  let at = 0;
  let id = 0;
  for (let index = 0; index < numbers.length; index += width) {
    const idEnd = id + (numbers[index + 5] as number);
    const metadata = at + (numbers[index + 6] as number);
    const length = numbers[index + 7] as number;
    const end = metadata + Math.max(length, 0);
    rows.push([
      numbers[index] as number,
      numbers[index + 1] as number,
      numbers[index + 2] as number,
      numbers[index + 3] as number,
      ids.slice(id, idEnd),
      text.slice(at, metadata),
      length === none ? null : text.slice(metadata, end),
      numbers[index + 4] as number,
    ]);
    at = end;
    id = idEnd;
  }
  return rows;
}
