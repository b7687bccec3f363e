import { ArgumentError } from '../errors.ts';
import { encodeValue } from '../event/codec.ts';
import { assertPlace } from '../event/revision.ts';
import { describe } from '../shared/describe.ts';
import type { StreamMetadata, StreamMetadataChanges } from './event-store.ts';

/** `metadata` with `changes`. Throws `ArgumentError` for what is no metadata, before anything is written. */
export function changedMetadata(metadata: StreamMetadata, changes: StreamMetadataChanges): StreamMetadata {
  const next: Record<string, unknown> = { ...metadata };
  for (const [key, value] of Object.entries(changes)) {
    assertChange(key, value);
    if (value === null) delete next[key];
    else if (value !== undefined) next[key] = value;
  }
  return next;
}

function assertChange(key: string, value: unknown): void {
  if (value === null || value === undefined) return;
  if (key === 'truncateBefore') {
    assertPlace(key, value);
    return;
  }
  if (key === 'maxCount' || key === 'maxAge') {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return;
    throw new ArgumentError(key, describe(value), 'a whole number from 1');
  }
  if (key !== 'custom')
    throw new ArgumentError('stream metadata', `the key ${key}`, 'truncateBefore, maxCount, maxAge, custom');
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ArgumentError('custom', describe(value), 'a plain object');
  if (encodeValue(value, 'stream metadata').types !== undefined) {
    throw new ArgumentError('custom', 'values that JSON lacks', 'plain JSON');
  }
}
