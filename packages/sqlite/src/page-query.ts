/**
 * Reads one page of events, bounded by their number and by what they hold. To learn how large an event is costs SQLite a
 * look at its row's header; to hand it over costs memory. So texts that are not small are left out of the first try,
 * and where one is missing, sizes are read first, and then what fits. Rows never change: both see the same.
 */
import type Database from 'better-sqlite3';

/** An event of a stream that is known. Each column that is not read makes it cheaper. */
export type StreamRow = [
  position: number,
  revision: number,
  typeId: number,
  recordedAt: number,
  eventId: string,
  data: string,
  metadata: string | null,
];
export type LogRow = [...StreamRow, streamId: number];

/** Of data and metadata together, in bytes; one event is read whatever it holds. */
const mostBytes = 8 * 1024 * 1024;
/** In bytes, for each of data and metadata: a page of 256 events with both is within the bound. */
const small = 16 * 1024;

/** Of events; fewer where they hold much. */
export const pageSize = 256;

type Value = number | string;
type Size = [position: number, bytes: number];

export interface PageRows<Row> {
  readonly rows: readonly Row[];
  /** Whether the limit or the bound ended it, so that there may be more. */
  readonly isFull: boolean;
}

/** Columns of an event in the order of `StreamRow`, with these for its texts. */
function columnsWith(data: string, metadata: string): string {
  return `position, revision, type_id, recorded_at, event_id, ${data}, ${metadata}`;
}

const plain = columnsWith('data', 'metadata');
/** `NULL` for data, 0 for metadata that is not small. Each size asked for costs some 2 % of a page of small events. */
const onlySmall = columnsWith(
  `CASE WHEN octet_length(data) > ${small} THEN NULL ELSE data END`,
  `CASE WHEN octet_length(metadata) > ${small} THEN 0 ELSE metadata END`,
);
// With the position, as a UNION is ordered by what it selects.
const sizes = 'position, octet_length(data) + ifnull(octet_length(metadata), 0)';

export class PageQuery<Row extends StreamRow | LogRow> {
  readonly #small: Database.Statement<Value[], Row>;
  #plain: Database.Statement<Value[], Row> | undefined;
  #sizes: Database.Statement<Value[], Size> | undefined;

  /** `sqlOf` makes a query of the columns to select, with its limit as the last parameter. */
  constructor(
    private readonly db: Database.Database,
    private readonly sqlOf: (columns: string) => string,
  ) {
    this.#small = db.prepare<Value[], Row>(sqlOf(onlySmall)).raw();
  }

  /** `values` are the other parameters. */
  run(limit: number, ...values: readonly Value[]): PageRows<Row> {
    const rows = this.#small.all(...values, limit);
    if (rows.some(isCut)) return this.#bounded(limit, values);
    return { rows, isFull: rows.length === limit };
  }

  #bounded(limit: number, values: readonly Value[]): PageRows<Row> {
    this.#sizes ??= this.db.prepare<Value[], Size>(this.sqlOf(sizes)).raw();
    this.#plain ??= this.db.prepare<Value[], Row>(this.sqlOf(plain)).raw();
    const found = this.#sizes.all(...values, limit);
    const fitting = howManyFit(found);
    return { rows: this.#plain.all(...values, fitting), isFull: fitting < found.length || found.length === limit };
  }
}

function isCut(row: readonly unknown[]): boolean {
  return row[5] === null || row[6] === 0;
}

function howManyFit(events: readonly Size[]): number {
  let sum = 0;
  const tooMuch = events.findIndex(([, bytes]) => {
    sum += bytes;
    return sum > mostBytes;
  });
  return tooMuch === -1 ? events.length : Math.max(tooMuch, 1);
}
