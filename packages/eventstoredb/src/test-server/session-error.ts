/** The errors of protocol v2: a status with details, of which clients read the last. */
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { type Detail, encodeStatus } from './append-session-messages.ts';
import type { Refusal } from './leadership.ts';
import type { ExpectedRevision } from './log-record.ts';

function sessionError(code: status, reason: string, message: string, details?: Detail): ServiceError {
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', encodeStatus(code, message, reason, details));
  return Object.assign(new Error(message), { code, details: message, metadata });
}

const constants = { no_stream: -1n, any: -2n, stream_exists: -4n };

export function revisionConflict(stream: string, expected: ExpectedRevision, actual: bigint): ServiceError {
  const wanted = typeof expected === 'bigint' ? expected : constants[expected];
  return sessionError(
    status.FAILED_PRECONDITION,
    'STREAM_REVISION_CONFLICT',
    `Append failed due to a revision conflict on stream '${stream}'. Expected revision: ${wanted}. Actual revision: ${actual}.`,
    { type: 'StreamRevisionConflictErrorDetails', fields: [stream, wanted, actual] },
  );
}

export const streamTombstoned = (stream: string) =>
  sessionError(
    status.FAILED_PRECONDITION,
    'STREAM_TOMBSTONED',
    `Stream '${stream}' has been tombstoned. It has been permanently removed from the system and cannot be restored.`,
    { type: 'StreamTombstonedErrorDetails', fields: [stream] },
  );

export const recordTooLarge = (stream: string, id: string, size: number, limit: number) =>
  sessionError(
    status.INVALID_ARGUMENT,
    'APPEND_RECORD_SIZE_EXCEEDED',
    `The size of record ${id} (${size} B) exceeds the maximum allowed size of ${limit} B bytes by ${size - limit} B`,
    { type: 'AppendRecordSizeExceededErrorDetails', fields: [stream, id, size, limit] },
  );

export const sessionTooLarge = (size: number, limit: number) =>
  sessionError(
    status.ABORTED,
    'APPEND_TRANSACTION_SIZE_EXCEEDED',
    `The total size of the append transaction (${size} B) exceeds the maximum allowed size of ${limit} B bytes by ${size - limit} B`,
    { type: 'AppendTransactionSizeExceededErrorDetails', fields: [size, limit] },
  );

export const streamTwice = (stream: string) =>
  sessionError(
    status.ABORTED,
    'STREAM_ALREADY_IN_APPEND_SESSION',
    `Stream '${stream}' is already part of this append session. Appending to the same stream multiple times is currently not supported.`,
    { type: 'StreamAlreadyInAppendSessionErrorDetails', fields: [stream] },
  );

export const noRequests = () =>
  sessionError(
    status.FAILED_PRECONDITION,
    'APPEND_SESSION_NO_REQUESTS',
    'An append session was started, but no append requests were sent before ending the session.',
  );

export const invalidRequest = (violation: string) =>
  sessionError(status.INVALID_ARGUMENT, 'BAD_REQUEST', `The 'AppendRequest' is invalid: ${violation}`);

export const sessionAccessDenied = () =>
  sessionError(
    status.PERMISSION_DENIED,
    'ACCESS_DENIED',
    'Access denied. Insufficient permissions to perform AppendSession',
  );

export function sessionRefused({ reason }: Refusal): ServiceError {
  switch (reason) {
    case 'not-leader':
      return sessionError(
        status.FAILED_PRECONDITION,
        'NOT_LEADER_NODE',
        'The server is not the leader node and cannot handle the request.',
      );
    case 'not-ready':
      return sessionError(
        status.UNAVAILABLE,
        'SERVER_NOT_READY',
        'The server is not yet ready to handle requests. Please try again after 5 seconds.',
      );
    case 'too-busy':
      return sessionError(
        status.UNAVAILABLE,
        'SERVER_OVERLOADED',
        'The server is currently overloaded and cannot handle the request. Please try again after 5 seconds.',
      );
  }
}
