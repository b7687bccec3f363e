/**
 * Events as the text that is stored. The client would parse all JSON, and we would write it again: twice the work, and
 * numbers of other tools would change on the way. Readings and subscriptions of `@eventstore/db-client` are `Transform`
 * streams over the messages of the server, so that a method of their own can take the text out.
 * To a client that is made otherwise nothing is done.
 */
import type { StoredEvent } from '@tidemark/core';
import type { ClientReading } from './client-type.ts';
import { exact, revisionOf, storedEvent } from './stored-event.ts';

interface Message {
  hasEvent?(): boolean;
  getEvent?(): { getLink(): RecordMessage | undefined; getEvent(): RecordMessage | undefined };
}

interface RecordMessage {
  getId(): { getString(): string } | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getStreamIdentifier(): { getStreamName_asU8(): Uint8Array } | undefined;
  getStreamRevision(): string;
  getCommitPosition(): string;
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

type Next = (error?: Error | null, event?: StoredEvent) => void;
interface Transforming {
  _transform?(this: unknown, message: Message, encoding: unknown, next: Next): unknown;
}

/** Has a reading give `StoredEvent`s, before its first event comes. */
export function readsRaw(reading: ClientReading): void {
  const stream = reading as Transforming;
  const original = stream._transform;
  if (typeof original !== 'function') return;
  stream._transform = function transform(message, encoding, next) {
    const record = message.hasEvent?.() ? recordIn(message) : undefined;
    if (record === undefined) original.call(this, message, encoding, next);
    else handOn(record, next);
  };
}

function recordIn(message: Message): RecordMessage | undefined {
  const event = message.getEvent?.();
  return event?.getLink() ?? event?.getEvent();
}

function handOn(record: RecordMessage, next: Next): void {
  let event: StoredEvent;
  try {
    event = storedOf(record);
  } catch (error) {
    next(error as Error);
    return;
  }
  next(null, event);
}

const ticksOfMillisecond = 10_000;

function storedOf(record: RecordMessage): StoredEvent {
  const notes = record.getMetadataMap();
  const type = notes.get('type') ?? '';
  const isJson = notes.get('content-type') === 'application/json';
  const data = record.getData_asU8();
  const metadata = record.getCustomMetadata_asU8();
  return storedEvent({
    id: record.getId()?.getString() ?? '',
    type,
    dataText: isJson ? textOf(data) : undefined,
    bytes: isJson ? undefined : data,
    metadataText: metadata.length === 0 ? null : jsonText(metadata),
    streamName: textOf(record.getStreamIdentifier()?.getStreamName_asU8() ?? new Uint8Array()),
    revision: revisionOf(type, record.getStreamRevision()),
    position: exact(record.getCommitPosition(), 'position'),
    recordedTime: Math.floor(Number(notes.get('created') ?? 0) / ticksOfMillisecond),
  });
}

/** Metadata of other tools may be anything; what is no JSON is left out. */
function jsonText(bytes: Uint8Array): string | null {
  const text = textOf(bytes);
  if (text.startsWith('{')) return text;
  try {
    JSON.parse(text);
    return text;
  } catch {
    return null;
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
