/** Events as a store returns them. */
import { type EventData, eventData, StoredEvent } from '@tidemark/core';

const eventId = '6b1f6c2e-3c1e-4b5a-9d5e-0d7c1d3d2a10';

/** What was written, read again. */
export function stored({ eventId, type, data, metadata }: EventData): StoredEvent {
  return new StoredEvent(eventId, type, data, metadata ?? null, 'account-42', 'account', 3, 17, Date.UTC(2026, 0, 1));
}

/** An event of plain data at a version of its schema. */
export function storedData(type: string, data: unknown, $schemaVersion = 1): StoredEvent {
  return stored(eventData(type, data, { eventId, metadata: { $schemaVersion } }));
}

/** Whatever text another program wrote. */
export function foreign(type: string, data: string, metadata: string | null): StoredEvent {
  return stored({ eventId, type, data, metadata: metadata ?? undefined });
}

/** With its metadata as text of JSON. */
export function foreignWith(type: string, data: string, metadata: unknown): StoredEvent {
  return foreign(type, data, JSON.stringify(metadata));
}
