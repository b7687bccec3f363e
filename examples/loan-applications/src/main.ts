/**
 * `npm start`. The exit code is 0, 1 for a failure or refused steps, 2 for a wrong command line, 130 after Ctrl-C and 143
 * when it was told to end; a watcher that was ended has done what it was to do: 0.
 */
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { sqlite } from '@tidemark/sqlite';
import { lookInto } from './desk-file.ts';
import { takePlace } from './desk-place.ts';
import { type Options, parseOptions, UsageError, usage } from './options.ts';
import { explained, howToGoOn, whatNext } from './report/last-words.ts';
import { screenOf } from './report/screen.ts';
import { type TourEnd, takeTour } from './tour/tour.ts';
import { NothingToWatchError, watch } from './watch/watch.ts';

// npm runs scripts in the package's folder; paths are meant from where it was called.
const folder = process.env['INIT_CWD'] ?? process.cwd();
const screen = screenOf(process.stdout, process.env);
const stop = new AbortController();
let exitWhenStopped = 130;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    exitWhenStopped = 128 + constants.signals[signal];
    if (stop.signal.aborted) process.exit(exitWhenStopped);
    stop.abort();
  });
}
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
  return options.watch ? await watchFile(options) : await importFile(options);
}

async function watchFile({ db = '' }: Options): Promise<number> {
  if (!existsSync(db)) throw new NothingToWatchError(db);
  const store = sqlite(db);
  await lookInto(store, db);
  await watch({ store, file: db, screen, signal: stop.signal });
  return 0;
}

async function importFile(options: Options): Promise<number> {
  const { log, store, application } = options;
  const place = await takePlace(options);
  let goesOn = false;
  try {
    const found = await place.look(application);
    const end = await takeTour({ ...options, place, screen, signal: stop.signal }, found);
    const whole = end.imported && !end.stopped && end.error === undefined;
    goesOn = !whole && end.recorded > 0;
    const { file, kept } = place;
    const words = { folder, log, store, file, kept };
    if (whole) screen.write(whatNext(words, { query: end.query, columns: screen.columns }));
    else if (goesOn) screen.write(howToGoOn(words, end));
    return exitCodeOf(end);
  } finally {
    await place.leave({ goesOn });
  }
}

function exitCodeOf(end: TourEnd): number {
  if (end.error !== undefined) throw end.error;
  if (end.stopped) return exitWhenStopped;
  return end.refused === 0 ? 0 : 1;
}
