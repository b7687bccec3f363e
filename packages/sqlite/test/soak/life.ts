/** What the parent and the children of a soak tell each other, and what they leave in the folder. */
import path from 'node:path';

/** One life of a process. */
export interface Life {
  readonly folder: string;
  /** Of this life: no two have the same. */
  readonly name: string;
  readonly seed: number;
  /** How many events there have to be in the end. */
  readonly events: number;
}

/** To a consumer: be done up to here (0: no further than now), then end. To a writer: end. */
export interface Ending {
  readonly upTo: number;
}

export const logIn = (folder: string) => path.join(folder, 'log.db');
export const traceEnding = '.trace';
export const acknowledgedEnding = '.acknowledged';
