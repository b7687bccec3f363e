import type { StoreProvider } from '@tidemark/core';
import type { Screen } from '../report/screen.ts';

export interface Tour {
  readonly store: StoreProvider;
  /** The store's file. */
  readonly file: string;
  /** Whether the file stays when the tour is over. */
  readonly kept: boolean;
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

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
