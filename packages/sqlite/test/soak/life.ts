/** What the parent and the children of a soak tell each other, and what they leave in the folder. */
import path from 'node:path';
import { ConsumerTrace } from '@tidemark/testing';
import type { FaultPoint } from '../../src/index.ts';
import type { Model } from '../processes/read-models.ts';

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

/** To a consumer: be done up to here (0: whatever is done), then end. To a writer: end. */
export interface Ending {
  readonly upTo: number;
}

/** To a writer: wait, or go on. */
export interface Pausing {
  readonly paused: boolean;
}

/** From a consumer: whether it leads now. */
export interface Leading {
  readonly leads: boolean;
}

export const logIn = (folder: string) => path.join(folder, 'log.db');
/** Who is frozen may hold the file's lock, longer than an opening waits for it otherwise. */
export const patient = { busyTimeout: 60_000 } as const;
export const traceEnding = (model: Model) => `.${model}.trace`;
export const acknowledgedEnding = '.acknowledged';

/** What this life's processes record of one read model. */
export function traceOf(model: Model, { folder, name }: Life): ConsumerTrace {
  return new ConsumerTrace({ name, file: path.join(folder, `${name}${traceEnding(model)}`) });
}
