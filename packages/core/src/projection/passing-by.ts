/**
 * Where another process leads, its checkpoint moves at once for events that are wanted, and seldom for others: it does
 * not know who waits here. So who waits in this process has the log looked at in this process: where nothing that is
 * wanted stands between the checkpoint and a position, the read model is there.
 */
import type { Position } from '../event/revision.ts';
import type { ResolvedFilter } from '../subscription/consumer-filter.ts';
import { type SubscriptionParts, subscription } from '../subscription/subscription.ts';
import type { ProjectionStatus } from './projection-status.ts';
import type { Waiters } from './waiters.ts';

export interface PassingByParts {
  readonly source: SubscriptionParts;
  readonly filter: ResolvedFilter;
  readonly waiters: Waiters;
  readonly status: () => ProjectionStatus;
  /** Told how far the read model is without its checkpoint. */
  readonly onReached: (position: Position) => void;
  readonly signal: AbortSignal;
}

export class PassingBy {
  #isLooking = false;
  /** The last wanted event that was found, and how far it was looked. */
  #wanted: Position = 0;
  #looked: Position = 0;

  constructor(private readonly parts: PassingByParts) {}

  /** To be called whenever somebody begins to wait, or the status changes. */
  look(): void {
    if (!this.#isNeeded()) return;
    const { position } = this.parts.status();
    // What cannot be read here cannot be read where it is led, which says so.
    if (position >= this.#wanted && this.#looked > position) this.parts.onReached(this.#looked);
    else if (!this.#isLooking) this.#lookFrom(position).catch(() => {});
  }

  #isNeeded(): boolean {
    const { served, state } = this.parts.status();
    return this.parts.waiters.isAny && served && state === 'standby';
  }

  async #lookFrom(after: Position): Promise<void> {
    const { source, filter, signal } = this.parts;
    this.#isLooking = true;
    this.#wanted = this.#looked = after;
    try {
      for await (const message of subscription(source, filter, { after, signal })) {
        if (!this.#isNeeded()) return;
        if (message.kind === 'events') this.#wanted = message.events.at(-1)?.position ?? this.#wanted;
        if (message.kind === 'progress') this.#looked = message.position;
        this.look();
      }
    } finally {
      this.#isLooking = false;
    }
  }
}
