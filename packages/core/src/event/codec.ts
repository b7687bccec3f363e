/**
 * Values to JSON text and back. What JSON lacks is written in its natural plain form, and a side note (RFC 6901 pointer
 * → kind) says where, so that any tool can read the text and we can restore the very same value. What could not be
 * restored is refused with its path, before anything is written. Two references to one object come back as two objects.
 */
import { UnreadableEventError } from '../errors.ts';
import { className } from '../shared/describe.ts';
import { Encoder } from './encoder.ts';
import { restoreTypes } from './restore-types.ts';
import { noValues, type ValueClasses } from './value.ts';

/** RFC 6901 pointer → kind: a built-in's name, or a dot and the name of a `@Value` class. */
export type TypeNotes = Readonly<Record<string, string>>;

export interface EncodedValue {
  readonly json: string;
  /** Absent when JSON holds everything. */
  readonly types?: TypeNotes;
}

/**
 * Encodes `value`. With `instance`, its own class is not noted, as its reader knows it (an event, an aggregate).
 * `subject` names the value in a `SerializationError`.
 */
export function encodeValue(
  value: unknown,
  subject: string,
  values: ValueClasses = noValues,
  instance = false,
): EncodedValue {
  const encoder = new Encoder(subject, values);
  const json = encoder.text(value, instance);
  return encoder.types === undefined ? { json } : { json, types: encoder.types };
}

/**
 * Restores what `encodeValue` wrote. Without `values`, instances of `@Value` classes come back as plain objects.
 * Throws `UnreadableEventError` where text and notes do not fit.
 */
export function decodeValue(
  json: string,
  types: TypeNotes | undefined,
  subject: string,
  values?: ValueClasses,
): unknown {
  let plain: unknown;
  try {
    plain = JSON.parse(json);
  } catch (cause) {
    throw new UnreadableEventError(subject, 'it is not JSON', { cause });
  }
  return types === undefined ? plain : restoreTypes(plain, types, subject, values);
}

/** A value as its JSON text shows it, for logs: without the notes, and with instances of any class. */
export function plainForm(value: unknown, subject: string): unknown {
  return JSON.parse(new Encoder(subject, { nameOf: className }).text(value, false));
}
