/** How much a reading gives at once, so that memory is bounded whatever the events hold. */
import type { StoredEvent } from '@tidemark/core';

export const pageSize = 256;
/** How many the first call of a reading asks for: a reader who leaves early has not asked for much. */
export const firstPage = 128;
/** In characters; the event that reaches it is the last. */
export const mostText = 8 * 1024 * 1024;

export function textSize({ dataText, metadataText }: StoredEvent): number {
  return dataText.length + (metadataText?.length ?? 0);
}
