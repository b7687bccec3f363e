/** What the parent and the children of a soak tell each other, and what they leave in the folder. */
import path from 'node:path';
import type { FaultPoint } from '../../src/index.ts';

/** One life of a process. */
export interface Life {
  readonly folder: string;
  /** Of this life: no two have the same. */
  readonly name: string;
  readonly seed: number;
  /** The process kills itself here: a kill from outside hardly ever falls between a commit and its record. */
  readonly death?: OwnDeath | undefined;
}

/** When its so-many-th transaction for a read model passes this point. */
export interface OwnDeath {
  readonly point: FaultPoint;
  readonly transaction: number;
}

/** To a consumer: be done up to here (0: no further than now), then end. To a writer: end. */
export interface Ending {
  readonly upTo: number;
}

export const logIn = (folder: string) => path.join(folder, 'log.db');
export const traceEnding = '.trace';
export const acknowledgedEnding = '.acknowledged';
