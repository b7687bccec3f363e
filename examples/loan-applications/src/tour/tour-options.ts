import type { Application } from '@tidemark/core';
import type { DeskPlace } from '../desk-place.ts';
import type { Screen } from '../report/screen.ts';

export interface Tour {
  readonly place: DeskPlace;
  readonly log: string;
  readonly flight: number;
  readonly application: string | undefined;
  /** Where the report is written; `undefined`: a new temporary file, which stays. */
  readonly report: string | undefined;
  readonly noReport: boolean;
  readonly screen: Screen;
  /** Ends the import, or the wait for the read models, in an orderly way; the tour ends there. */
  readonly signal: AbortSignal;
}

/** How long read models are waited for, in milliseconds. */
export const patience = 600_000;

/** What a difference of positions counts there; `undefined`: nothing, and only shares mean something. */
export function countedBy({ eventStore }: Application): 'events' | undefined {
  return eventStore.capabilities.densePositions ? 'events' : undefined;
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
