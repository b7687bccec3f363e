/**
 * The import, and beside it the rebuild of a read model: the open applications are kept by each append, and filled anew
 * from the log meanwhile.
 */
import { basename } from 'node:path';
import type { Application } from '@tidemark/core';
import type { DeskFound } from '../desk-file.ts';
import { type ImportProgress, type ImportResult, importLog } from '../import/import-log.ts';
import { openDesk } from '../loan-desk.ts';
import { openApplicationsOf } from '../read-models/open-applications.ts';
import { count } from '../report/numbers.ts';
import { Pace } from '../report/pace.ts';
import { type Progress, startProgress } from '../report/progress.ts';
import { bold, type Screen, writeWrapped } from '../report/screen.ts';
import { RebuildBeside } from './rebuild-beside.ts';
import { countedBy, patience, seconds, type Tour } from './tour-options.ts';

/** `steps` are those of the log, `found` is what stood there before; `onProgress` is called after every step. */
export async function importWithRebuild(
  tour: Tour,
  { steps, found }: { readonly steps: number; readonly found: DeskFound },
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportResult> {
  const { place, log, flight, signal, screen } = tour;
  // The other read models come after the bulk: taking it in by the thousand costs a fraction of following it by the step.
  const app = await openDesk(place, 'import');
  let progress: Progress | undefined;
  let rebuild: RebuildBeside | undefined;
  try {
    screen.write(`${bold(screen, `Importing ${basename(log)}`)}, ${flight} applications at a time\n`);
    await sayWhatIsThere(app, found, screen);
    await app.ready(openApplicationsOf(app), { timeout: patience, signal });
    progress = startProgress(screen);
    const line = progress.line('import', 'steps');
    const pace = new Pace(steps);
    rebuild = new RebuildBeside(app, place, progress);
    const result = await importLog(app, log, {
      inFlight: flight,
      signal,
      onProgress(now) {
        const done = now.recorded + now.skipped + now.refused;
        line.show(pace.figures(done, now.skipped));
        if (steps > 0 && done >= steps / 2) rebuild?.begin();
        onProgress(now);
      },
    });
    line.end();
    const { elapsed } = pace;
    if (!result.stopped) await rebuild.finished();
    progress.stop();
    writeResult(screen, result, elapsed);
    return result;
  } finally {
    await app.stop();
    await rebuild?.over();
    progress?.stop();
  }
}

async function sayWhatIsThere(app: Application, { begun }: DeskFound, screen: Screen): Promise<void> {
  if (!begun) return;
  const how = countedBy(app) === undefined ? 'Events' : `${count(await app.eventStore.head())} events`;
  screen.write(`  ${how} are recorded already: it goes on behind them\n`);
}

function writeResult(screen: Screen, result: ImportResult, milliseconds: number): void {
  const { applications, recorded, skipped, refused, refusals } = result;
  const pace =
    recorded === 0 ? '' : ` in ${seconds(milliseconds)}, ${count((recorded / milliseconds) * 1000)} commands/s`;
  const before = skipped === 0 ? '' : `; ${count(skipped)} were recorded before`;
  const text = `${count(applications)} applications, ${count(recorded)} steps recorded${pace}${before}`;
  writeWrapped(screen, text);
  if (refused === 0) return;
  writeWrapped(screen, `${count(refused)} steps were refused by the rules and are in no figure below, first of all:`);
  for (const { place, code, message } of refusals.slice(0, 5))
    writeWrapped(screen, `  line ${place.line}: ${code}, ${message}`);
}
