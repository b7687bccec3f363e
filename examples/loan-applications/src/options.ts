/** The command line of the example. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { TidemarkError } from '@tidemark/core';
import { samplePath } from './sample/sample-file.ts';

export interface Options {
  readonly help: boolean;
  readonly log: string;
  /** `undefined`: a temporary file. */
  readonly db: string | undefined;
  readonly flight: number;
  readonly durability: 'full' | 'normal';
  /** Whose history is shown; `undefined`: one that has something to show. */
  readonly application: string | undefined;
}

/** The command line is not what it has to be. Nothing was opened. */
export class UsageError extends TidemarkError {
  constructor(message: string, options?: ErrorOptions) {
    super('USAGE', message, options);
  }
}

export const usage = `A bank's loan desk on Tidemark: imports a log of its process and shows what can be read from it.

  npm start                                    the bundled sample, in a temporary file
  npm start -- --log FILE [options]            any XES log of this shape, plain or packed with gzip

  --log FILE               the log to import
  --db FILE                the SQLite file to keep it in; run again with the same files to go on after a stop
  --flight N               applications on their way at once, 1 to 1000 (default 64)
  --durability full|normal full survives a power cut (default), normal a crash of the process
  --application NUMBER     whose history to show
  --help                   this text
`;

/** Paths are relative to `folder`. Throws `UsageError`. */
export function parseOptions(args: readonly string[], folder: string): Options {
  const values = parsed(args);
  const flight = Number(values.flight ?? 64);
  if (!Number.isInteger(flight) || flight < 1 || flight > 1000) {
    throw new UsageError(`--flight: found '${values.flight}', wanted a whole number from 1 to 1000`);
  }
  const durability = values.durability ?? 'full';
  if (durability !== 'full' && durability !== 'normal') {
    throw new UsageError(`--durability: found '${durability}', wanted full or normal`);
  }
  return {
    help: values.help === true,
    log: values.log === undefined ? samplePath : file('--log', values.log, folder),
    db: values.db === undefined ? undefined : file('--db', values.db, folder),
    flight,
    durability,
    application: values.application,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        log: { type: 'string' },
        db: { type: 'string' },
        flight: { type: 'string' },
        durability: { type: 'string' },
        application: { type: 'string' },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function file(option: string, path: string, folder: string): string {
  if (path === '') throw new UsageError(`${option}: found nothing, wanted the path of a file`);
  return resolve(folder, path);
}
