/** From an event as a client gives it to the one that readers get. */
import { categoryOf, StoredEvent, StoreFailedError } from '@tidemark/core';
import type { ClientEvent, ClientResolvedEvent } from './client-type.ts';
import { objectIn } from './json-object.ts';
import { metadataIn } from './properties.ts';

/** What a reader gets; `undefined` for a link whose event is gone. Links are not followed: they are events of their own. */
export function storedEventOf(resolved: ClientResolvedEvent | StoredEvent): StoredEvent | undefined {
  if (resolved instanceof StoredEvent) return resolved;
  const event = resolved.link ?? resolved.event;
  return event && storedByClient(event, resolved.commitPosition);
}

/** Of a client that has parsed the JSON already. */
function storedByClient(event: ClientEvent, commitPosition: bigint | undefined): StoredEvent {
  const { id, type, data, metadata, isJson, streamId, revision, position, created } = event;
  const dataText = isJson ? JSON.stringify(data) : undefined;
  const bytes = isJson ? undefined : (data as Uint8Array);
  const metadataText = metadata === undefined || metadata instanceof Uint8Array ? null : JSON.stringify(metadata);
  return storedEvent({
    id,
    type,
    dataText,
    bytes,
    metadataText,
    streamName: streamId,
    revision: revisionOf(type, revision),
    position: exact(position?.commit ?? commitPosition ?? -1n, 'position'),
    recordedTime: created.getTime(),
  });
}

/** An event's parts, with its data as JSON text or as bytes. */
export interface EventParts {
  readonly id: string;
  readonly type: string;
  readonly dataText: string | undefined;
  readonly bytes: Uint8Array | undefined;
  readonly metadataText: string | null;
  readonly streamName: string;
  readonly revision: number;
  readonly position: number;
  readonly recordedTime: number;
}

export function storedEvent(parts: EventParts): StoredEvent {
  const { id, type, streamName, revision, position } = parts;
  // Bytes that other tools wrote come as the codec writes them, with its note.
  const given = metadataIn(parts.metadataText, type);
  const metadata = parts.bytes === undefined ? given : notedAsBytes(given);
  const data = parts.dataText ?? JSON.stringify(Buffer.from(parts.bytes ?? []).toString('base64'));
  return new StoredEvent(
    id,
    type,
    data,
    metadata,
    streamName,
    categoryOf(streamName),
    revision,
    position,
    parts.recordedTime,
  );
}

function notedAsBytes(metadataText: string | null): string {
  return JSON.stringify({ ...objectIn(metadataText ?? '{}'), $types: { '': 'Uint8Array' } });
}

/** Throws `StoreFailedError` for what a number cannot hold, rather than giving another one. */
export function exact(value: bigint | string, what: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new StoreFailedError(
    'io',
    `found the ${what} ${value}, wanted one from 0 to 2^53 - 1: a server before 22 tells no better`,
  );
}

/** The mark of a tombstone stands at the end of all revisions; nobody is shown it. */
export function revisionOf(type: string, revision: bigint | string): number {
  return type === '$streamDeleted' ? Number.MAX_SAFE_INTEGER : exact(revision, 'revision');
}
