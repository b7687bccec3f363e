/** Follows a log that another process writes to, and tells when each event was seen here. */
import { createApplication } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { Sightings } from '../sightings.ts';
import { type Following, follow, LatestDeposits, measuredEvents } from '../watchers.ts';
import { handOver, optionsOfChild, readyToGo } from './parent.ts';

export interface FollowerOptions {
  readonly file: string;
  /** Absent: it only leads the projection. */
  readonly following?: Following;
  /** The log's last position before. */
  readonly base: number;
  readonly total: number;
}

const { file, following, base, total } = optionsOfChild<FollowerOptions>();
const seen = new Sightings(base, total);
const projections = following === 'subscribe' ? [] : [LatestDeposits];
const app = await createApplication({ store: sqlite(file), events: measuredEvents, projections });
if (projections.length > 0) await app.caughtUp(LatestDeposits, base);
if (following === undefined) {
  await readyToGo();
} else {
  follow(app, following, seen);
  await readyToGo();
  await seen.all();
}
await handOver({ seenAt: seen.seenAt });
await app.stop();
