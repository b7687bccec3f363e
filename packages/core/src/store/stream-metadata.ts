import { ArgumentError } from '../errors.ts';
import { assertObject } from '../event/argument-kinds.ts';
import { encodeValue } from '../event/codec.ts';
import { assertPlace } from '../event/revision.ts';
import { describe } from '../shared/describe.ts';
import type { StreamMetadata, StreamMetadataChanges } from './event-store.ts';

/** `metadata` with `changes`. Throws `ArgumentError` or `SerializationError` for what is no metadata. */
export function changedMetadata(metadata: StreamMetadata, changes: StreamMetadataChanges): StreamMetadata {
  const next: Record<string, unknown> = { ...metadata };
  for (const [key, value] of Object.entries(metadataChanges(changes))) {
    if (value === null) delete next[key];
    else if (value !== undefined) next[key] = value;
  }
  return next;
}

/**
 * A copy of `changes`, checked: a store takes it when it is called, as its caller may go on changing what it gave.
 * Throws `ArgumentError` or `SerializationError`.
 */
export function metadataChanges(changes: unknown): StreamMetadataChanges {
  assertObject('stream metadata', changes);
  for (const [key, value] of Object.entries(changes)) assertChange(key, value);
  return structuredClone(changes);
}

const keys = ['truncateBefore', 'maxCount', 'maxAge', 'custom'];

function assertChange(key: string, value: unknown): void {
  if (!keys.includes(key)) throw new ArgumentError('stream metadata', `the key ${key}`, keys.join(', '));
  if (value === null || value === undefined) return;
  if (key === 'truncateBefore') {
    assertPlace(key, value);
    return;
  }
  if (key === 'maxCount' || key === 'maxAge') {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return;
    throw new ArgumentError(key, describe(value), 'a whole number from 1');
  }
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ArgumentError('custom', describe(value), 'a plain object');
  if (encodeValue(value, 'stream metadata').types !== undefined) {
    throw new ArgumentError('custom', 'values that JSON lacks', 'plain JSON');
  }
}
