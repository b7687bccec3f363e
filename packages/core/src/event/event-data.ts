/** From a value to `EventData`: the one place that decides what stands in an event's metadata. */
import { ArgumentError, SerializationError } from '../errors.ts';
import { describe } from '../shared/describe.ts';
import { randomIds } from '../shared/ids.ts';
import { type EncodedValue, encodeValue } from './codec.ts';
import { assertEventType } from './domain-event.ts';
import type { EventData, EventMetadata } from './event.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * An event for a store, from plain data: for code that uses a store directly, without classes. `data` may hold all
 * that the codec keeps. Throws `SerializationError` or `ArgumentError`.
 */
export function eventData(
  type: string,
  data: unknown,
  { eventId = randomIds.next(), metadata = {} }: { eventId?: string; metadata?: EventMetadata } = {},
): EventData {
  return eventDataOf({ eventId, type, encoded: encodeValue(data, `event '${type}'`), metadata, version: 1 });
}

/** Puts an encoded event and its notes together. */
export function eventDataOf(parts: {
  eventId: string;
  type: string;
  encoded: EncodedValue;
  metadata: EventMetadata;
  version: number;
}): EventData {
  const { eventId, type, encoded, metadata, version } = parts;
  assertEventType('event type', type);
  if (!uuid.test(eventId)) throw new ArgumentError('event id', describe(eventId), 'a UUID in lower case');
  const notes: Record<string, unknown> = { ...metadata };
  if (version > 1) notes['$schemaVersion'] = version;
  if (encoded.types !== undefined) notes['$types'] = encoded.types;
  return { eventId, type, data: encoded.json, metadata: metadataText(notes, type) };
}

function metadataText(notes: Record<string, unknown>, type: string): string | undefined {
  const keys = Object.keys(notes);
  for (const key of keys) if (notes[key] === undefined) delete notes[key];
  if (Object.keys(notes).length === 0) return undefined;
  const { json, types } = encodeValue(notes, `metadata of event '${type}'`);
  const [first] = Object.entries(types ?? {});
  if (first !== undefined)
    throw new SerializationError(`metadata of event '${type}'`, first[0], `a ${first[1]}`, 'plain JSON');
  return json;
}
