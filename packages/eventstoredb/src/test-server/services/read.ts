/** `Streams.Read`: streams and `$all`, forwards and backwards; what never ends is in subscription.ts. */

import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { handleServerStreamingCall } from '@grpc/grpc-js';
import { refusalError, refusalOf } from '../leadership.ts';
import { answerOf } from '../links.ts';
import type { Log } from '../log.ts';
import { type Direction, indexOf, readAll, readStream } from '../log-reader.ts';
import { deletedRevision } from '../log-record.ts';
import { streamIdentifier, streamNameOf } from '../messages.ts';
import type { NodeContext } from '../node-context.ts';
import type { CallKind } from '../open-calls.ts';
import { handlerFailed, streamDeleted, unexpectedResult } from '../service-error.ts';
import { Output, type ReadCall } from './output.ts';
import { subscribeToAll, subscribeToStream } from './subscription.ts';

/** What the server reads before it looks for more. */
const pageSize = 32;

export function read(node: NodeContext): handleServerStreamingCall<ReadReq, ReadResp> {
  return (call) => {
    const options = call.request.getOptions();
    const kind = kindOf(options);
    const output = new Output(call);
    output.onEnd(node.calls.track(kind, call));
    const start = () => {
      answer(node, call, output, options).catch((error: unknown) => output.fail(error));
    };
    const effect = node.faults.next(kind);
    switch (effect?.effect) {
      case undefined:
      case 'unacknowledged':
        return start();
      case 'late': {
        const timer = setTimeout(start, effect.ms);
        output.onEnd(() => clearTimeout(timer));
        return;
      }
      case 'never':
        return;
      case 'refuse':
        return output.fail(refusalError(effect.refusal));
    }
  };
}

function kindOf(options: ReadReq.Options | undefined): CallKind {
  if (options?.hasSubscription()) return options.hasStream() ? 'subscribeToStream' : 'subscribeToAll';
  return options?.hasStream() ? 'readStream' : 'readAll';
}

async function answer(
  node: NodeContext,
  call: ReadCall,
  output: Output,
  options: ReadReq.Options | undefined,
): Promise<void> {
  const refusal = refusalOf(node.leadership(), call, false);
  if (refusal) throw refusalError(refusal);
  if (options === undefined) throw handlerFailed();
  const ofStream = options.getStream();
  const stream = ofStream && streamNameOf(ofStream.getStreamIdentifier());
  node.access.check(node.log, call, 'read', stream ?? '$all');
  if (options.hasSubscription()) {
    return stream === undefined ? subscribeToAll(node, output, options) : subscribeToStream(node, output, options);
  }
  if (stream === undefined) return answerAll(node, output, options);
  return answerStream(node, output, options, stream);
}

const directionOf = (options: ReadReq.Options): Direction =>
  options.getReadDirection() === streams.ReadReq.Options.ReadDirection.FORWARDS ? 'forwards' : 'backwards';

/** Counts can be anything up to 2^64: more than there are events is as good as all. */
const countOf = (options: ReadReq.Options) => Number(options.getCount());

async function answerStream({ log }: NodeContext, output: Output, options: ReadReq.Options, stream: string) {
  const direction = directionOf(options);
  const place = options.getStream();
  let left = countOf(options);
  if (left === 0 || (place?.hasEnd() && direction === 'forwards')) throw unexpectedResult('ReadStreamResult');
  let from = place?.hasEnd() ? deletedRevision : BigInt(place?.getRevision() || 0);
  while (output.isOpen) {
    const page = readStream(log, stream, from, direction, Math.min(left, pageSize));
    if (page.found === 'deleted') throw streamDeleted(stream);
    if (page.found === 'no-stream') {
      const notFound = new streams.ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(stream));
      await output.write(new streams.ReadResp().setStreamNotFound(notFound));
      break;
    }
    for (const record of page.records) await output.write(answerOf(log, record, options.getResolveLinks()));
    left -= page.records.length;
    if (page.next === undefined || left <= 0) break;
    from = page.next;
  }
  output.end();
}

async function answerAll({ log }: NodeContext, output: Output, options: ReadReq.Options) {
  const direction = directionOf(options);
  let left = countOf(options);
  let index = startOf(log, options.getAll(), direction);
  while (output.isOpen && left > 0) {
    const page = readAll(log, index, direction, Math.min(left, pageSize));
    for (const record of page.records) await output.write(answerOf(log, record, options.getResolveLinks()));
    left -= page.records.length;
    if (page.isEnd) break;
    index = page.next;
  }
  output.end();
}

/** The index to begin with: forwards a position is inclusive, backwards it is not. */
function startOf(log: Log, place: ReadReq.Options.AllOptions | undefined, direction: Direction): number {
  const position = place?.getPosition();
  const end = log.records.length;
  const before = position ? indexOf(log, BigInt(position.getCommitPosition())) : place?.hasEnd() ? end : 0;
  return direction === 'forwards' ? before : before - 1;
}
