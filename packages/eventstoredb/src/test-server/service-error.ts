/** The errors of the gRPC interface, with the codes, texts and trailers of the server. */
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';

export type { ServiceError };

function serviceError(code: status, details: string, trailers: Record<string, string> = {}): ServiceError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export const notLeader = ({ address, port }: Endpoint) =>
  serviceError(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': address,
    'leader-endpoint-port': String(port),
  });
export const noLeaderKnown = () => serviceError(status.UNKNOWN, 'No leader info available in response');
export const notReady = () => serviceError(status.UNAVAILABLE, 'Server Is Not Ready');
export const tooBusy = () => serviceError(status.UNAVAILABLE, 'Server Is Too Busy');
export const accessDenied = () =>
  serviceError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
export const unauthenticated = () => serviceError(status.UNAUTHENTICATED, 'Bad HTTP status code: 401');
export const streamDeleted = (stream: string) =>
  serviceError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });
export const maximumAppendSizeExceeded = (limit: number) =>
  serviceError(status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  });
export const requiredMetadataMissing = (name: string) =>
  serviceError(status.INVALID_ARGUMENT, `Required Metadata Property '${name}' is missing`, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });
/** The answer to a delete or a tombstone; an append has a message of its own for it. */
export const wrongExpectedVersion = (operation: string, stream: string, expected: bigint, actual: bigint) =>
  serviceError(
    status.FAILED_PRECONDITION,
    `${operation} failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': String(expected),
      'actual-version': String(actual),
    },
  );
export const consumerTooSlow = () =>
  serviceError(
    status.ABORTED,
    'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
  );
export const unexpectedResult = (kind: 'ReadStreamResult' | 'ReadAllResult') =>
  serviceError(status.UNKNOWN, `Unexpected ${kind}: Error`);
/** What the server's framework makes of any exception that nothing was prepared for. */
export const handlerFailed = () => serviceError(status.UNKNOWN, 'Exception was thrown by handler.');
function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error;
}

/** Whatever was thrown, as the client sees it. */
export const asServiceError = (error: unknown): ServiceError => (isServiceError(error) ? error : handlerFailed());
