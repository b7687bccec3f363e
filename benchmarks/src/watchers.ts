/** The ways to see an event soon after it was appended. */
import { type Application, Documents, live, On, Projection, type RecordedEvent } from '@tidemark/core';
import { map } from 'rxjs';
import { AccountOpened, MoneyDeposited } from './bank.ts';
import type { Sightings } from './sightings.ts';

export type Following = 'subscribe' | 'events$' | 'live' | 'changes$';

export const measuredEvents = [AccountOpened, MoneyDeposited];

/** A document for each event, so that no two changes are told as one. */
@Projection('latest-deposits')
export class LatestDeposits extends Documents<{ position: number }> {
  @On(MoneyDeposited)
  deposited({ position }: RecordedEvent<MoneyDeposited>) {
    this.put(String(position), { position });
  }
}

export const latestPosition = live('latest-position', { types: [MoneyDeposited] }, (events$) =>
  events$.pipe(map(({ position }) => position)),
);

/** From here on each event is put down when it is seen. */
export function follow(app: Application, following: Following, seen: Sightings): void {
  const after = seen.base;
  // Observers stand at the end of the log already, and may be told what is there.
  const see = (position: number) => {
    if (position > after) seen.see(position);
  };
  switch (following) {
    case 'subscribe':
      app.subscribe({}, async ({ position }) => see(position), { after });
      return;
    case 'events$':
      app.events$({}, { after }).subscribe(({ position }) => see(position));
      return;
    case 'live':
      app.live(latestPosition).value$.subscribe(see);
      return;
    case 'changes$':
      app.documents(LatestDeposits).changes$.subscribe(({ after: document }) => {
        if (document !== undefined) see(document.position);
      });
  }
}
