/** What can be read when the log is imported: the read models as tables, a history, the replay, the report. */
import { basename } from 'node:path';
import type { Application, Position } from '@tidemark/core';
import { checksums } from '../figures/checksum.ts';
import { variantFigures } from '../figures/variant-figures.ts';
import { writeLoanReport } from '../html/loan-report.ts';
import { openDesk, readModelsCaughtUp, slowestReadModel$ } from '../loan-desk.ts';
import { readModelsFor } from '../read-models/index.ts';
import { Workload } from '../read-models/workload.ts';
import { figuresReport } from '../report/figures-report.ts';
import { historyReport, tellingApplication } from '../report/history-report.ts';
import { count } from '../report/numbers.ts';
import { Pace } from '../report/pace.ts';
import { startProgress } from '../report/progress.ts';
import { bold, writeWrapped } from '../report/screen.ts';
import { tableText } from '../report/table.ts';
import { ApplicationUnknownError } from './application-unknown-error.ts';
import { countedBy, patience, seconds, type Tour } from './tour-options.ts';

/** What other programs are told to ask: the work of each employee, from the table that `Workload` keeps. */
const workQuery = 'SELECT employee, sum(sessions) FROM workload GROUP BY employee';

export async function showFigures(
  tour: Tour,
  position: Position,
): Promise<{ readonly query?: string; readonly error?: unknown }> {
  const { screen, place } = tour;
  const app = await openDesk(place);
  try {
    await catchUpWithProgress(app, position, tour);
    for (const table of await figuresReport(app)) screen.write(tableText(screen, table));
    const number = tour.application ?? (await tellingApplication(app));
    const history = number === undefined ? [] : await historyReport(app, number);
    if (history === undefined) screen.write(`\nApplication ${number}: nothing is recorded\n`);
    for (const table of history ?? []) screen.write(tableText(screen, table));
    await compareWithReplay(app, position, tour);
    if (!tour.noReport) {
      const report = { logName: basename(tour.log), application: number, file: tour.report };
      const written = await writeLoanReport(app, report);
      screen.write(`\n${bold(screen, 'The report, to be opened in a browser')}\n  ${written}\n`);
    }
    // Said only of a file that stays, and where it was seen to give something.
    const rows = place.kept ? await app.tables(Workload).all(workQuery) : [];
    return {
      ...(rows.length > 0 && { query: workQuery }),
      ...(number !== undefined &&
        history === undefined && { error: new ApplicationUnknownError(number, place.holder) }),
    };
  } finally {
    await app.stop();
  }
}

async function catchUpWithProgress(app: Application, position: Position, { screen, signal }: Tour): Promise<void> {
  screen.write(`${bold(screen, 'Read models')}, ${readModelsFor(app.eventStore.capabilities).length} of them\n`);
  const progress = startProgress(screen);
  const line = progress.line('models', countedBy(app));
  const pace = new Pace(position);
  const startedAt = performance.now();
  let before: Position | undefined;
  const watching = slowestReadModel$(app).subscribe((reached) => {
    before ??= reached;
    line.show(pace.figures(Math.min(reached, position), before));
  });
  try {
    await readModelsCaughtUp(app, position, { timeout: patience, signal });
  } finally {
    watching.unsubscribe();
    progress.stop();
  }
  screen.write(`  all of them have everything after ${seconds(performance.now() - startedAt)}\n`);
}

/** Fills all read models anew from the log, beside those that are served, and compares the two. */
async function compareWithReplay(app: Application, position: Position, { screen, signal }: Tour): Promise<void> {
  screen.write(`\n${bold(screen, 'The whole log replayed into fresh read models')}\n`);
  const models = readModelsFor(app.eventStore.capabilities);
  const before = await checksums(app);
  // Counted, as positions count events in few places; each event is a step of an application's course.
  const { steps: events } = await variantFigures(app);
  const milliseconds = await replay(app, { screen, signal });
  const pace = count((events * models.length) / (milliseconds / 1000));
  writeWrapped(
    screen,
    `${count(events)} events to ${models.length} read models in ${seconds(milliseconds)}: ${pace} a second, each event counted for each read model. Readers had the old ones until app.rebuild switched to these.`,
  );
  const after = await checksums(app);
  const unequal = (await app.eventStore.head()) === position ? 'DIFFERENT' : 'others recorded meanwhile';
  screen.write(
    tableText(screen, {
      title: 'Checksums (SHA-256) before and after',
      kind: 'text',
      head: ['read model', 'before', 'replayed', ''],
      rows: [...before].map(([name, sum]) => {
        const other = after.get(name) ?? '';
        return [name, sum.slice(0, 12), other.slice(0, 12), sum === other ? 'the same' : unequal];
      }),
    }),
  );
  for (const model of models) await app.dropOld(model);
}

/** Resolves to how long it took, in milliseconds, until all were switched. */
async function replay(app: Application, { screen, signal }: Pick<Tour, 'screen' | 'signal'>): Promise<number> {
  signal.throwIfAborted();
  const startedAt = performance.now();
  const rebuild = await app.rebuild(...readModelsFor(app.eventStore.capabilities));
  const cancel = () => void rebuild.cancel().catch(() => {});
  signal.addEventListener('abort', cancel);
  const progress = startProgress(screen);
  const line = progress.line('replay', countedBy(app));
  const moving = rebuild.progress$.subscribe(({ done, total, eventsPerSecond, timeLeft }) =>
    line.show({ done, total, perSecond: eventsPerSecond, left: timeLeft }),
  );
  try {
    await rebuild.done;
    return performance.now() - startedAt;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
    moving.unsubscribe();
    progress.stop();
  }
}
