/**
 * Goes through the log in bounded steps, so that a filter that matches one event in a million does not hold the event
 * loop. Each step takes the log's end first and reads up to there: the place it reports is one up to which everything
 * was seen.
 */
import type { Position } from '@tidemark/core';
import { isIndexed } from './log-queries.ts';
import type { Head, LogRows } from './log-rows.ts';
import type { LogRow, PageRows } from './page-query.ts';
import type { Wanted } from './wanted.ts';

/** So many positions are searched at a time, which takes a few ms. */
const searchWindow = 10_000;

export interface FoundRows {
  readonly rows: readonly LogRow[];
  /** The last event that was looked at, matching or not; `undefined` where there was none. */
  readonly reached: Head | undefined;
}

export interface Search {
  /** The first position to look at, in the direction of the search. */
  readonly from: Position;
  readonly wanted: Wanted;
  /** At most so many events. */
  readonly limit: number;
}

const nothing: FoundRows = { rows: [], reached: undefined };

/** One step onwards, up to `head`, which may be any event of the log. */
export function searchForwards(log: LogRows, { from, wanted, limit }: Search, head: Head | undefined): FoundRows {
  if (head === undefined || head.position < from) return nothing;
  const high = Math.min(head.position, from + stepOf(wanted) - 1);
  const page = log.range({ low: from, high, wanted, direction: 'forwards', limit });
  return { rows: page.rows, reached: reachedBy(log, page, high === head.position ? head : high) };
}

/** One step back, from the log's end where that is before. */
export function searchBackwards(log: LogRows, { from, wanted, limit }: Search, head: Head | undefined): FoundRows {
  const high = Math.min(from, head?.position ?? 0);
  if (high < 1) return nothing;
  const low = Math.max(1, high - stepOf(wanted) + 1);
  const page = log.range({ low, high, wanted, direction: 'backwards', limit });
  return { rows: page.rows, reached: reachedBy(log, page, low) };
}

/** The end of what was searched: the last event found where the page is full, otherwise the end of the window. */
function reachedBy(log: LogRows, { rows, isFull }: PageRows<LogRow>, end: Head | Position): Head {
  const last = isFull ? rows[rows.length - 1] : undefined;
  if (last !== undefined) return { position: last[0], eventId: last[4] };
  return typeof end === 'number' ? { position: end, eventId: log.eventIdAt(end) } : end;
}

function stepOf(wanted: Wanted): number {
  return isIndexed(wanted) ? Number.MAX_SAFE_INTEGER : searchWindow;
}
