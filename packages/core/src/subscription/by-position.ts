import type { RecordedEvent } from '../event/event.ts';

/** Events in groups of one position: the parts of a split event share it, and belong together. */
export function* byPosition(events: readonly RecordedEvent[]): Generator<readonly RecordedEvent[], void, undefined> {
  for (let from = 0; from < events.length; ) {
    let to = from + 1;
    while (events[to]?.position === events[from]?.position && to < events.length) to += 1;
    yield events.slice(from, to);
    from = to;
  }
}
