/** `npm start`. The exit code is 0, 1 for a failure or refused steps, 2 for a wrong command line, 130 after Ctrl-C. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { TidemarkError } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { type Options, parseOptions, UsageError, usage } from './options.ts';
import { count } from './report/numbers.ts';
import { screenOf } from './report/screen.ts';
import { run, type TourEnd } from './run.ts';

// npm runs scripts in the package's folder; paths are meant from where it was called.
const folder = process.env['INIT_CWD'] ?? process.cwd();
const screen = screenOf(process.stdout, process.env);
const stop = new AbortController();

process.on('SIGINT', () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
// `npm start | head`: nobody reads any more.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  stop.abort();
});

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`\n${explained(error)}\n`);
  return error instanceof UsageError ? 2 : 1;
});

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, folder);
  if (options.help) {
    screen.write(usage);
    return 0;
  }
  const temporary = options.db === undefined ? await mkdtemp(join(tmpdir(), 'loan-applications-')) : undefined;
  const file = options.db ?? join(temporary ?? '', 'loan-applications.db');
  const store = sqlite(file, { durability: options.durability });
  const end = await run({ ...options, store, screen, signal: stop.signal });
  const whole = !end.stopped && end.error === undefined;
  if (whole) screen.write(whatNext(options));
  else if (end.recorded > 0) screen.write(howToGoOn(end, options.log, file));
  if (temporary !== undefined && (whole || end.recorded === 0)) await rm(temporary, { recursive: true, force: true });
  if (end.error !== undefined) throw end.error;
  if (end.stopped) return 130;
  return end.refused === 0 ? 0 : 1;
}

function howToGoOn({ stopped, recorded }: TourEnd, log: string, file: string): string {
  const what = `${stopped ? 'Stopped' : 'Failed'} with ${count(recorded)} steps recorded, which stay.`;
  return `\n${what} To go on behind them:\n  npm start -- --log ${shown(log)} --db ${shown(file)}\n`;
}

function whatNext({ db }: Options): string {
  const keep = '  npm start -- --db loan.db              keep the file; stop or kill it, run it again: it goes on';
  return [
    '',
    'What to try next',
    db === undefined ? keep : `  sqlite3 ${shown(db)}   the events are plain JSON`,
    "  npm start -- --application NUMBER      another application's history",
    '  npm start -- --log FILE                another log, whole or unfinished',
    '  examples/loan-applications/src/domain  the rules: change one and see the import refuse',
    '',
  ].join('\n');
}

function shown(path: string): string {
  const fromHere = relative(folder, path);
  return fromHere.startsWith('..') ? path : fromHere;
}

function explained(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\nnpm start -- --help shows what is understood`;
  if (error instanceof TidemarkError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
