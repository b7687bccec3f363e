/** What is said when a tour is over: what to try next, how to go on, or what went wrong. */
import { relative } from 'node:path';
import { StoreFailedError, TidemarkError } from '@tidemark/core';
import { testServer, UsageError, withoutSecrets } from '../options.ts';
import { samplePath } from '../sample/sample-file.ts';
import { count } from './numbers.ts';

export interface Place {
  /** Where the command was given, which paths are shown from. */
  readonly folder: string;
  readonly log: string;
  /** As it was given; what is said of it holds no password. */
  readonly store: string | undefined;
  readonly file: string;
  /** Whether the file was named, and stays. */
  readonly kept: boolean;
}

export interface Ending {
  readonly recorded: number;
  readonly imported: boolean;
  readonly stopped: boolean;
}

type Suggestion = readonly [command: string, what: string];

/** `query`: what `sqlite3` can be asked on the file. */
export function whatNext(
  place: Place,
  { query, columns }: { readonly query: string | undefined; readonly columns: number },
): string {
  const { folder, store, file, kept } = place;
  const there = `npm start -- ${storeOption(store)}`;
  const suggestions: readonly Suggestion[] = [
    ...keeping(place),
    [`${there}--application NUMBER`, "another application's history"],
    [`${there}--log FILE`, 'another log of this process'],
    ...watching(place),
    ['examples/loan-applications/src/domain', 'the rules: change one and see the import refuse'],
  ];
  const sql = kept && query !== undefined ? [`  sqlite3 ${shown(file, folder)} '${query}'`] : [];
  return ['', 'What to try next', ...sql, ...inTwoColumns(suggestions, columns), ''].join('\n');
}

/** How to have more of it stay. */
function keeping({ store, kept }: Place): readonly Suggestion[] {
  if (kept) return [];
  if (store === undefined)
    return [['npm start -- --db loan.db', 'keep the file; stop or kill it, run it again: it goes on']];
  if (store === testServer) return [["npm start -- --store 'esdb://HOST:PORT'", 'on a server that stays']];
  return [[`npm start -- ${storeOption(store)}--db read.db`, 'keep the read models as well']];
}

function watching({ folder, store, file, kept }: Place): readonly Suggestion[] {
  if (store !== undefined) return [];
  const db = kept ? shown(file, folder) : 'loan.db';
  return [[`npm start -- --watch --db ${db}`, 'in another terminal, while this one imports into it']];
}

/** Below each other where the screen is too narrow. */
function inTwoColumns(pairs: readonly (readonly [string, string])[], columns: number): readonly string[] {
  const width = Math.max(...pairs.map(([command]) => command.length));
  const lines = pairs.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`);
  if (lines.every((line) => line.length <= columns)) return lines;
  return pairs.flatMap(([command, what]) => [`  ${command}`, `    ${what}`]);
}

/** The import was interrupted, or what comes after it. */
export function howToGoOn({ folder, log, store, file, kept }: Place, { recorded, imported, stopped }: Ending): string {
  const how = stopped ? 'Stopped' : 'Failed';
  const from = log === samplePath ? '' : `--log ${shown(log, folder)} `;
  if (store === testServer)
    return `\n${how}: ${count(recorded)} steps are gone with the test server. To begin anew:\n  npm start -- ${from}--store ${store}\n`;
  const state = imported
    ? `after the import: all ${count(recorded)} steps are recorded. To see what was not shown:`
    : `during the import: ${count(recorded)} steps are recorded, and stay. To import the rest of the log:`;
  // On a server the log stays there; a file that was not named held no more than read models of it.
  const db = store === undefined || kept ? `--db ${shown(file, folder)}` : '';
  return `\n${how} ${state}\n  npm start -- ${`${from}${storeOption(store)}${db}`.trimEnd()}\n`;
}

function storeOption(store: string | undefined): string {
  return store === undefined ? '' : `--store ${quoted(withoutSecrets(store))} `;
}

/** What can be done where a server does not answer as it should. */
const serverAdvice = {
  unreachable:
    'Is a server running there? One without a certificate wants ?tls=false at the end of the address. When it answers, the\n' +
    'same command goes on where this one stopped; npm start -- --store test-server needs no server.',
  unauthenticated: 'Who connects stands before the host: --store esdb://USER:PASSWORD@HOST:PORT',
};

/** Without a stack where the user can mend it. */
export function explained(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\nnpm start -- --help shows what is understood`;
  if (error instanceof StoreFailedError && error.reason in serverAdvice)
    return `${error.code}: ${error.message}\n${serverAdvice[error.reason as keyof typeof serverAdvice]}`;
  if (error instanceof TidemarkError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** From where the command was given, as a word for the shell. */
function shown(path: string, folder: string): string {
  const fromHere = relative(folder, path);
  const short = fromHere.startsWith('..') ? path : fromHere;
  return quoted(short);
}

function quoted(word: string): string {
  return /^[\w./+,:@%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
