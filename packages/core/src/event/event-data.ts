/** From a value to `EventData`: the one place that decides what stands in an event's metadata. */
import { ArgumentError, SerializationError } from '../errors.ts';
import { describe } from '../shared/describe.ts';
import { randomIds } from '../shared/ids.ts';
import { assertObject } from './argument-kinds.ts';
import { type EncodedValue, encodeValue } from './codec.ts';
import { assertEventType, isVersion } from './domain-event.ts';
import { assertUnpatched, isPlainObject } from './encoder.ts';
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
  options: { eventId?: string | undefined; metadata?: EventMetadata | undefined } = {},
): EventData {
  assertEventType('event type', type);
  assertObject('event options', options);
  const { eventId, metadata = {} } = options;
  if (eventId !== undefined) assertEventId(eventId);
  const encoded = encodeValue(data, `event '${type}'`);
  const version = Number(metadata?.$schemaVersion ?? 1);
  return eventDataOf({ eventId: eventId ?? randomIds.next(), type, encoded, metadata, version });
}

/** Refuses what is no id of an event: `ArgumentError`. */
export function assertEventId(eventId: unknown): void {
  if (typeof eventId === 'string' && uuid.test(eventId)) return;
  throw new ArgumentError('event id', describe(eventId), 'a UUID in lower case');
}

/** Puts an encoded event, its id and its notes together. A version in `metadata` gives way to `version`. */
export function eventDataOf(parts: {
  eventId: string;
  type: string;
  encoded: EncodedValue;
  metadata: EventMetadata;
  version: number;
}): EventData {
  const { eventId, type, encoded, metadata, version } = parts;
  const notes = checked(metadata);
  if (version > 1) notes['$schemaVersion'] = version;
  if (encoded.types !== undefined) notes['$types'] = encoded.types;
  return Made.here({ eventId, type, data: encoded.json, metadata: metadataText(notes, type) });
}

/** Marks what was made here, and so is right. A plain object still, as callers compare and copy it; a copy has no mark. */
class Made extends class {
  constructor(event: EventData) {
    // biome-ignore lint/correctness/noConstructorReturn: what a base class returns is what gets the mark.
    return event;
  }
} {
  readonly #mark = true;

  static here(event: EventData): EventData {
    new Made(event);
    return event;
  }

  static is(event: EventData): boolean {
    return #mark in event;
  }
}

/**
 * Refuses texts that did not come about here and that no store could give back as an event: what `eventData` and an
 * EventRegistry make passes at the price of a look. Throws `ArgumentError`.
 */
export function assertTexts(event: EventData): void {
  if (Made.is(event)) return;
  const { eventId, type, data, metadata } = event;
  assertEventId(eventId);
  assertEventType('event type', type);
  parsed('event data', data, 'JSON text');
  if (metadata === undefined) return;
  const wanted = 'JSON text of an object';
  const value = parsed('event metadata', metadata, wanted);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new ArgumentError('event metadata', `JSON text of ${describe(value)}`, wanted);
}

/** The value of JSON text that is the same after it was written as UTF-8. */
function parsed(argument: string, text: string, wanted: string): unknown {
  if (/\p{Cs}/u.test(text))
    throw new ArgumentError(argument, 'half a surrogate pair', `${wanted}, with it as \\u escape`);
  try {
    return JSON.parse(text);
  } catch {
    throw new ArgumentError(argument, describe(text), wanted);
  }
}

/** A copy of a caller's metadata, without the version and without what is `undefined`. */
function checked(metadata: unknown): Record<string, unknown> {
  assertObject('metadata', metadata);
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
  const subject = `metadata of event '${type}'`;
  // Most metadata is text, or plain at least, which JSON holds as it is: every event passes here.
  assertUnpatched(subject);
  if (keys.every((key) => typeof notes[key] === 'string' && key !== '__proto__')) return JSON.stringify(notes);
  if (isPlainObject(notes)) return JSON.stringify(notes);
  const { json, types } = encodeValue(notes, subject);
  const [first] = Object.entries(types ?? {});
  if (first !== undefined) throw new SerializationError(subject, first[0], first[1], 'plain JSON');
  return json;
}
