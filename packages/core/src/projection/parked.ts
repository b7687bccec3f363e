/** Parked events of one projection: listed, tried again in order, or left out for good. */
import { StoreFailedError } from '../errors.ts';
import type { RecordedEvent } from '../event/event.ts';
import type { EventRegistry } from '../event/event-registry.ts';
import { assertPlace, type Position } from '../event/revision.ts';
import { assertStreamName } from '../event/stream-name.ts';
import type { Clock } from '../shared/clock.ts';
import type { DeadLetter } from '../store/dead-letters.ts';
import type { EventStore } from '../store/event-store.ts';
import type { ModelSession, ReadModelStore } from '../store/read-model-store.ts';
import { assertOptions } from '../store/read-options.ts';
import type { ResolvedFilter } from '../subscription/consumer-filter.ts';
import type { Handlers } from './handlers.ts';

/** How many events one transaction tries again. */
const most = 256;

export function deadLetter(
  { position, eventId, streamName, revision, type }: RecordedEvent,
  { cause, attempts, parkedAt }: { cause: unknown; attempts: number; parkedAt: number },
): DeadLetter {
  const error = cause === undefined ? undefined : textOf(cause);
  return { position, eventId, streamName, revision, type, error, attempts, parkedAt };
}

export interface ParkedEventsParts {
  readonly handlers: Handlers;
  readonly events: EventStore;
  readonly readModels: ReadModelStore;
  readonly registry: EventRegistry;
  readonly filter: ResolvedFilter;
  readonly clock: Clock;
  /** The build that the projection works on; `undefined` where there is none yet. */
  readonly build: () => number | undefined;
}

/** How a retry went. */
export interface RetryOutcome {
  readonly handled: number;
  /** Still parked, over all streams that were tried. */
  readonly left: number;
}

/** The parked events of a projection; any process may work on them, whoever leads it. */
export class ParkedEvents {
  constructor(private readonly parts: ParkedEventsParts) {}

  /** In order of position: what failed, with its error, and what waits behind it in its stream. */
  async list(): Promise<readonly DeadLetter[]> {
    return this.#list();
  }

  /**
   * Handles parked events again, each stream in its order and up to the first that fails again; those handled are parked
   * no longer. All streams, or one. Where the store itself fails it throws `StoreFailedError`: nothing more is handled, and
   * no attempt is counted.
   */
  async retry(options: { readonly streamName?: string | undefined } = {}): Promise<RetryOutcome> {
    assertOptions(options, { streamName: true });
    const { streamName } = options;
    if (streamName !== undefined) assertStreamName(streamName);
    const letters = this.#list().filter((letter) => streamName === undefined || letter.streamName === streamName);
    let handled = 0;
    for (const name of new Set(letters.map((letter) => letter.streamName))) handled += await this.#retryStream(name);
    return {
      handled,
      left: this.#list().filter((letter) => letters.some((one) => one.streamName === letter.streamName)).length,
    };
  }

  /** Leaves parked events out for good: all of a stream, or the one at `position`. What waits behind it is then for `retry`. Resolves to how many. */
  async skip(which: { readonly streamName: string; readonly position?: Position }): Promise<number> {
    assertOptions(which, { streamName: true, position: true });
    const { streamName, position } = which;
    assertStreamName(streamName);
    if (position !== undefined) assertPlace('position', position);
    const build = this.parts.build();
    if (build === undefined) return 0;
    let skipped = 0;
    await this.parts.readModels.transact(build, {
      expected: 'any',
      run: (session) => {
        const letters = session
          .parkedIn(streamName)
          .filter((letter) => (position ?? letter.position) === letter.position);
        for (const letter of letters) session.unpark(letter.position);
        skipped = letters.length;
        return undefined;
      },
    });
    return skipped;
  }

  #list(): readonly DeadLetter[] {
    const build = this.parts.build();
    return build === undefined ? [] : this.parts.readModels.parked(build);
  }

  async #retryStream(streamName: string): Promise<number> {
    for (let handled = 0; ; ) {
      const build = this.parts.build();
      const letters = this.#list()
        .filter((letter) => letter.streamName === streamName)
        .slice(0, most);
      if (build === undefined || letters.length === 0) return handled;
      const events = await this.#load(letters);
      let failed = false;
      let done = 0;
      await this.parts.readModels.transact(build, {
        expected: 'any',
        run: (session) => {
          ({ done, failed } = this.#again(session, streamName, events));
          return undefined;
        },
      });
      handled += done;
      if (failed || done === 0) return handled;
    }
  }

  /** What the transaction finds parked counts: somebody else may have been here. */
  #again(session: ModelSession, streamName: string, events: ReadonlyMap<Position, readonly RecordedEvent[]>) {
    const run = this.parts.handlers.on(session);
    let done = 0;
    let failed = false;
    for (const letter of session.parkedIn(streamName)) {
      const parts = events.get(letter.position);
      if (parts === undefined) break;
      try {
        session.guarded(() => run.take(parts));
      } catch (cause) {
        // As when it is taken in behind the log: a full disk is nobody's handler.
        if (cause instanceof StoreFailedError) throw cause;
        const parkedAt = this.parts.clock.now().getTime();
        session.park({ ...letter, error: textOf(cause), attempts: letter.attempts + 1, parkedAt });
        failed = true;
        break;
      }
      session.unpark(letter.position);
      done += 1;
    }
    run.flush();
    return { done, failed };
  }

  /** As they are today: upcasters apply to parked events, as only references are stored. */
  async #load(letters: readonly DeadLetter[]): Promise<ReadonlyMap<Position, readonly RecordedEvent[]>> {
    const events = new Map<Position, readonly RecordedEvent[]>();
    for (const { position, eventId } of letters) {
      for await (const stored of this.parts.events.readAll({ from: position, limit: 1 })) {
        if (stored.position !== position || stored.eventId !== eventId) continue;
        events.set(position, this.parts.registry.demandKnown(stored).filter(this.parts.filter.wanted));
      }
    }
    return events;
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
