/**
 * The messages of `StreamsService.AppendSession`, protocol v2 of the servers from 25.1 on, by their field numbers:
 * `@eventstore/db-client` ships none of them. Written from the public protocol definition; no real node has seen them.
 */
import protobuf from 'google-protobuf';
import struct from 'google-protobuf/google/protobuf/struct_pb.js';
import type { ExpectedRevision } from './log-record.ts';

const { BinaryReader, BinaryWriter } = protobuf;
type Reader = protobuf.BinaryReader;

export interface SessionRecord {
  /** As the client wrote it; empty where it gave none. */
  readonly id: string;
  /** Empty where the client named no schema. */
  readonly type: string;
  readonly format: number;
  /** In the order in which they came. */
  readonly properties: ReadonlyMap<string, unknown>;
  /** What the properties take on the wire. */
  readonly propertyBytes: number;
  readonly data: Uint8Array;
}

/** What one stream gets. */
export interface SessionRequest {
  readonly stream: string;
  /** `undefined` for a number that means nothing. */
  readonly expected: ExpectedRevision | undefined;
  readonly records: readonly SessionRecord[];
}

export interface SessionResponse {
  readonly outputs: readonly { readonly stream: string; readonly revision: bigint }[];
  readonly position: bigint;
}

export const jsonFormat = 1;
export const formatNames: readonly string[] = ['Unspecified', 'Json', 'Protobuf', 'Avro', 'Bytes'];

export function decodeRequest(bytes: Uint8Array): SessionRequest {
  let stream = '';
  let revision = '-2';
  const records: SessionRecord[] = [];
  readFields(bytes, {
    1: (reader) => {
      stream = reader.readString();
    },
    2: (reader) => void records.push(decodeRecord(reader.readBytes())),
    3: (reader) => {
      revision = reader.readSint64String();
    },
  });
  return { stream, expected: expectedOf(BigInt(revision)), records };
}

function decodeRecord(bytes: Uint8Array): SessionRecord {
  let id = '';
  let type = '';
  let format = 0;
  let data: Uint8Array = new Uint8Array();
  let propertyBytes = 0;
  const properties = new Map<string, unknown>();
  readFields(bytes, {
    1: (reader) => {
      id = reader.readString();
    },
    2: (reader) => {
      const entry = reader.readBytes();
      propertyBytes += entry.length;
      properties.set(...decodeProperty(entry));
    },
    3: (reader) =>
      readFields(reader.readBytes(), {
        1: (schema) => {
          format = schema.readEnum();
        },
        2: (schema) => {
          type = schema.readString();
        },
      }),
    4: (reader) => {
      data = reader.readBytes();
    },
  });
  return { id, type, format, properties, propertyBytes, data };
}

function decodeProperty(bytes: Uint8Array): [key: string, value: unknown] {
  let key = '';
  let value: unknown = null;
  readFields(bytes, {
    1: (reader) => {
      key = reader.readString();
    },
    2: (reader) => {
      value = struct.Value.deserializeBinary(reader.readBytes()).toJavaScript();
    },
  });
  return [key, value];
}

function expectedOf(revision: bigint): ExpectedRevision | undefined {
  if (revision >= 0n) return revision;
  return ({ '-1': 'no_stream', '-2': 'any', '-4': 'stream_exists' } as const)[String(revision)];
}

/** Reads the fields that are named, in the order in which they came, and passes over the others. */
function readFields(bytes: Uint8Array, known: Readonly<Record<number, (reader: Reader) => void>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.nextField()) {
    const take = known[reader.getFieldNumber()];
    if (take === undefined) reader.skipField();
    else take(reader);
  }
}

export function encodeResponse({ outputs, position }: SessionResponse): Buffer {
  return encoded((writer) => {
    for (const { stream, revision } of outputs) {
      writer.writeBytes(
        1,
        encoded((output) => {
          output.writeString(1, stream);
          output.writeSint64String(2, String(revision));
        }),
      );
    }
    writer.writeSint64String(2, String(position));
  });
}

/** `google.rpc.Status` with the details of an error: why, in words for machines, and then what it is about. */
export function encodeStatus(code: number, message: string, reason: string, details: Detail | undefined): Buffer {
  const info = encoded((writer) => {
    writer.writeString(1, reason);
    writer.writeString(2, 'streams');
  });
  return encoded((writer) => {
    writer.writeInt32(1, code);
    writer.writeString(2, message);
    writer.writeBytes(3, packed('google.rpc.ErrorInfo', info));
    if (details)
      writer.writeBytes(3, packed(`kurrentdb.protocol.v2.streams.errors.${details.type}`, fieldsOf(details)));
  });
}

/** Its fields stand in the order of their numbers, from 1. */
export interface Detail {
  readonly type: string;
  readonly fields: readonly (string | bigint | number)[];
}

function fieldsOf({ fields }: Detail): Buffer {
  return encoded((writer) => {
    for (const [index, value] of fields.entries()) {
      if (typeof value === 'string') writer.writeString(index + 1, value);
      else if (typeof value === 'bigint') writer.writeSint64String(index + 1, String(value));
      else writer.writeInt32(index + 1, value);
    }
  });
}

function packed(type: string, value: Uint8Array): Buffer {
  return encoded((writer) => {
    writer.writeString(1, `type.googleapis.com/${type}`);
    writer.writeBytes(2, value);
  });
}

function encoded(write: (writer: protobuf.BinaryWriter) => void): Buffer {
  const writer = new BinaryWriter();
  write(writer);
  return Buffer.from(writer.getResultBuffer());
}
