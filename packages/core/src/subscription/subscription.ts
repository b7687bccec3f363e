/**
 * Catch-up, then live, over any store: events restored and filtered once more, and a store that fails for a moment is
 * asked again from behind the last event that was handled. Nothing is skipped, nothing comes twice in a run.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff } from 'cockatiel';
import {
  type EventPlace,
  StoreFailedError,
  type StoreFailure,
  UnknownEventError,
  UnreadableEventError,
} from '../errors.ts';
import type { StoredEvent } from '../event/event.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import type { Position } from '../event/revision.ts';
import type { Filterable } from '../store/event-filter.ts';
import type { EventStore, SubscriptionMessage } from '../store/event-store.ts';
import type { ResolvedFilter } from './consumer-filter.ts';

export interface SubscriptionParts {
  readonly events: EventStore;
  readonly registry: EventRegistry;
  /** Told of each failure that is tried again. */
  readonly onRetry: (error: unknown) => void;
}

/** Messages as the store's, with today's events. Ends quietly when `signal` fires or the store is closed. */
export async function* subscription(
  { events, registry, onRetry }: SubscriptionParts,
  { stored, wanted, demanding }: ResolvedFilter,
  { after, signal }: { after: Position; signal: AbortSignal },
): AsyncGenerator<SubscriptionMessage, void, undefined> {
  const restore = (event: StoredEvent) => (demanding ? demand(registry, event, wanted) : registry.restore(event));
  let handled = after;
  const first = () => new ExponentialBackoff({ initialDelay: 20, maxDelay: 5_000 }).next();
  for (let backoff = first(); !signal.aborted; ) {
    try {
      for await (const message of events.subscribeToAll({ after: handled, filter: stored, signal })) {
        if (message.kind !== 'events') yield message;
        else {
          const { today, failure } = readable(message.events, restore, wanted);
          if (today.length > 0) yield { kind: 'events', events: today };
          if (failure !== undefined) throw failure;
        }
        // Asked for the next: what went before is handled.
        handled = placeOf(message) ?? handled;
        backoff = first();
      }
      return;
    } catch (error) {
      if (!isTransient(error) || signal.aborted) throw error;
      onRetry(error);
      await sleep(backoff.duration, undefined, { signal }).catch(() => {});
      backoff = backoff.next(undefined);
    }
  }
}

const passing: ReadonlySet<StoreFailure> = new Set(['busy', 'io', 'disk_full', 'unreachable']);

/** Errors of a store that may pass by themselves. */
export function isTransient(error: unknown): boolean {
  return error instanceof StoreFailedError && passing.has(error.reason);
}

/** The events up to the first one that cannot be read, and why it cannot. */
function readable(
  stored: readonly StoredEvent[],
  restore: (event: StoredEvent) => readonly StoredEvent[],
  wanted: (event: StoredEvent) => boolean,
): { readonly today: readonly StoredEvent[]; readonly failure?: unknown } {
  const today: StoredEvent[] = [];
  for (const event of stored) {
    try {
      for (const each of restore(event)) if (wanted(each)) today.push(each);
    } catch (failure) {
      if (failure instanceof UnreadableEventError || failure instanceof UnknownEventError)
        failure.event = placed(event);
      return { today, failure };
    }
  }
  return { today };
}

/** The event that a subscription ended at, where it could not read one. */
export function unreadEvent(cause: unknown): EventPlace | undefined {
  return cause instanceof UnreadableEventError || cause instanceof UnknownEventError ? cause.event : undefined;
}

function placed({ type, streamName, revision, position }: StoredEvent): EventPlace {
  return { type, streamName, revision, position };
}

/** An event that may be a wanted one has to be understood; one that only shares its stored name with those does not. */
export function demand(
  registry: EventRegistry,
  event: StoredEvent,
  wanted: (event: Filterable) => boolean,
): readonly StoredEvent[] {
  const { category, streamName } = event;
  return registry.demandKnown(event, (type) => wanted({ type, category, streamName }));
}

/** Up to where a message goes, if it says so. */
export function placeOf(message: SubscriptionMessage): Position | undefined {
  if (message.kind === 'events') return message.events[message.events.length - 1]?.position;
  return message.kind === 'progress' ? message.position : undefined;
}
