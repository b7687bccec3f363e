/** What the parent and the child of a crash test tell each other. */
import type { FaultPoint } from '../../src/index.ts';

/** How one life of the child ends. */
export type Death =
  /** Killed by the parent so many ms after it said that it had opened the file; below 0, while it is starting. */
  | { readonly kind: 'killed'; readonly after: number }
  /** Kills itself when its so-many-th transaction passes this point. */
  | { readonly kind: 'suicide'; readonly point: FaultPoint; readonly transaction: number };

export interface Life {
  readonly file: string;
  /** The child writes a line into this file for each promise that resolved: it outlives the child, as a page of the kernel's. */
  readonly acknowledgements: string;
  readonly seed: number;
  readonly death: Death;
}

/** One line of the acknowledgements. */
export type Acknowledgement =
  | {
      readonly stream: string;
      readonly revision: number;
      readonly position: number;
      readonly ids: readonly string[];
      readonly command?: string;
    }
  | { readonly checkpoint: number };

/** What is counted of each stream by the child's projection, and by the check. */
export interface Tally {
  readonly events: number;
  readonly sum: number;
}

export const model = { name: 'tally', version: 1 } as const;
export const shape = {
  indexes: ['sum'],
  tables: [{ name: 'tallies', columns: 'stream TEXT PRIMARY KEY, sum INTEGER', indexes: ['sum'] }],
} as const;

export function tallied(tally: Tally | undefined, amount: number): Tally {
  return { events: (tally?.events ?? 0) + 1, sum: (tally?.sum ?? 0) + amount };
}
