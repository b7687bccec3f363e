/** Between the client's protobuf messages and the log's records. */

import type { StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ExpectedRevision, LogRecord, ProposedEvent } from './log-record.ts';
import { requiredMetadataMissing } from './service-error.ts';

const json = 'application/json';
const octets = 'application/octet-stream';
const ticksPerMs = 10_000n;

export function streamNameOf(identifier: StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString();
}

export function streamIdentifier(stream: string): StreamIdentifier {
  return new shared.StreamIdentifier().setStreamName(new Uint8Array(Buffer.from(stream)));
}

/** The four ways in which append, batch append, delete and tombstone say what they expect. */
interface Expectation {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

export function expectedRevision(options: Expectation, revision: () => string): ExpectedRevision {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasStreamExists()) return 'stream_exists';
  return BigInt(revision());
}

interface ProposedMessage {
  getId(): UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}

/** Throws what the server throws: a missing property has an error of its own, a bad id or an empty type has none. */
export function proposedEvent(message: ProposedMessage): ProposedEvent {
  const properties = message.getMetadataMap();
  const type = properties.get('type');
  const contentType = properties.get('content-type');
  if (type === undefined) throw requiredMetadataMissing('type');
  if (contentType === undefined) throw requiredMetadataMissing('content-type');
  if (type === '') throw new TypeError('Should be non-empty string. (Parameter eventType)');
  return {
    id: uuidOf(message.getId()),
    type,
    isJson: contentType === json,
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

const emptyId = '00000000-0000-0000-0000-000000000000';

/** Lower-case, whichever way the client wrote it. Throws `TypeError` for what is no UUID, or the empty one. */
export function uuidOf(id: UUID | undefined): string {
  const structured = id?.getStructured();
  const bits = structured && [structured.getMostSignificantBits(), structured.getLeastSignificantBits()];
  const digits = bits
    ? bits.map((part) => BigInt.asUintN(64, BigInt(part)).toString(16).padStart(16, '0')).join('')
    : (id?.getString() ?? '').replaceAll('-', '').toLowerCase();
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(digits);
  if (!parts) throw new TypeError('Unrecognized Guid format.');
  const uuid = parts.slice(1).join('-');
  if (uuid === emptyId) throw new TypeError('Empty eventId provided. (Parameter eventId)');
  return uuid;
}

/** A record as it was found, `link` the `$>` event that led to it. Both carry the position of what was found first. */
export function readEvent(event: LogRecord | undefined, link: LogRecord | undefined): ReadResp {
  const position = String((link ?? event)?.position);
  const read = new streams.ReadResp.ReadEvent().setCommitPosition(position);
  if (event) read.setEvent(recordedEvent(event, position));
  if (link) read.setLink(recordedEvent(link, position));
  return new streams.ReadResp().setEvent(read);
}

function recordedEvent(record: LogRecord, position: string): ReadResp.ReadEvent.RecordedEvent {
  const message = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(record.id))
    .setStreamIdentifier(streamIdentifier(record.stream))
    .setStreamRevision(String(record.revision))
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(record.data)
    .setCustomMetadata(record.metadata);
  const properties = message.getMetadataMap();
  properties.set('type', record.type);
  properties.set('created', String(BigInt(record.created) * ticksPerMs));
  properties.set('content-type', record.isJson ? json : octets);
  return message;
}
