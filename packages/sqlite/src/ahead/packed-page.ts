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
  readonly text: string;
}

const width = 8;
/** The length of a text that is `NULL`. */
const none = -1;

export function packed(from: Position, reached: Head, rows: readonly LogRow[]): PackedPage {
  const numbers = new Float64Array(rows.length * width);
  const texts: string[] = [];
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
    texts.push(eventId, data, metadata ?? '');
    at += width;
  }
  return { from, reached, numbers, text: texts.join('') };
}

export function unpacked({ numbers, text }: PackedPage): readonly LogRow[] {
  const rows: LogRow[] = [];
  let at = 0;
  for (let index = 0; index < numbers.length; index += width) {
    const data = at + (numbers[index + 5] as number);
    const metadata = data + (numbers[index + 6] as number);
    const length = numbers[index + 7] as number;
    const end = metadata + Math.max(length, 0);
    rows.push([
      numbers[index] as number,
      numbers[index + 1] as number,
      numbers[index + 2] as number,
      numbers[index + 3] as number,
      text.slice(at, data),
      text.slice(data, metadata),
      length === none ? null : text.slice(metadata, end),
      numbers[index + 4] as number,
    ]);
    at = end;
  }
  return rows;
}
