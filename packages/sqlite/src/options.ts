/** What `sqlite()` takes, and the refusal of what cannot be meant. */
import { resolve, sep } from 'node:path';
import { ArgumentError, assertKeys, type Clock, systemClock } from '@tidemark/core';

export interface SqliteOptions {
  /**
   * `'full'` (the default): a resolved append survives a power cut. `'normal'`: it survives the end of the process, a
   * power cut may take the last moments; several times faster for a caller who awaits each append.
   */
  readonly durability?: Durability | undefined;
  /**
   * How much of the file is read through memory mapping, in bytes; default 0. Makes loading aggregates faster, but a
   * disk that fails to read then ends the process (SIGBUS) instead of throwing.
   */
  readonly mmapBytes?: number | undefined;
  /** Where `recordedAt` comes from. */
  readonly clock?: Clock | undefined;
  /** How long a file that others keep locked is tried, in ms, before `StoreFailedError`; default 5,000 to open, 30,000 to write. */
  readonly busyTimeout?: number | undefined;
  /**
   * Whether a thread reads ahead for one who is more than 20,000 events behind and does something with them, as in a rebuild:
   * the event loop has more time for the application, and it is sooner done. Default true; without threads it goes without.
   */
  readonly readAhead?: boolean | undefined;
  /** For crash tests: called at three points of each write transaction. */
  readonly faults?: Faults | undefined;
}

export type Durability = 'full' | 'normal';

/** Where a process can die on its way through a write; what is not acknowledged at `after-commit` is stored all the same. */
export type FaultPoint = 'before-begin' | 'after-insert' | 'after-commit';

export interface Faults {
  /** Whatever it throws before the commit fails the transaction. */
  at(point: FaultPoint, transaction: FaultyTransaction): void;
}

export interface FaultyTransaction {
  /** What it writes: `'relaxed'` is what can be made again, read models and snapshots. */
  readonly lane: 'durable' | 'relaxed';
  /** `PRAGMA synchronous` at this moment: 1 NORMAL, 2 FULL. */
  synchronous(): number;
}

export interface Settings {
  /** Absolute: where the file is does not change with the process's folder. */
  readonly path: string;
  readonly durability: Durability;
  readonly mmapBytes: number;
  readonly clock: Clock;
  readonly openTimeout: number;
  readonly writeTimeout: number;
  readonly readAhead: boolean;
  readonly faults: Faults | undefined;
}

export const inMemory = ':memory:';

const known: Readonly<Record<keyof SqliteOptions, true>> = {
  ...{ durability: true, mmapBytes: true, clock: true, busyTimeout: true, readAhead: true, faults: true },
};

/** Throws `ArgumentError`. */
export function settingsOf(path: unknown, options: unknown = {}): Settings {
  assertPath(path);
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw refused('sqlite options', options, 'an object');
  assertKeys('sqlite options', options, known);
  const {
    durability = 'full',
    mmapBytes = 0,
    clock = systemClock,
    busyTimeout,
    readAhead = true,
    faults,
  } = options as SqliteOptions;
  if (durability !== 'full' && durability !== 'normal') throw refused('durability', durability, "'full' or 'normal'");
  assertWhole('mmapBytes', mmapBytes);
  if (busyTimeout !== undefined) assertWhole('busyTimeout', busyTimeout);
  if (typeof clock?.now !== 'function') throw refused('clock', clock, 'an object with now()');
  if (typeof readAhead !== 'boolean') throw refused('readAhead', readAhead, 'true or false');
  if (faults !== undefined && !isFaults(faults)) throw refused('faults', faults, 'an object with at()');
  const openTimeout = busyTimeout ?? 5_000;
  const writeTimeout = busyTimeout ?? 30_000;
  return {
    path: path === inMemory ? path : resolve(path),
    durability,
    mmapBytes,
    clock,
    openTimeout,
    writeTimeout,
    readAhead,
    faults,
  };
}

/** Texts and arrays have an `at` of their own. */
function isFaults(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value) && typeof (value as Faults | null)?.at === 'function';
}

function assertPath(path: unknown): asserts path is string {
  const wanted = `a file's path or '${inMemory}'`;
  if (typeof path !== 'string' || path.trim() === '') throw refused('path', path, wanted);
  // The driver would cut it off, and open another file.
  if (path.trim() !== path) throw new ArgumentError('path', `white space around '${path.trim()}'`, wanted);
  if (path.endsWith('/') || path.endsWith(sep)) throw new ArgumentError('path', `the folder '${path}'`, wanted);
  if (path.includes('\0')) throw new ArgumentError('path', 'a NUL character', wanted);
  if (/^file:/i.test(path)) throw new ArgumentError('path', 'a URI', wanted);
}

function assertWhole(name: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw refused(name, value, 'a whole number from 0');
}

function refused(name: string, value: unknown, wanted: string): ArgumentError {
  const found =
    typeof value === 'string'
      ? `'${value.slice(0, 60)}'`
      : value === null
        ? 'null'
        : Array.isArray(value)
          ? 'an array'
          : typeof value === 'number'
            ? String(value)
            : typeof value;
  return new ArgumentError(name, found, wanted);
}
