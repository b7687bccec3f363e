/**
 * `Streams.BatchAppend`: many appends on one stream of messages, answered as they finish. As on the real server, a batch
 * with a bad event is answered twice: as a bad request, and, as it was never taken back, as timed out at its deadline.
 */

import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { handleBidiStreamingCall, ServerDuplexStream } from '@grpc/grpc-js';
import { type Refusal, refusalError, refusalOf } from '../leadership.ts';
import type { ExpectedRevision, ProposedEvent } from '../log-record.ts';
import { expectedRevision, proposedEvent, streamNameOf, uuidOf } from '../messages.ts';
import type { NodeContext } from '../node-context.ts';
import { accessDeniedStatus, badRequestStatus, maximumAppendSizeExceededStatus, timeoutStatus } from '../rpc-status.ts';
import { handlerFailed, type ServiceError } from '../service-error.ts';
import { type Addressee, errorAnswer, refusalAnswer, writeAnswer } from './batch-answers.ts';

type Call = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

export function batchAppend(node: NodeContext): handleBidiStreamingCall<BatchAppendReq, BatchAppendResp> {
  return (call) => void new BatchStream(node, call);
}

/** An append whose events are still coming. */
interface Pending extends Addressee {
  readonly expected: ExpectedRevision;
  readonly events: ProposedEvent[];
  readonly timer: NodeJS.Timeout;
  size: number;
}

class BatchStream {
  readonly #node: NodeContext;
  readonly #call: Call;
  readonly #pending = new Map<string, Pending>();
  readonly #late = new Set<NodeJS.Timeout>();
  readonly #close: () => void;
  /** Appends that a fault keeps from being answered now. */
  #unanswered = 0;
  #isEnding = false;

  constructor(node: NodeContext, call: Call) {
    this.#node = node;
    this.#call = call;
    const untrack = node.calls.track('batchAppend', call);
    const endNow = () => this.#end();
    node.batchStreams.add(endNow);
    this.#close = () => {
      untrack();
      node.batchStreams.delete(endNow);
      for (const { timer } of this.#pending.values()) clearTimeout(timer);
      this.#pending.clear();
      for (const timer of this.#late) clearTimeout(timer);
    };
    call.once('cancelled', this.#close);
    call.on('error', this.#close);
    call.on('data', (request: BatchAppendReq) => this.#take(request));
    call.on('end', () => {
      this.#isEnding = true;
      if (this.#unanswered === 0) this.#end();
    });
  }

  #take(request: BatchAppendReq): void {
    const options = request.getOptions();
    try {
      const correlationId = uuidOf(request.getCorrelationId());
      const pending = this.#pending.get(correlationId) ?? (options && this.#begin(correlationId, options));
      if (pending) this.#add(pending, request);
    } catch (error) {
      if (options === undefined) {
        this.#fail(handlerFailed());
        return;
      }
      const answer = new streams.BatchAppendResp()
        .setCorrelationId(request.getCorrelationId())
        .setStreamIdentifier(options.getStreamIdentifier())
        .setError(badRequestStatus(error instanceof Error ? error.message : String(error)));
      this.#call.write(answer);
    }
  }

  /** Undefined where the append was refused at once. */
  #begin(correlationId: string, options: BatchAppendReq.Options): Pending | undefined {
    const stream = streamNameOf(options.getStreamIdentifier());
    const addressee = { correlationId, stream };
    const refuse = (status: ReturnType<typeof timeoutStatus>) => void this.#call.write(errorAnswer(addressee, status));
    try {
      this.#node.access.check(this.#node.log, this.#call, 'write', stream);
    } catch {
      refuse(accessDeniedStatus());
      return undefined;
    }
    const deadline = options.getDeadline()?.toDate().getTime() ?? Number.POSITIVE_INFINITY;
    const timeout = Math.min(deadline - Date.now(), this.#node.writeTimeout);
    if (timeout <= 0) {
      refuse(timeoutStatus());
      return undefined;
    }
    const timer = setTimeout(() => {
      this.#pending.delete(correlationId);
      refuse(timeoutStatus());
    }, timeout);
    const expected = expectedRevision(options, () => options.getStreamPosition());
    const pending: Pending = { ...addressee, expected, events: [], timer, size: 0 };
    this.#pending.set(correlationId, pending);
    return pending;
  }

  #add(pending: Pending, request: BatchAppendReq): void {
    for (const message of request.getProposedMessagesList()) {
      const event = proposedEvent(message);
      pending.size += event.data.length;
      pending.events.push(event);
    }
    const isTooLarge = pending.size > this.#node.maxAppendSize;
    if (!isTooLarge && !request.getIsFinal()) return;
    clearTimeout(pending.timer);
    this.#pending.delete(pending.correlationId);
    if (isTooLarge) {
      this.#call.write(errorAnswer(pending, maximumAppendSizeExceededStatus(this.#node.maxAppendSize)));
    } else this.#answer(pending);
  }

  #answer(pending: Pending): void {
    const effect = this.#node.faults.next('batchAppend');
    switch (effect?.effect) {
      case undefined:
        this.#commit(pending);
        break;
      case 'late':
        this.#answerLater(pending, effect.ms);
        break;
      case 'never':
        this.#unanswered += 1;
        break;
      case 'unacknowledged':
        this.#unanswered += 1;
        this.#node.log.append(pending.stream, pending.expected, pending.events);
        if (effect.drops) this.#node.dropConnections();
        break;
      case 'refuse':
        this.#refuse(pending, effect.refusal);
        break;
    }
  }

  #answerLater(pending: Pending, ms: number): void {
    this.#unanswered += 1;
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      this.#unanswered -= 1;
      this.#commit(pending);
      if (this.#isEnding && this.#unanswered === 0) this.#end();
    }, ms);
    this.#late.add(timer);
  }

  #commit(pending: Pending): void {
    const refusal = refusalOf(this.#node.leadership(), this.#call, true);
    if (refusal) this.#refuse(pending, refusal);
    else {
      const written = this.#node.log.append(pending.stream, pending.expected, pending.events);
      this.#call.write(writeAnswer(pending, written));
    }
  }

  #refuse(pending: Pending, refusal: Refusal): void {
    const answer = refusalAnswer(pending, refusal);
    if (answer) this.#call.write(answer);
    else this.#fail(refusalError(refusal));
  }

  #end(): void {
    this.#close();
    this.#call.end();
  }

  #fail(error: ServiceError): void {
    this.#close();
    this.#call.emit('error', error);
  }
}
