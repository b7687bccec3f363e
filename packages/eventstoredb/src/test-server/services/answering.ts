/** How a call is answered: counted while it is open, and spoilt where a fault was asked for. */
import type { Metadata, sendUnaryData } from '@grpc/grpc-js';
import { refusalError } from '../leadership.ts';
import type { NodeContext } from '../node-context.ts';
import type { CallKind } from '../open-calls.ts';
import { asServiceError } from '../service-error.ts';

export interface AnyCall {
  readonly metadata: Metadata;
  once(event: 'cancelled', listener: () => void): unknown;
}

/** Answers a call that has one answer: with what `act` returns or throws. */
export function answerOnce<T>(
  node: NodeContext,
  kind: CallKind,
  call: AnyCall,
  callback: sendUnaryData<T>,
  act: () => T,
): void {
  const end = node.calls.track(kind, call);
  const answer = () => {
    end();
    try {
      callback(null, act());
    } catch (error) {
      callback(asServiceError(error));
    }
  };
  const effect = node.faults.next(kind);
  switch (effect?.effect) {
    case undefined:
      answer();
      break;
    case 'late':
      later(effect.ms, call, answer);
      break;
    case 'never':
      break;
    case 'unacknowledged':
      act();
      if (effect.drops) node.dropConnections();
      break;
    case 'refuse':
      end();
      callback(refusalError(effect.refusal));
      break;
  }
}

/** Acts after `ms`, unless the call has ended by then. */
export function later(ms: number, call: AnyCall, act: () => void): void {
  const timer = setTimeout(act, ms);
  call.once('cancelled', () => clearTimeout(timer));
}
