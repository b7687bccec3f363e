/**
 * `StreamsService.AppendSession`: an append to several streams in one transaction, as servers from 25.1 on take it. It
 * follows their published sources, and was never held against a real node.
 */
import { type handleClientStreamingCall, type ServiceDefinition, type ServiceError, status } from '@grpc/grpc-js';
import {
  decodeRequest,
  encodeResponse,
  formatNames,
  jsonFormat,
  type SessionRecord,
  type SessionRequest,
  type SessionResponse,
} from '../append-session-messages.ts';
import type { ProposedEvent, StreamWrite } from '../log-record.ts';
import type { NodeContext } from '../node-context.ts';
import {
  invalidRequest,
  noRequests,
  recordTooLarge,
  revisionConflict,
  sessionAccessDenied,
  sessionRefused,
  sessionTooLarge,
  streamTombstoned,
  streamTwice,
} from '../session-error.ts';
import { answering, takingAll } from './answering.ts';

/** Bytes of one event, whatever the append may have. */
const maxRecordSize = 16 * 1024 * 1024;

export const sessionService: ServiceDefinition = {
  appendSession: {
    path: '/kurrentdb.protocol.v2.streams.StreamsService/AppendSession',
    requestStream: true,
    responseStream: false,
    requestSerialize: () => {
      throw new TypeError('a server sends no requests');
    },
    requestDeserialize: decodeRequest,
    responseSerialize: encodeResponse,
    responseDeserialize: () => {
      throw new TypeError('a server reads no responses');
    },
  },
};

export function appendSession(node: NodeContext): handleClientStreamingCall<SessionRequest, SessionResponse> {
  return (call, callback) => {
    const answer = answering(node, 'appendSession', { call, callback }, sessionRefused);
    const writes: StreamWrite[] = [];
    let size = 0;

    const take = ({ stream, expected, records }: SessionRequest) => {
      if (stream === '' || stream === '$$') throw invalidRequest("'Stream' must not be empty or '$$'.");
      if (expected === undefined) throw invalidRequest('Expected revision must be positive or one of the constants.');
      if (records.length === 0) throw invalidRequest('Stream append request must contain at least one record');
      allow(node, call, stream);
      // The server takes names for the same that differ in upper and lower case alone.
      if (writes.some((write) => write.stream.toUpperCase() === stream.toUpperCase())) throw streamTwice(stream);
      const events = records.map((record) => {
        const event = eventOf(record);
        const bytes = record.data.length + record.propertyBytes + Buffer.byteLength(record.type);
        if (bytes > maxRecordSize) throw recordTooLarge(stream, event.id, bytes, maxRecordSize);
        size += bytes;
        if (size > node.maxAppendSize) throw sessionTooLarge(size, node.maxAppendSize);
        return event;
      });
      writes.push({ stream, expected, events });
    };
    takingAll(call, take, (failure) => {
      answer(() => {
        // Nothing is handed on to the leader here.
        const { role } = node.leadership();
        if (role !== 'leader')
          throw sessionRefused(
            role === 'follower' ? { reason: 'not-leader', leader: undefined } : { reason: 'not-ready' },
          );
        if (failure !== undefined) throw failure;
        if (writes.length === 0) throw noRequests();
        return committed(node, writes);
      });
    });
  };
}

function committed(node: NodeContext, writes: readonly StreamWrite[]): SessionResponse {
  const written = node.log.appendToAll(writes);
  if (written.outcome === 'written') {
    const outputs = writes.map(({ stream }, index) => ({ stream, revision: written.revisions[index] ?? -1n }));
    return { outputs, position: written.position };
  }
  const { stream, expected } = writes[written.index] as StreamWrite;
  if (written.outcome === 'stream-deleted') throw streamTombstoned(stream);
  throw revisionConflict(stream, expected, written.current);
}

function allow(node: NodeContext, call: Parameters<NodeContext['access']['check']>[1], stream: string): void {
  try {
    node.access.check(node.log, call, 'write', stream);
  } catch (error) {
    throw (error as ServiceError).code === status.PERMISSION_DENIED ? sessionAccessDenied() : error;
  }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function eventOf({ id, type, format, properties, data }: SessionRecord): ProposedEvent {
  if (!uuid.test(id.toLowerCase())) throw invalidRequest('Record ID must be a valid and non-empty UUID');
  if (type === '') throw invalidRequest('Schema name must not be empty');
  const isJson = format === jsonFormat;
  return { id: id.toLowerCase(), type, isJson, data, metadata: metadataOf(properties, type, formatNames[format]) };
}

/**
 * The metadata that readers of protocol v1 are given for the properties of v2: the server adds the type and the format, and
 * writes its JSON with spaces.
 */
function metadataOf(properties: ReadonlyMap<string, unknown>, type: string, format = 'Unspecified'): Uint8Array {
  const all = new Map(properties).set('$schema.name', type).set('$schema.format', format);
  const entries = [...all].map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return new Uint8Array(Buffer.from(`{ ${entries.join(', ')} }`));
}
