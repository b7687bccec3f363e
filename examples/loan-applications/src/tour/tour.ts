/** The whole tour: import, read models, figures, one application's history, replay. */
import type { DeskFound } from '../desk-file.ts';
import type { ImportProgress } from '../import/import-log.ts';
import { scanLog } from '../xes/scan-log.ts';
import { ApplicationUnknownError } from './application-unknown-error.ts';
import { importWithRebuild } from './importing.ts';
import { showFigures } from './showing.ts';
import type { Tour } from './tour-options.ts';

/** How a tour went. Whatever happened, the applications are stopped in good order. */
export interface TourEnd {
  /** Steps of this log that are recorded now, also those of earlier runs. */
  readonly recorded: number;
  readonly refused: number;
  /** Whether the import came to the log's end. */
  readonly imported: boolean;
  readonly stopped: boolean;
  /** The command with which other programs read what is in the file now; `undefined` where they cannot. */
  readonly query?: string | undefined;
  /** What went wrong. */
  readonly error?: unknown;
}

/** `found`: what stood there before. */
export async function takeTour(tour: Tour, found: DeskFound): Promise<TourEnd> {
  let progress: ImportProgress = { applications: 0, recorded: 0, skipped: 0, refused: 0 };
  let imported = false;
  const end = (how: Partial<TourEnd>): TourEnd => {
    const { recorded, skipped, refused } = progress;
    return { recorded: recorded + skipped, refused, imported, stopped: false, ...how };
  };
  try {
    const { application } = tour;
    const { events, mayHold } = await scanLog(tour.log, application);
    if (application !== undefined && !found.hasApplication && !mayHold)
      throw new ApplicationUnknownError(application, `${tour.log} or ${tour.place.holder}`);
    const { position, stopped } = await importWithRebuild(tour, { steps: events, found }, (now) => {
      progress = now;
    });
    imported = !stopped;
    if (stopped || position === undefined) return end({ stopped });
    return end(await showFigures(tour, position));
  } catch (error) {
    return end(tour.signal.aborted && error === tour.signal.reason ? { stopped: true } : { error });
  }
}
