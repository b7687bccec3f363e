/** What is said when a tour is over: what to try next, how to go on, or what went wrong. */
import { relative } from 'node:path';
import { TidemarkError } from '@tidemark/core';
import { UsageError } from '../options.ts';
import { samplePath } from '../sample/sample-file.ts';
import { count } from './numbers.ts';

export interface Place {
  /** Where the command was given, which paths are shown from. */
  readonly folder: string;
  readonly log: string;
  readonly file: string;
}

export interface Ending {
  readonly recorded: number;
  readonly imported: boolean;
  readonly stopped: boolean;
}

/** `query`: what `sqlite3` can be asked on the file. */
export function whatNext(
  { folder, file }: Place,
  { kept, query, columns }: { readonly kept: boolean; readonly query: string | undefined; readonly columns: number },
): string {
  const db = kept ? shown(file, folder) : 'loan.db';
  const keep = [`npm start -- --db ${db}`, 'keep the file; stop or kill it, run it again: it goes on'] as const;
  const suggestions: (readonly [command: string, what: string])[] = [
    ['npm start -- --application NUMBER', "another application's history"],
    ['npm start -- --log FILE', 'another log of this process'],
    [`npm start -- --watch --db ${db}`, 'in another terminal, while this one imports into it'],
    ['examples/loan-applications/src/domain', 'the rules: change one and see the import refuse'],
  ];
  if (!kept) suggestions.unshift(keep);
  const sql = kept && query !== undefined ? [`  sqlite3 ${db} '${query}'`] : [];
  return ['', 'What to try next', ...sql, ...inTwoColumns(suggestions, columns), ''].join('\n');
}

/** Below each other where the screen is too narrow. */
function inTwoColumns(pairs: readonly (readonly [string, string])[], columns: number): readonly string[] {
  const width = Math.max(...pairs.map(([command]) => command.length));
  const lines = pairs.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`);
  if (lines.every((line) => line.length <= columns)) return lines;
  return pairs.flatMap(([command, what]) => [`  ${command}`, `    ${what}`]);
}

/** The import was interrupted, or what comes after it. */
export function howToGoOn({ folder, log, file }: Place, { recorded, imported, stopped }: Ending): string {
  const how = stopped ? 'Stopped' : 'Failed';
  const state = imported
    ? `after the import: all ${count(recorded)} steps are recorded. To see what was not shown:`
    : `during the import: ${count(recorded)} steps are recorded, and stay. To import the rest of the log:`;
  const from = log === samplePath ? '' : `--log ${shown(log, folder)} `;
  return `\n${how} ${state}\n  npm start -- ${from}--db ${shown(file, folder)}\n`;
}

/** Without a stack where the user can mend it. */
export function explained(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\nnpm start -- --help shows what is understood`;
  if (error instanceof TidemarkError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** From where the command was given, as a word for the shell. */
function shown(path: string, folder: string): string {
  const fromHere = relative(folder, path);
  const short = fromHere.startsWith('..') ? path : fromHere;
  return /^[\w./+,:@%-]+$/.test(short) ? short : `'${short.replaceAll("'", "'\\''")}'`;
}
