/**
 * Goes through the log in bounded steps, so that a filter that matches one event in a million does not hold the event
 * loop. Each step takes the log's end first and reads up to there: the place it reports is one up to which everything
 * was seen.
 */
import type { EventFilter, Position, StoredEvent } from '@tidemark/core';
import { isIndexed } from './log-queries.ts';
import type { Head, Page, Reader } from './reader.ts';

/** So many positions are searched at a time, which takes a few ms. */
const searchWindow = 10_000;

export interface Found {
  readonly events: readonly StoredEvent[];
  /** The last event that was looked at, matching or not; `undefined` where there was none. */
  readonly reached: Head | undefined;
  /** Whether there was nothing behind `reached`, in the direction of the search. */
  readonly atEnd: boolean;
}

export interface Search {
  /** The first position to look at, in the direction of the search. */
  readonly from: Position;
  readonly filter: EventFilter | undefined;
  /** At most so many events. */
  readonly limit: number;
}

const nothing: Found = { events: [], reached: undefined, atEnd: true };

/** One step onwards, up to `head`. */
export function searchForwards(reader: Reader, { from, filter, limit }: Search, head = reader.head()): Found {
  if (head === undefined || head.position < from) return nothing;
  const high = Math.min(head.position, from + stepOf(filter) - 1);
  const page = reader.log({ low: from, high, filter, direction: 'forwards', limit });
  const reached = reachedBy(reader, page, high === head.position ? head : high);
  return { events: page.events, reached, atEnd: reached.position === head.position };
}

/** One step back. */
export function searchBackwards(reader: Reader, { from, filter, limit }: Search): Found {
  const high = Math.min(from, reader.head()?.position ?? 0);
  if (high < 1) return nothing;
  const low = Math.max(1, high - stepOf(filter) + 1);
  const page = reader.log({ low, high, filter, direction: 'backwards', limit });
  const reached = reachedBy(reader, page, low);
  return { events: page.events, reached, atEnd: reached.position === 1 };
}

/** The end of what was searched: the last event found where the page is full, otherwise the end of the window. */
function reachedBy(reader: Reader, { events, isFull }: Page, end: Head | Position): Head {
  const last = isFull ? events[events.length - 1] : undefined;
  if (last !== undefined) return { position: last.position, eventId: last.eventId };
  return typeof end === 'number' ? { position: end, eventId: reader.eventIdAt(end) } : end;
}

function stepOf(filter: EventFilter = {}): number {
  return isIndexed(filter) ? Number.MAX_SAFE_INTEGER : searchWindow;
}
