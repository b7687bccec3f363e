import type { StoredEvent } from '../event/event.ts';

const mostEvents = 256;
/** In characters, near enough to bytes. */
const mostText = 8 * 1024 * 1024;

/** Events that are handed over at once: bounded by their number and by what they hold, one at least. */
export class MemoryPage {
  readonly events: StoredEvent[] = [];
  #text = 0;

  constructor(private readonly limit = Number.POSITIVE_INFINITY) {}

  hasRoomFor(event: StoredEvent): boolean {
    const { length } = this.events;
    return length === 0
      ? this.limit > 0
      : length < Math.min(mostEvents, this.limit) && this.#text + textOf(event) <= mostText;
  }

  add(event: StoredEvent): void {
    this.events.push(event);
    this.#text += textOf(event);
  }
}

function textOf({ dataText, metadataText }: StoredEvent): number {
  return dataText.length + (metadataText?.length ?? 0);
}
