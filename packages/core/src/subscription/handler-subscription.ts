/** `app.subscribe`: a handler that is waited for, event by event. */
import { ConsumerStoppedError } from '../application-errors.ts';
import type { Causation, CausationScope } from '../decider/context.ts';
import type { RecordedEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import type { Activities } from '../shared/activities.ts';
import { linkedAbort } from '../shared/linked-abort.ts';
import type { ResolvedFilter } from './consumer-filter.ts';
import type { EventStreams, FollowOptions } from './event-streams.ts';

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
  /** Resolves when the handler under way is done; at once where it is called by that handler. */
  stop(): Promise<void>;
}

export type EventHandler<T = unknown> = (event: RecordedEvent<T>) => void | Promise<void>;

export interface HandlerSubscriptionParts {
  readonly streams: EventStreams;
  readonly causation: CausationScope;
  readonly activities: Activities;
  readonly onError: (error: unknown) => void;
}

export function handlerSubscription(
  { streams, causation, activities, onError }: HandlerSubscriptionParts,
  subscriber: { readonly name: string; readonly filter: ResolvedFilter; readonly handler: EventHandler },
  options: FollowOptions,
): HandlerSubscription {
  const { name, filter, handler } = subscriber;
  const over = linkedAbort(options.signal);
  const { signal } = over;
  let position = 0;
  let current: RecordedEvent | undefined;
  let error: ConsumerStoppedError | undefined;
  let state: HandlerSubscription['state'] = 'running';
  const pass = (to: Position) => {
    position = to;
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
  const stopped = activities
    .run(activity, work)
    .catch((cause: unknown) => {
      error = new ConsumerStoppedError(name, current?.position ?? position, current, { cause });
      onError(error);
    })
    .finally(() => {
      over.release();
      state = 'stopped';
    });
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
    stop() {
      over.abort();
      return activities.isPartOf(activity) ? Promise.resolve() : stopped;
    },
  };
}

/** What commands executed while `event` is handled belong to. */
function causedBy({ metadata, eventId }: RecordedEvent): Causation {
  // A foreign event may have anything there; what is no text is read as if it were not there.
  const correlationId: unknown = metadata.$correlationId;
  return { correlationId: typeof correlationId === 'string' ? correlationId : eventId, causationId: eventId };
}
