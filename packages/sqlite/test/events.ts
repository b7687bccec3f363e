/** Events for tests, made without an id of the clock's or of chance where it does not matter. */
import { type EventData, type EventStore, eventData, type StoredEvent } from '@tidemark/core';

/** So many events of one type, their data numbered from `first`. */
export function numbered(count: number, first = 0, type = 'Numbered'): readonly EventData[] {
  return Array.from({ length: count }, (_, index) => eventData(type, { number: first + index }));
}

export const any = { expectedRevision: 'any' } as const;
export const noStream = { expectedRevision: 'no_stream' } as const;

export async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const read: T[] = [];
  for await (const item of items) read.push(item);
  return read;
}

/** `stream:revision` of each event of the log, in order. */
export async function places(events: EventStore): Promise<readonly string[]> {
  return (await all(events.readAll())).map(({ streamName, revision }) => `${streamName}:${revision}`);
}

export function numberOf({ data }: StoredEvent): number {
  return (data as { number: number }).number;
}
