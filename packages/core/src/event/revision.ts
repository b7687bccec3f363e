import { ArgumentError } from '../errors.ts';
import { describe } from '../shared/describe.ts';

/** An event's place in its stream, counted from 0. */
export type Revision = number;

/** An event's place in the whole log. Positions only grow; where `capabilities.densePositions`, they count from 1. */
export type Position = number;

/**
 * What a writer expects of a stream: `'any'` nothing; `'no_stream'` that it holds no event, or was softly deleted;
 * `'stream_exists'` that it does; a revision, that this is its last event's.
 */
export type ExpectedRevision = 'any' | 'no_stream' | 'stream_exists' | Revision;

/** Refuses what is no expected revision. */
export function assertExpectedRevision(value: unknown): asserts value is ExpectedRevision {
  if (value === 'any' || value === 'no_stream' || value === 'stream_exists') return;
  if (typeof value === 'number' && isPlace(value)) return;
  throw new ArgumentError(
    'expected revision',
    describe(value),
    "'any', 'no_stream', 'stream_exists' or a whole number from 0",
  );
}

/** Refuses what is no revision, or no position: a whole number from 0 that a double holds exactly. */
export function assertPlace(argument: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && isPlace(value)) return;
  throw new ArgumentError(argument, describe(value), 'a whole number from 0 to 2^53 - 1');
}

function isPlace(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
