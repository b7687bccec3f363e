/** How much a reading gives at once, so that memory is bounded whatever the events hold. */
import type { StoredEvent } from '@tidemark/core';

/** Of what comes without being asked for. */
export const pageSize = 256;
/** How many the first call of a reading asks for: a reader who leaves early has not asked for much. */
export const firstPage = 128;
/** How many a call asks for in the end: between two of them the server has nothing to do, and the reader waits. */
const largestPage = 1_024;
/**
 * In characters; the event that reaches it is the last. A page has two at least: whoever goes on from an event of the log is
 * given that one again, and would come no further.
 */
export const mostText = 8 * 1024 * 1024;

/** How many to ask for next: more each time, but no more than will fit, as the rest of a page that is cut is sent for nothing. */
export function sizeAfter(size: number, { count, text }: { readonly count: number; readonly text: number }): number {
  const fitting = Math.floor((count * mostText * 0.75) / Math.max(text, 1));
  return Math.max(2, Math.min(2 * size, largestPage, count === 0 ? size : fitting));
}

export function textSize({ dataText, metadataText }: StoredEvent): number {
  return dataText.length + (metadataText?.length ?? 0);
}
