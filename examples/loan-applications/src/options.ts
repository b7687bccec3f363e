/** The command line of the example. */
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ArgumentError, TidemarkError } from '@tidemark/core';
import { eventStoreDB } from '@tidemark/eventstoredb';
import { reportName } from './html/loan-report.ts';
import { samplePath } from './sample/sample-file.ts';

export interface Options {
  readonly help: boolean;
  readonly log: string;
  /** An EventStoreDB server's address, or `testServer`; `undefined`: everything is kept in `db`. */
  readonly store: string | undefined;
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

/** Instead of an address: a server in this process, which ends with it. */
export const testServer = 'test-server';

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
  npm start -- --store test-server             the same on an EventStoreDB server that starts and ends with the program
  npm start -- --store 'esdb://HOST:PORT'      the same on a server or a cluster; a second run goes on where it was

  --log FILE               the log to import
  --db FILE                the SQLite file to keep it in; run again with the same files to go on after a stop
  --store ADDRESS          keeps the events on EventStoreDB instead, and only the read models in the SQLite file;
                           esdb://… or esdb+discover://…, with ?tls=false where the server has no certificate
  --flight N               applications on their way at once, 1 to 1000 (default 64)
  --durability full|normal full survives a power cut (default), normal a crash of the process; of a file, not of a server
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
  const store = values.store === undefined ? undefined : storeOf(values);
  const log = values.log === undefined ? samplePath : file('--log', values.log, folder);
  const db = values.db === undefined ? undefined : file('--db', values.db, folder);
  return {
    help: values.help === true,
    log,
    store,
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

/** A server that was named, with what makes sense beside it. */
function storeOf({ store = '', db, durability }: ReturnType<typeof parsed>): string {
  if (store === testServer) {
    if (db !== undefined)
      throw new UsageError(
        '--store test-server: found --db with it, wanted none: the log ends with the program; --store esdb://… keeps it',
      );
  } else assertAddress(store);
  if (durability !== undefined)
    throw new UsageError('--store: found --durability with it, wanted none: that is for the server to say');
  return store;
}

function assertAddress(store: string): void {
  const wanted = `${testServer}, esdb://host:port or esdb+discover://host:port`;
  if (store === '') throw new UsageError(`--store: found nothing, wanted ${wanted}`);
  if (!store.includes('/')) throw new UsageError(`--store: found '${store}', wanted ${wanted}`);
  try {
    eventStoreDB(store);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    // It shows no password.
    throw new UsageError(`--store: ${error.message}, or ${testServer}`);
  }
}

/** What was typed, as it may be shown: without who connects there, and with what password. */
export function withoutSecrets(text: string): string {
  return text.replace(/:\/\/\S*@/g, '://USER:PASSWORD@');
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
        store: { type: 'string' },
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
    throw new UsageError(withoutSecrets(cause instanceof Error ? cause.message : String(cause)), { cause });
  }
}

function file(option: string, path: string, folder: string): string {
  if (path === '') throw new UsageError(`${option}: found nothing, wanted the path of a file`);
  return resolve(folder, path);
}
