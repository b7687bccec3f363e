/**
 * Where another process leads, its checkpoint moves at once for events that are wanted, and seldom for others: it does
 * not know who waits here. So who waits in this process has the log looked at in this process: where nothing that is
 * wanted stands between the checkpoint and a position, the read model is there.
 */
import type { Position } from '../event/revision.ts';
import type { ResolvedFilter } from '../subscription/consumer-filter.ts';
import { type SubscriptionParts, subscription } from '../subscription/subscription.ts';

export class PassingBy {
  #isLooking = false;
  /** The last wanted event that was found, and how far it was looked. */
  #wanted: Position = 0;
  #looked: Position = 0;

  constructor(
    private readonly source: SubscriptionParts,
    private readonly filter: ResolvedFilter,
  ) {}

  /** How far a read model is whose checkpoint stands at `checkpoint`. */
  reached(checkpoint: Position): Position {
    return checkpoint >= this.#wanted ? Math.max(checkpoint, this.#looked) : checkpoint;
  }

  /** Looks from `after` on, as long as `isNeeded`; tells of each step. Does nothing where it is looking already. */
  async look(after: Position, signal: AbortSignal, isNeeded: () => boolean, onLooked: () => void): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#wanted = this.#looked = after;
    try {
      for await (const message of subscription(this.source, this.filter, { after, signal })) {
        if (!isNeeded()) return;
        if (message.kind === 'events') this.#wanted = message.events.at(-1)?.position ?? this.#wanted;
        if (message.kind !== 'progress') continue;
        this.#looked = message.position;
        onLooked();
      }
    } finally {
      this.#isLooking = false;
    }
  }
}
