/** `app.subscribe`: a handler that is waited for, event by event. */
import { ConsumerStoppedError, StopTimeoutError } from '../application-errors.ts';
import type { Causation, CausationScope } from '../decider/context.ts';
import { UnreadableEventError } from '../errors.ts';
import type { RecordedEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import type { Activities } from '../shared/activities.ts';
import { linkedAbort } from '../shared/linked-abort.ts';
import type { ResolvedFilter } from './consumer-filter.ts';
import type { EventStreams, FollowOptions } from './event-streams.ts';
import { unreadEvent } from './subscription.ts';

/** A running subscription of this process; it keeps no checkpoint. */
export interface HandlerSubscription {
  readonly name: string;
  readonly state: 'running' | 'stopped';
  /** Everything up to here was handled, or does not concern it. */
  readonly position: Position;
  /** Why it stopped by itself. */
  readonly error: ConsumerStoppedError | undefined;
  /** Resolves when it has stopped, for whatever reason; never rejects. */
  readonly stopped: Promise<void>;
  /**
   * Resolves when the handler under way is done; at once where it is called by that handler. One that does not settle
   * within the application's `stopTimeout` is left to itself, and `error` says so.
   */
  stop(): Promise<void>;
}

/** As an application ends it. */
export interface EndableSubscription extends HandlerSubscription {
  /** Begins with no further event. */
  conclude(): void;
  /** Counts a handler that is still under way as failed: nothing waits for it any longer, nor moves when it settles. */
  abandon(): void;
}

export type EventHandler<T = unknown> = (event: RecordedEvent<T>) => void | Promise<void>;

export interface HandlerSubscriptionParts {
  readonly streams: EventStreams;
  readonly causation: CausationScope;
  readonly activities: Activities;
  /** How long a handler may go on after `stop()`, in milliseconds. */
  readonly stopTimeout: number;
  readonly onError: (error: unknown) => void;
}

export function handlerSubscription(
  { streams, causation, activities, stopTimeout, onError }: HandlerSubscriptionParts,
  subscriber: { readonly name: string; readonly filter: ResolvedFilter; readonly handler: EventHandler },
  options: FollowOptions,
): EndableSubscription {
  const { name, filter, handler } = subscriber;
  const over = linkedAbort(options.signal);
  const { signal } = over;
  let position = 0;
  let current: RecordedEvent | undefined;
  let error: ConsumerStoppedError | undefined;
  let state: HandlerSubscription['state'] = 'running';
  let timer: NodeJS.Timeout | undefined;
  let resolveStopped: () => void;
  const stopped = new Promise<void>((resolve) => {
    resolveStopped = resolve;
  });
  const end = () => {
    clearTimeout(timer);
    over.release();
    state = 'stopped';
    resolveStopped();
  };
  const fail = (cause: unknown) => {
    if (state === 'stopped') return onError(cause);
    const at = current ?? unreadEvent(cause);
    error = new ConsumerStoppedError(name, at?.position ?? position, at, { cause });
    onError(error);
    end();
  };
  const abandon = () => {
    if (state === 'stopped') return;
    over.abort();
    fail(new StopTimeoutError([`subscription '${name}'`], stopTimeout));
  };
  const pass = (to: Position) => {
    if (state === 'running') position = to;
  };
  const activity = {
    get isUnderWay() {
      return current !== undefined;
    },
  };
  const work = async () => {
    for await (const page of streams.pages(filter, { ...options, signal }, pass)) {
      for (const event of page) {
        if (signal.aborted) return;
        current = event;
        await causation.run(causedBy(event), async () => handler(event));
        pass(event.position);
        current = undefined;
      }
    }
  };
  void activities.run(activity, work).then(end, fail);
  return {
    name,
    get state() {
      return state;
    },
    get position() {
      return position;
    },
    get error() {
      return error;
    },
    stopped,
    conclude: () => over.abort(),
    abandon,
    stop() {
      over.abort();
      if (activities.isPartOf(activity)) return Promise.resolve();
      if (state === 'running') timer ??= setTimeout(abandon, stopTimeout);
      return stopped;
    },
  };
}

/** What commands executed while `event` is handled belong to. Metadata that cannot be read stop only who reads them. */
function causedBy(event: RecordedEvent): Causation {
  const { eventId } = event;
  let correlationId: unknown;
  try {
    correlationId = event.metadata.$correlationId;
  } catch (error) {
    if (!(error instanceof UnreadableEventError)) throw error;
  }
  // A foreign event may have anything there; what is no text is read as if it were not there.
  return { correlationId: typeof correlationId === 'string' ? correlationId : eventId, causationId: eventId };
}
