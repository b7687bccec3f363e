/** How a call is answered: counted while it is open, and spoilt where a fault was asked for. */
import type { Metadata, ServerReadableStream, sendUnaryData } from '@grpc/grpc-js';
import { type Refusal, refusalError } from '../leadership.ts';
import type { NodeContext } from '../node-context.ts';
import type { CallKind } from '../open-calls.ts';
import { asServiceError, type ServiceError } from '../service-error.ts';

export interface AnyCall {
  readonly metadata: Metadata;
  once(event: 'cancelled', listener: () => void): unknown;
}

/** Counts a call from now on; returns how to answer it, once, with what `act` returns or throws. `refused`: how a refusal is said. */
export function answering<T>(
  node: NodeContext,
  kind: CallKind,
  { call, callback }: { readonly call: AnyCall; readonly callback: sendUnaryData<T> },
  refused: (refusal: Refusal) => ServiceError = refusalError,
): (act: () => T) => void {
  const end = node.calls.track(kind, call);
  return (act) => {
    const answer = () => {
      end();
      const { value, error } = attempt(act);
      if (error) callback(error);
      else callback(null, value);
    };
    const effect = node.faults.next(kind);
    switch (effect?.effect) {
      case undefined:
        answer();
        break;
      case 'late': {
        const timer = setTimeout(answer, effect.ms);
        call.once('cancelled', () => clearTimeout(timer));
        break;
      }
      case 'never':
        break;
      case 'unacknowledged':
        attempt(act);
        if (effect.drops) node.dropConnections();
        break;
      case 'refuse':
        end();
        callback(refused(effect.refusal));
        break;
    }
  };
}

/**
 * Takes what a client sends until some of it is refused; `commit` is called at its end, with why, or `undefined`. A call that
 * is cancelled while its requests come in ends too, a moment before it is known as cancelled: what has come so far is not all.
 */
export function takingAll<Request>(
  call: ServerReadableStream<Request, unknown>,
  take: (request: Request) => void,
  commit: (failure: unknown) => void,
): void {
  let failure: unknown;
  call.on('data', (request: Request) => {
    if (failure !== undefined) return;
    try {
      take(request);
    } catch (error) {
      failure = error;
    }
  });
  call.on('end', () => {
    setImmediate(() => {
      if (!call.cancelled) commit(failure);
    });
  });
}

function attempt<T>(act: () => T): { readonly value?: T; readonly error?: ServiceError } {
  try {
    return { value: act() };
  } catch (error) {
    return { error: asServiceError(error) };
  }
}
