/**
 * `--watch`: what other processes record in a file, as it comes in. It records nothing itself. Whoever imports keeps the
 * open applications, in each append, and this process stands by for them; the funnel is led by whoever was first.
 */
import { basename } from 'node:path';
import {
  type Application,
  BuildGoneError,
  ClosedError,
  type Documents,
  type ProjectionClass,
  type StoreProvider,
  TidemarkError,
} from '@tidemark/core';
import { concatMap, from, interval, map, merge, type Observable, startWith, switchMap, tap, throttleTime } from 'rxjs';
import { openFigures } from '../figures/open-figures.ts';
import { openLoanDesk } from '../loan-desk.ts';
import { Funnel } from '../read-models/funnel.ts';
import { OpenApplications } from '../read-models/open-applications.ts';
import { whatHappened } from '../report/history-report.ts';
import { count } from '../report/numbers.ts';
import { bold, type Screen, writeWrapped } from '../report/screen.ts';
import { type Seen, WatchView } from './watch-view.ts';

export interface Watch {
  readonly store: StoreProvider;
  readonly file: string;
  readonly screen: Screen;
  /** Ends the watching. */
  readonly signal: AbortSignal;
}

/** There is no such file. None was made. */
export class NothingToWatchError extends TidemarkError {
  constructor(readonly file: string) {
    super('NOTHING_TO_WATCH', `${file}: found no such file, wanted one that an import has been started on`);
  }
}

/** How often a read model is read anew at most, in milliseconds. */
const readEvery = 400;

/** Resolves when the signal has fired. Throws why a read model has stopped, and what the store throws. */
export async function watch({ store, file, screen, signal }: Watch): Promise<void> {
  const app = await openLoanDesk(store, [OpenApplications, Funnel]);
  const view = new WatchView(screen);
  try {
    writeWrapped(screen, `${bold(screen, `Watching ${basename(file)}`)}: what others record in it, until Ctrl-C`);
    const first = await app.eventStore.head();
    await shown(seen$(app), view, signal);
    view.stop();
    const last = await app.eventStore.head();
    writeWrapped(screen, `Watched from event ${count(first)} to event ${count(last)}.`);
  } finally {
    view.stop();
    await app.stop();
  }
}

function shown(seen$: Observable<Partial<Seen>>, view: WatchView, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve();
    const showing = seen$.subscribe({ next: (seen) => view.show(seen), error: reject });
    signal.addEventListener('abort', () => {
      showing.unsubscribe();
      resolve();
    });
  });
}

function seen$(app: Application): Observable<Partial<Seen>> {
  return merge(
    statusOf(app, OpenApplications).pipe(map(({ position, state }) => ({ events: position, openState: state }))),
    statusOf(app, Funnel).pipe(map(({ state }) => ({ funnelState: state }))),
    readAnew(app, OpenApplications, async () => {
      const { applications, amount } = await openFigures(app, 0);
      return { open: { applications, amount } };
    }),
    readAnew(app, Funnel, async () => {
      const counts = new Map<string, number>();
      for await (const { key, value } of app.documents(Funnel).all()) counts.set(key, value.count);
      return { steps: counts };
    }),
    app
      .events$({ categories: ['application'] }, { after: 'end' })
      .pipe(map((event) => ({ last: `${event.aggregateId} ${whatHappened(event)}` }))),
    // A pace goes down also while nothing happens.
    interval(1_000).pipe(map(() => ({}))),
  );
}

function statusOf(app: Application, model: ProjectionClass) {
  return app.status$(model).pipe(
    tap(({ state, lastError }) => {
      if (state === 'stopped') throw lastError ?? new ClosedError('the read model');
    }),
  );
}

/** What `read` gives, once the read model can be read, and after each change: here, elsewhere, or by a switch. */
function readAnew<T>(
  app: Application,
  model: new () => Documents<T>,
  read: () => Promise<Partial<Seen>>,
): Observable<Partial<Seen>> {
  return from(app.ready(model)).pipe(
    switchMap(() => app.documents(model).changes$.pipe(startWith(undefined))),
    throttleTime(readEvery, undefined, { leading: true, trailing: true }),
    concatMap(() => whole(read)),
  );
}

/** Reads again where a rebuild has replaced what was being read. */
async function whole<T>(read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof BuildGoneError)) throw error;
    }
  }
}
