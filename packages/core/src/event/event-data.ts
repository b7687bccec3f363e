/** From a value to `EventData`: the one place that decides what stands in an event's metadata. */
import { ArgumentError, SerializationError } from '../errors.ts';
import { describe } from '../shared/describe.ts';
import { randomIds } from '../shared/ids.ts';
import { type EncodedValue, encodeValue } from './codec.ts';
import { assertEventType, isVersion } from './domain-event.ts';
import { type EventData, type EventMetadata, timeOf } from './event.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What each name with `$` that a caller may give has to be. `$types` is the codec's alone. */
const reserved: Readonly<Record<string, { readonly wanted: string; holds(value: unknown): boolean }>> = {
  $correlationId: { wanted: 'text', holds: (value) => typeof value === 'string' },
  $causationId: { wanted: 'text', holds: (value) => typeof value === 'string' },
  $command: { wanted: 'what the command handler writes', holds: isCommandNote },
  $occurredAt: { wanted: 'ISO 8601 text with a time zone', holds: (value) => !Number.isNaN(timeOf(value)) },
  $schemaVersion: { wanted: 'a whole number from 1', holds: (value) => isVersion(Number(value)) },
};

/**
 * An event for a store, from plain data: for code that uses a store directly, without classes. `data` may hold all
 * that the codec keeps. Throws `SerializationError` or `ArgumentError`.
 */
export function eventData(
  type: string,
  data: unknown,
  {
    eventId = randomIds.next(),
    metadata = {},
  }: { eventId?: string | undefined; metadata?: EventMetadata | undefined } = {},
): EventData {
  assertEventType('event type', type);
  const encoded = encodeValue(data, `event '${type}'`);
  return eventDataOf({ eventId, type, encoded, metadata, version: Number(metadata?.$schemaVersion ?? 1) });
}

/** Puts an encoded event and its notes together. A version in `metadata` gives way to `version`. */
export function eventDataOf(parts: {
  eventId: string;
  type: string;
  encoded: EncodedValue;
  metadata: EventMetadata;
  version: number;
}): EventData {
  const { eventId, type, encoded, metadata, version } = parts;
  if (!uuid.test(eventId)) throw new ArgumentError('event id', describe(eventId), 'a UUID in lower case');
  const notes = checked(metadata);
  if (version > 1) notes['$schemaVersion'] = version;
  if (encoded.types !== undefined) notes['$types'] = encoded.types;
  return { eventId, type, data: encoded.json, metadata: metadataText(notes, type) };
}

/** A copy of a caller's metadata, without the version and without what is `undefined`. */
function checked(metadata: unknown): Record<string, unknown> {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new ArgumentError('metadata', describe(metadata), 'an object');
  }
  const notes: Record<string, unknown> = { ...metadata };
  for (const key of Object.keys(notes)) {
    const value = notes[key];
    if (value !== undefined && key.startsWith('$')) assertReserved(key, value);
    if (value === undefined || key === '$schemaVersion') delete notes[key];
  }
  return notes;
}

function isCommandNote(value: unknown): boolean {
  const { id, name, returned, decidedAt, count, decision } = (value ?? {}) as Partial<Record<string, unknown>>;
  return (
    [id, name, returned, decision].every((text) => typeof text === 'string') &&
    [decidedAt, count].every((number) => typeof number === 'number')
  );
}

function assertReserved(key: string, value: unknown): void {
  const rule = reserved[key];
  if (rule === undefined) throw new ArgumentError('metadata', `the key ${key}`, 'names that do not begin with $');
  if (!rule.holds(value)) throw new ArgumentError(`metadata.${key}`, describe(value), rule.wanted);
}

function metadataText(notes: Record<string, unknown>, type: string): string | undefined {
  const keys = Object.keys(notes);
  if (keys.length === 0) return undefined;
  // Most metadata is text alone, which JSON holds as it is: every event passes here.
  if (keys.every((key) => typeof notes[key] === 'string' && key !== '__proto__')) return JSON.stringify(notes);
  const subject = `metadata of event '${type}'`;
  const { json, types } = encodeValue(notes, subject);
  const [first] = Object.entries(types ?? {});
  if (first !== undefined) throw new SerializationError(subject, first[0], first[1], 'plain JSON');
  return json;
}
