import type { Application } from '@tidemark/core';
import type { Outcome } from '../read-models/decisions.ts';
import { decisionTimes } from './decision-figures.ts';

/** How many decisions took how long. */
export interface DecisionHistogram {
  /** In milliseconds, each the same multiple of the one before. From one to the next is a bin. */
  readonly bounds: readonly number[];
  /** Decisions in each bin; the first and the last also have what lies beyond the bounds. */
  readonly decisions: Readonly<Record<Outcome, readonly number[]>>;
}

/** From the shortest time to the longest; `undefined` where nothing was decided. */
export async function decisionHistogram(app: Application, bins: number): Promise<DecisionHistogram | undefined> {
  const times = await decisionTimes(app);
  const sorted = [...times.approved, ...times.declined, ...times.cancelled].sort((a, b) => a - b);
  const [shortest] = sorted;
  if (shortest === undefined) return undefined;
  // No time at all has no logarithm, and where all took the same time there is still a bin to see.
  const from = Math.max(shortest, 1_000);
  const to = Math.max(sorted.at(-1) ?? 0, from * 10);
  const bounds = Array.from({ length: bins + 1 }, (_, index) => from * (to / from) ** (index / bins));
  const counted = (own: readonly number[]) => {
    const counts = Array<number>(bins).fill(0);
    for (const time of own) {
      const bin = Math.min(
        bins - 1,
        bounds.findLastIndex((bound) => bound <= Math.max(time, from)),
      );
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    return counts;
  };
  return {
    bounds,
    decisions: {
      approved: counted(times.approved),
      declined: counted(times.declined),
      cancelled: counted(times.cancelled),
    },
  };
}
