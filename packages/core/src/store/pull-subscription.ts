/** The loop below every subscription of a store that is read by pulling: catch up, say so, wait, go on. */
import type { StoredEvent } from '../event/event.ts';
import type { Position } from '../event/revision.ts';
import { Endable } from '../shared/endable.ts';
import { Turns } from '../shared/turns.ts';
import type { Subscription, SubscriptionMessage } from './event-store.ts';

/** What one look at the log found. Events, place and end must belong to one and the same state of the log. */
export interface Look {
  readonly events: readonly StoredEvent[];
  /**
   * The last event that was looked at, matching or not; `undefined` where there is none behind `after`. The first look
   * may say the event at `after` itself: the consumer then hears that it is caught up there.
   */
  readonly reached: { readonly position: Position; readonly eventId: string } | undefined;
  /** Whether there was nothing behind `reached`. */
  readonly atEnd: boolean;
}

export interface PullSource {
  /** Looks at a bounded part of the log behind `after`, and no longer than until `signal` fires. Throws what reading throws. */
  look(after: Position, signal: AbortSignal): Look | Promise<Look>;
  /** Grows with each wake-up: taken before a look, given to `wait` after it. */
  seen(): number;
  /** Resolves when there may be more, when `signal` fires, or when the store closes. */
  wait(seen: number, signal: AbortSignal): Promise<void>;
  readonly closed: boolean;
  /** Called when an iteration ends, however it does. */
  ended?(): void;
}

/**
 * `after` is the last handled position, 0 for none. A message is made only when it is asked for, so `progress` always
 * comes after what it covers was handled. Catching up leaves others their turns of the event loop. Each iteration is on
 * its own, and ends at once when it is left, though it may be waiting.
 */
export function pullSubscription(source: PullSource, after: Position, signal: AbortSignal | undefined): Subscription {
  return { [Symbol.asyncIterator]: () => new Endable((over) => pull(source, after, over), signal) };
}

async function* pull(
  source: PullSource,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<SubscriptionMessage, void, undefined> {
  let position = after;
  /** Whether it was told where the consumer stands. A look may find only what no consumer is shown, with more behind it. */
  let told = false;
  /** What was told last, where there might have been more behind it: a full page does not show that the log ends with it. */
  let open: Look['reached'];
  const turns = new Turns();
  try {
    while (!signal.aborted && !source.closed) {
      const seen = source.seen();
      const { events, reached, atEnd } = await source.look(position, signal);
      if (signal.aborted || source.closed) return;
      if (events.length > 0) yield { kind: 'events', events };
      if (reached !== undefined) {
        position = reached.position;
        open = atEnd ? undefined : reached;
        yield { kind: 'progress', position, eventId: reached.eventId, caughtUp: atEnd };
      } else if (atEnd && !told) {
        yield { kind: 'empty' };
      } else if (atEnd && open !== undefined) {
        yield { kind: 'progress', ...open, caughtUp: true };
        open = undefined;
      }
      told ||= atEnd || reached !== undefined;
      if (atEnd && !signal.aborted) await source.wait(seen, signal);
      else if (turns.isDue) await turns.give();
    }
  } finally {
    source.ended?.();
  }
}
