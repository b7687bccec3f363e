/** The command line of the example. */
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { TidemarkError } from '@tidemark/core';
import { reportName } from './html/loan-report.ts';
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
  /** Where the report is written; `undefined`: a new temporary file, which stays. */
  readonly report: string | undefined;
  readonly noReport: boolean;
  /** Follows what others record in `db`, and does nothing else. */
  readonly watch: boolean;
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
  npm start -- --watch --db FILE               follows what another process imports into FILE, until Ctrl-C

  --log FILE               the log to import
  --db FILE                the SQLite file to keep it in; run again with the same files to go on after a stop
  --flight N               applications on their way at once, 1 to 1000 (default 64)
  --durability full|normal full survives a power cut (default), normal a crash of the process
  --application NUMBER     whose history to show
  --report FILE            the HTML report to write (default: loan-report.html beside --db, otherwise a temporary file)
  --no-report              writes none
  --watch                  shows what others record in --db while they do; it records nothing itself
  --help                   this text
`;

/** Paths are relative to `folder`. Throws `UsageError`. */
export function parseOptions(args: readonly string[], folder: string): Options {
  const values = parsed(args);
  if (values.watch === true) assertWatchOnly(values);
  if (values.application !== undefined && !/^\d{1,12}$/.test(values.application)) {
    throw new UsageError(`--application: found '${values.application}', wanted a number of 1 to 12 digits`);
  }
  const flight = Number(values.flight ?? 64);
  if (!Number.isInteger(flight) || flight < 1 || flight > 1000) {
    throw new UsageError(`--flight: found '${values.flight}', wanted a whole number from 1 to 1000`);
  }
  const durability = values.durability ?? 'full';
  if (durability !== 'full' && durability !== 'normal') {
    throw new UsageError(`--durability: found '${durability}', wanted full or normal`);
  }
  const log = values.log === undefined ? samplePath : file('--log', values.log, folder);
  const db = values.db === undefined ? undefined : file('--db', values.db, folder);
  return {
    help: values.help === true,
    log,
    db,
    flight,
    durability,
    application: values.application,
    report: reportFile(values, { log, db, folder }),
    noReport: values['no-report'] === true,
    watch: values.watch === true,
  };
}

/** A watcher imports and writes nothing: what says how to is a misunderstanding. */
function assertWatchOnly(values: ReturnType<typeof parsed>): void {
  if (values.db === undefined) throw new UsageError('--watch: found no --db, wanted the file that is imported into');
  const other = Object.keys(values).find((name) => !['watch', 'db', 'help'].includes(name));
  if (other !== undefined) throw new UsageError(`--watch: found --${other} with it, wanted --db alone`);
}

function reportFile(
  values: ReturnType<typeof parsed>,
  { log, db, folder }: { readonly log: string; readonly db: string | undefined; readonly folder: string },
): string | undefined {
  const { report, 'no-report': noReport } = values;
  if (report === undefined) return db === undefined ? undefined : join(dirname(db), reportName);
  if (noReport === true) throw new UsageError('--report and --no-report: found both, wanted one of them');
  const path = file('--report', report, folder);
  // It replaces what is there.
  if (path === log || path === db) throw new UsageError(`--report: found '${report}', wanted a file of its own`);
  return path;
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
        report: { type: 'string' },
        'no-report': { type: 'boolean' },
        watch: { type: 'boolean' },
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
