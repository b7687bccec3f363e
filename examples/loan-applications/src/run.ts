/** The whole tour: import, read models, figures, one application's history, replay. */
import { basename } from 'node:path';
import type { Application, Position, StoreProvider } from '@tidemark/core';
import { checksums } from './figures/checksum.ts';
import { writeLoanReport } from './html/loan-report.ts';
import { type ImportProgress, type ImportResult, importLog } from './import/import-log.ts';
import { openLoanDesk, readModelsCaughtUp, slowestReadModel$ } from './loan-desk.ts';
import { readModels } from './read-models/index.ts';
import { replay } from './replay.ts';
import { figuresReport } from './report/figures-report.ts';
import { historyReport, tellingApplication } from './report/history-report.ts';
import { count } from './report/numbers.ts';
import { startProgress } from './report/progress.ts';
import { bold, type Screen } from './report/screen.ts';
import { tableText } from './report/table.ts';
import { countEvents } from './xes/count-events.ts';

export interface Tour {
  readonly store: StoreProvider;
  readonly log: string;
  readonly flight: number;
  readonly application: string | undefined;
  /** Where the report is written; `undefined`: a new temporary file, which stays. */
  readonly report: string | undefined;
  readonly noReport: boolean;
  readonly screen: Screen;
  /** Ends the import, or the wait for the read models, in an orderly way; the tour ends there. */
  readonly signal: AbortSignal;
}

/** How a tour went. Whatever happened, the applications are stopped in good order. */
export interface TourEnd {
  /** Steps of this log that are recorded now, also those of earlier runs. */
  readonly recorded: number;
  readonly refused: number;
  readonly stopped: boolean;
  /** What went wrong. */
  readonly error?: unknown;
}

const patience = 600_000;

export async function run(tour: Tour): Promise<TourEnd> {
  let progress: ImportProgress = { applications: 0, recorded: 0, skipped: 0, refused: 0 };
  const end = (how: Partial<TourEnd>): TourEnd => {
    const { recorded, skipped, refused } = progress;
    return { recorded: recorded + skipped, refused, stopped: false, ...how };
  };
  try {
    const { position, stopped } = await importWithProgress(tour, (now) => {
      progress = now;
    });
    if (!stopped && position !== undefined) await show(tour, position);
    return end({ stopped });
  } catch (error) {
    return end(tour.signal.aborted && error === tour.signal.reason ? { stopped: true } : { error });
  }
}

/** Read models come after the bulk: taking it in by the thousand costs them a fraction of following it step by step. */
async function importWithProgress(tour: Tour, onProgress: (progress: ImportProgress) => void): Promise<ImportResult> {
  const { store, log, flight, signal, screen } = tour;
  const app = await openLoanDesk(store, []);
  try {
    screen.write(`${bold(screen, `Importing ${basename(log)}`)}, ${flight} applications at a time\n`);
    const bar = startProgress(screen, { total: await countEvents(log), unit: 'steps' });
    const startedAt = performance.now();
    const result = await importLog(app, log, {
      inFlight: flight,
      signal,
      onProgress(progress) {
        const { recorded, skipped, refused } = progress;
        bar.update(recorded + skipped + refused, skipped);
        onProgress(progress);
      },
    }).finally(() => bar.stop());
    writeResult(screen, result, performance.now() - startedAt);
    return result;
  } finally {
    await app.stop();
  }
}

function writeResult(screen: Screen, result: ImportResult, milliseconds: number): void {
  const { applications, recorded, skipped, refused, refusals } = result;
  const pace = `${seconds(milliseconds)}, ${count((recorded / milliseconds) * 1000)} commands/s`;
  const before = skipped === 0 ? '' : `; ${count(skipped)} were recorded before`;
  screen.write(`  ${count(applications)} applications, ${count(recorded)} steps recorded in ${pace}${before}\n`);
  if (refused === 0) return;
  screen.write(`  ${count(refused)} steps were refused by the rules and are in no figure below, first of all:\n`);
  for (const { place, code, message } of refusals.slice(0, 5))
    screen.write(`    line ${place.line}: ${code}, ${message}\n`);
}

async function show(tour: Tour, position: Position): Promise<void> {
  const { screen, store } = tour;
  const app = await openLoanDesk(store);
  try {
    await catchUpWithProgress(app, position, tour);
    for (const table of await figuresReport(app)) screen.write(tableText(screen, table));
    const number = tour.application ?? (await tellingApplication(app));
    const history = number === undefined ? [] : await historyReport(app, number);
    for (const table of history) screen.write(tableText(screen, table));
    await compareWithReplay(app, position, tour);
    if (tour.noReport) return;
    const report = { logName: basename(tour.log), position, application: number, file: tour.report };
    const written = await writeLoanReport(app, report);
    screen.write(`\n${bold(screen, 'The report, to be opened in a browser')}\n  ${written}\n`);
  } finally {
    await app.stop();
  }
}

async function catchUpWithProgress(app: Application, position: Position, { screen, signal }: Tour): Promise<void> {
  screen.write(`${bold(screen, 'Read models')}, ${readModels.length} of them\n`);
  const bar = startProgress(screen, { total: position, unit: 'events' });
  const startedAt = performance.now();
  let before: Position | undefined;
  const watching = slowestReadModel$(app).subscribe((reached) => {
    before ??= reached;
    bar.update(Math.min(reached, position), before);
  });
  try {
    await readModelsCaughtUp(app, position, { timeout: patience, signal });
  } finally {
    watching.unsubscribe();
    bar.stop();
  }
  screen.write(`  all of them have everything after ${seconds(performance.now() - startedAt)}\n`);
}

async function compareWithReplay(app: Application, position: Position, { store, screen }: Tour): Promise<void> {
  const live = await checksums(app);
  const again = await replay(store, position, patience);
  const perSecond = (position * readModels.length) / (again.milliseconds / 1000);
  const note = `${count(position)} events to ${readModels.length} read models in ${seconds(again.milliseconds)}`;
  screen.write(
    tableText(screen, {
      title: 'The whole log replayed into fresh read models',
      kind: 'text',
      head: ['read model', 'SHA-256', 'of the replay', ''],
      rows: [...live].map(([name, sum]) => {
        const other = again.checksums.get(name) ?? '';
        return [name, sum.slice(0, 12), other.slice(0, 12), sum === other ? 'the same' : 'DIFFERENT'];
      }),
      note: `${note}: ${count(perSecond)} events/s`,
    }),
  );
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
