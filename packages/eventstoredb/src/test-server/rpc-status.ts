/** `google.rpc.Status`: how one append of a batch stream is told that it failed. */
import code from '@eventstore/db-client/generated/code_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import rpc from '@eventstore/db-client/generated/status_pb.js';
import any from 'google-protobuf/google/protobuf/any_pb.js';
import empty from 'google-protobuf/google/protobuf/empty_pb.js';
import { deletedRevision, type ExpectedRevision, noRevision } from './log-record.ts';
import { streamIdentifier } from './messages.ts';

const { Code } = code;
const client = 'event_store.client';

interface Packed {
  serializeBinary(): Uint8Array;
}

function status(
  statusCode: Parameters<Status['setCode']>[0],
  message: string,
  details: Packed,
  typeName: string,
): Status {
  const packed = new any.Any();
  packed.pack(details.serializeBinary(), typeName);
  return new rpc.Status().setCode(statusCode).setMessage(message).setDetails(packed);
}

const own = (statusCode: Parameters<Status['setCode']>[0], name: string, details: Packed) =>
  status(statusCode, name, details, `${client}.${name}`);

export const wrongExpectedVersionStatus = (expected: ExpectedRevision, current: bigint) =>
  own(Code.ALREADY_EXISTS, 'WrongExpectedVersion', wrongExpectedVersion(expected, current));
export const streamDeletedStatus = (stream: string) =>
  own(Code.NOT_FOUND, 'StreamDeleted', new shared.StreamDeleted().setStreamIdentifier(streamIdentifier(stream)));
export const accessDeniedStatus = () => own(Code.PERMISSION_DENIED, 'AccessDenied', new shared.AccessDenied());
export const timeoutStatus = () => own(Code.DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout());
export const maximumAppendSizeExceededStatus = (limit: number) =>
  own(
    Code.INVALID_ARGUMENT,
    'MaximumAppendSizeExceeded',
    new shared.MaximumAppendSizeExceeded().setMaxappendsize(limit),
  );
export const badRequestStatus = (message: string) =>
  own(Code.INVALID_ARGUMENT, 'BadRequest', new shared.BadRequest().setMessage(message));
/** Says what the node is, in words alone. */
export const notHandledStatus = (message: string) =>
  status(Code.OK, message, new empty.Empty(), 'google.protobuf.Empty');

function wrongExpectedVersion(expected: ExpectedRevision, current: bigint) {
  const message = new shared.WrongExpectedVersion();
  if (current === noRevision || current === deletedRevision) message.setCurrentNoStream(new empty.Empty());
  else message.setCurrentStreamRevision(String(current));
  if (expected === 'any') return message.setExpectedAny(new empty.Empty());
  if (expected === 'no_stream') return message.setExpectedNoStream(new empty.Empty());
  if (expected === 'stream_exists') return message.setExpectedStreamExists(new empty.Empty());
  return message.setExpectedStreamPosition(String(expected));
}
