/** The command line of the benchmarks. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Size } from './bench.ts';

export interface Options {
  readonly help: boolean;
  readonly size: Size;
  readonly rounds: number;
  /** Of scenarios; absent: all. */
  readonly only: string | undefined;
  /** Part of ways' names; absent: all. */
  readonly way: string | undefined;
  /** Absent: the system's folder for temporary files. */
  readonly folder: string | undefined;
  readonly mmap: boolean;
}

export class UsageError extends Error {}

export const usage = `Tidemark beside raw better-sqlite3, doing the same work in turn: one process for each scenario.

  npm run bench                  measures everything, and writes benchmarks/results.md
  npm run bench -- --smoke       about two minutes: shows that everything runs and no shape is wrong; writes nothing
  npm run bench:peers            beside other frameworks, which it installs; some 20 minutes;
                                 writes benchmarks/results-peers.md

  --only NAME    only scenarios whose name begins so; writes nothing
  --way TEXT     only ways whose name contains this, to profile one of them; writes nothing
  --rounds N     how many rounds count, 1 to 99 (default 7); what takes long has fewer, and says so
  --large        a million events instead of 100,000 where a log is read
  --mmap         with memory-mapped reading, on both sides
  --dir FOLDER   put the files there instead of the system's temporary folder: the disk decides much
  --help         this text
`;

/** Paths are relative to `folder`. Throws `UsageError`. */
export function parseOptions(args: readonly string[], folder: string): Options {
  const { help, smoke, only, way, rounds, large, mmap, dir } = parsed(args);
  if (smoke && large) throw new UsageError('--smoke and --large: found both, wanted one');
  const count = Number(rounds ?? (smoke ? 3 : 7));
  if (!Number.isInteger(count) || count < 1 || count > 99) {
    throw new UsageError(`--rounds: found '${rounds}', wanted a whole number from 1 to 99`);
  }
  return {
    help: help === true,
    size: smoke ? 'smoke' : large ? 'large' : 'usual',
    rounds: count,
    only,
    way,
    folder: dir === undefined ? undefined : path.resolve(folder, dir),
    mmap: mmap === true,
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { help: flag, smoke: flag, only: text, way: text, rounds: text, large: flag, mmap: flag, dir: text };
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
