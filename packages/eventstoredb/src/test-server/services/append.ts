/** `Streams.Append`: one append as a call of its own. */
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { handleClientStreamingCall } from '@grpc/grpc-js';
import { refusalError, refusalOf } from '../leadership.ts';
import type { ExpectedRevision, ProposedEvent, WriteOutcome } from '../log-record.ts';
import { expectedRevision, proposedEvent, streamNameOf } from '../messages.ts';
import type { NodeContext } from '../node-context.ts';
import { asServiceError, handlerFailed, maximumAppendSizeExceeded, streamDeleted } from '../service-error.ts';
import { answering, takingAll } from './answering.ts';

export function append(node: NodeContext): handleClientStreamingCall<AppendReq, AppendResp> {
  return (call, callback) => {
    const answer = answering(node, 'append', { call, callback });
    let options: AppendReq.Options | undefined;
    let size = 0;
    const events: ProposedEvent[] = [];

    const take = (request: AppendReq) => {
      const message = request.getProposedMessage();
      if (options === undefined) {
        options = request.getOptions();
        if (options === undefined) throw handlerFailed();
        node.access.check(node.log, call, 'write', streamNameOf(options.getStreamIdentifier()));
      } else if (message === undefined) throw handlerFailed();
      else {
        const event = proposedEvent(message);
        size += event.data.length;
        if (size > node.maxAppendSize) throw maximumAppendSizeExceeded(node.maxAppendSize);
        events.push(event);
      }
    };
    takingAll(call, take, (failure) => {
      answer(() => {
        if (failure !== undefined) throw asServiceError(failure);
        if (options === undefined) throw handlerFailed();
        const refusal = refusalOf(node.leadership(), call, true);
        if (refusal) throw refusalError(refusal);
        const { getRevision } = options;
        const stream = streamNameOf(options.getStreamIdentifier());
        const expected = expectedRevision(options, getRevision.bind(options));
        return response(stream, expected, node.log.append(stream, expected, events));
      });
    });
  };
}

function response(stream: string, expected: ExpectedRevision, written: WriteOutcome): AppendResp {
  switch (written.outcome) {
    case 'stream-deleted':
      throw streamDeleted(stream);
    case 'wrong-expected-version':
      return new streams.AppendResp().setWrongExpectedVersion(wrongExpectedVersion(expected, written.current));
    case 'written':
      return new streams.AppendResp().setSuccess(success(written.revision, written.position));
  }
}

function success(revision: bigint, position: bigint | undefined): AppendResp.Success {
  const message = new streams.AppendResp.Success();
  if (revision < 0n) message.setNoStream(new shared.Empty());
  else message.setCurrentRevision(String(revision));
  if (position === undefined) return message.setNoPosition(new shared.Empty());
  const place = new streams.AppendResp.Position();
  return message.setPosition(place.setCommitPosition(String(position)).setPreparePosition(String(position)));
}

function wrongExpectedVersion(expected: ExpectedRevision, current: bigint): AppendResp.WrongExpectedVersion {
  const message = new streams.AppendResp.WrongExpectedVersion();
  if (current < 0n) message.setCurrentNoStream(new shared.Empty());
  else message.setCurrentRevision(String(current));
  if (expected === 'any') return message.setExpectedAny(new shared.Empty());
  if (expected === 'no_stream') return message.setExpectedNoStream(new shared.Empty());
  if (expected === 'stream_exists') return message.setExpectedStreamExists(new shared.Empty());
  return message.setExpectedRevision(String(expected));
}
