/** `Streams.Delete`, which is soft, and `Streams.Tombstone`, which is not. */
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { DeleteReq, DeleteResp, TombstoneReq, TombstoneResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { handleUnaryCall } from '@grpc/grpc-js';
import { refusalError, refusalOf } from '../leadership.ts';
import type { Log } from '../log.ts';
import type { ExpectedRevision, WriteOutcome } from '../log-record.ts';
import { expectedRevision, streamNameOf } from '../messages.ts';
import type { NodeContext } from '../node-context.ts';
import { handlerFailed, streamDeleted, wrongExpectedVersion } from '../service-error.ts';
import { type AnyCall, answering } from './answering.ts';

export function softDelete(node: NodeContext): handleUnaryCall<DeleteReq, DeleteResp> {
  return (call, callback) =>
    answering(node, 'delete', { call, callback })(() => {
      const position = remove(node, call, call.request.getOptions(), (log, stream, expected) =>
        log.softDelete(stream, expected),
      );
      const response = new streams.DeleteResp();
      if (position === undefined) return response.setNoPosition(new shared.Empty());
      const place = new streams.DeleteResp.Position();
      return response.setPosition(place.setCommitPosition(position).setPreparePosition(position));
    });
}

export function tombstone(node: NodeContext): handleUnaryCall<TombstoneReq, TombstoneResp> {
  return (call, callback) =>
    answering(node, 'tombstone', { call, callback })(() => {
      const position = remove(node, call, call.request.getOptions(), (log, stream, expected) =>
        log.tombstone(stream, expected),
      );
      const response = new streams.TombstoneResp();
      if (position === undefined) return response.setNoPosition(new shared.Empty());
      const place = new streams.TombstoneResp.Position();
      return response.setPosition(place.setCommitPosition(position).setPreparePosition(position));
    });
}

/** The position of what was written. */
function remove(
  node: NodeContext,
  call: AnyCall,
  options: DeleteReq.Options | TombstoneReq.Options | undefined,
  write: (log: Log, stream: string, expected: ExpectedRevision) => WriteOutcome,
): string | undefined {
  if (options === undefined) throw handlerFailed();
  const stream = streamNameOf(options.getStreamIdentifier());
  node.access.check(node.log, call, 'delete', stream);
  const refusal = refusalOf(node.leadership(), call, true);
  if (refusal) throw refusalError(refusal);
  const expected = expectedRevision(options, () => options.getRevision());
  const written = write(node.log, stream, expected);
  switch (written.outcome) {
    case 'stream-deleted':
      throw streamDeleted(stream);
    case 'wrong-expected-version':
      throw wrongExpectedVersion('Delete', stream, asNumber(expected), written.current);
    case 'written':
      return written.position === undefined ? undefined : String(written.position);
  }
}

/** As the server's own messages have it. */
function asNumber(expected: ExpectedRevision): bigint {
  if (expected === 'any') return -2n;
  if (expected === 'no_stream') return -1n;
  return expected === 'stream_exists' ? -4n : expected;
}
