/** How soon others see what was appended, in the process and in another one. */
import { type Application, createApplication } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { arrivals } from '../arrivals.ts';
import { assertDone } from '../assert.ts';
import type { Bench } from '../bench.ts';
import { now } from '../clock.ts';
import { Child } from '../processes/child.ts';
import type { FollowerOptions } from '../processes/follower.ts';
import { RawLog } from '../raw-log.ts';
import type { DelayScenario, Delays, DelayWay } from '../scenario.ts';
import { seeded } from '../seed.ts';
import { Sightings } from '../sightings.ts';
import { type Following, follow, LatestDeposits, latestPosition, measuredEvents } from '../watchers.ts';
import { accountOf, appendDeposit, depositSeed, revisionOf } from './deposits.ts';

const base = depositSeed.accounts * depositSeed.eventsEach;

const about =
  '1,000 appends a second of one event each, durability full, each called when it is due and not when others are done (an open loop, kept by a thread of its own, so nothing that had to wait is left out). The first columns count from when the append was due until its event was seen, the fsync included; the next ones from when the writer’s promise was resolved, and less than 0 is before that. 2 rounds of 6 s, of which the first second is not counted.';

interface Writing {
  readonly bench: Bench;
  readonly template: string;
  readonly perSecond: number;
  readonly warmUp: number;
  readonly total: number;
}

export const liveHere: DelayScenario = {
  kind: 'delays',
  name: 'live-here',
  title: 'How soon an event is seen in the process that appended it',
  about: `${about} By hand: the INSERT alone, which is what the disk takes.`,
  rounds: 2,
  async open(bench) {
    const writing = await writingOf(bench);
    const seenBy = (name: string, following: Following): DelayWay => {
      return { name, measure: () => followHere(writing, following), ...bars };
    };
    return [
      { name: 'by hand: an INSERT, nobody told', measure: () => byHand(writing) },
      { name: 'append acknowledged', measure: () => acknowledged(writing) },
      seenBy('app.subscribe: the handler is called', 'subscribe'),
      seenBy('app.events$: the Observable emits', 'events$'),
      seenBy('a live projection: value$ emits', 'live'),
      seenBy('Documents: changes$ emits', 'changes$'),
      { name: 'Documents: caughtUp resolves, awaited for each', measure: () => caughtUpHere(writing), ...bars },
    ];
  },
};

export const liveAcross: DelayScenario = {
  kind: 'delays',
  name: 'live-across',
  title: 'How soon an event is seen in another process',
  about: `${about} A second process has the same file open, and both read the same monotonic clock.`,
  rounds: 2,
  async open(bench) {
    const writing = await writingOf(bench);
    return [
      { name: 'app.subscribe there', measure: () => followThere(writing, 'subscribe'), ceiling },
      { name: 'Documents built there: changes$ emits there', measure: () => followThere(writing, 'changes$'), ceiling },
      { name: 'Documents built there: caughtUp resolves here', measure: () => caughtUpThere(writing), ceiling },
    ];
  },
};

/** Only who is not woken at all, or waits for somebody's lease to expire, has such a median. */
const ceiling = 500;
const bars = { target: 2, ceiling };

async function writingOf(bench: Bench): Promise<Writing> {
  const template = await seeded(bench, depositSeed);
  // A smoke run has to keep up on a machine that has much else to do.
  const perSecond = bench.amount(1_000, 100);
  const warmUp = bench.amount(perSecond, perSecond / 4);
  return { bench, template, perSecond, warmUp, total: warmUp + bench.amount(5 * perSecond, perSecond) };
}

async function byHand({ bench, template, perSecond, warmUp, total }: Writing): Promise<Delays> {
  const file = bench.copyOf(template);
  const raw = new RawLog(file, { durability: 'full', mmapBytes: bench.mmapBytes });
  const times: Times = { dueAt: [], acknowledgedAt: [] };
  await arrivals({ perSecond, count: total }, (index, dueAt) => {
    raw.append(accountOf(index), revisionOf(index));
    times.dueAt[index] = dueAt;
    times.acknowledgedAt[index] = now();
  }).over;
  raw.close();
  bench.remove(file);
  return { sinceDue: times.acknowledgedAt.map((at, index) => at - (times.dueAt[index] ?? 0)).slice(warmUp) };
}

async function acknowledged(writing: Writing): Promise<Delays> {
  await using file = copied(writing);
  await using app = await createApplication({ store: sqlite(file.path), events: measuredEvents });
  const { dueAt, acknowledgedAt } = await write(app, writing);
  return { sinceDue: acknowledgedAt.map((at, index) => at - (dueAt[index] ?? 0)).slice(writing.warmUp) };
}

async function followHere(writing: Writing, following: Following): Promise<Delays> {
  await using file = copied(writing);
  const live = following === 'live' ? [latestPosition] : [];
  const stored = following === 'changes$' ? [LatestDeposits] : [];
  await using app = await createApplication({
    store: sqlite(file.path),
    events: measuredEvents,
    projections: [...live, ...stored],
  });
  for (const projection of [...live, ...stored]) await app.ready(projection);
  const seen = new Sightings(base, writing.total);
  follow(app, following, seen);
  const times = await write(app, writing);
  await seen.all();
  return delays(times, seen.seenAt, writing);
}

async function caughtUpHere(writing: Writing): Promise<Delays> {
  await using file = copied(writing);
  return await awaitedForEach(file.path, writing);
}

async function followThere(writing: Writing, following: Following): Promise<Delays> {
  await using file = copied(writing);
  const { total } = writing;
  await using child = await follower({ file: file.path, base, total, following });
  await using app = await createApplication({ store: sqlite(file.path), events: measuredEvents });
  child.go();
  const times = await write(app, writing);
  const { seenAt } = await child.result();
  return delays(times, seenAt, writing);
}

/** The other process leads the projection, as it was there first. */
async function caughtUpThere(writing: Writing): Promise<Delays> {
  await using file = copied(writing);
  await using _child = await follower({ file: file.path, base, total: writing.total });
  return await awaitedForEach(file.path, writing);
}

async function awaitedForEach(file: string, writing: Writing): Promise<Delays> {
  await using app = await createApplication({
    store: sqlite(file),
    events: measuredEvents,
    projections: [LatestDeposits],
  });
  await app.ready(LatestDeposits);
  const seen = new Sightings(base, writing.total);
  const times = await write(app, writing, async (position) => {
    await app.caughtUp(LatestDeposits, position, { timeout: 60_000 });
    seen.see(position);
  });
  return delays(times, seen.seenAt, writing);
}

interface Times {
  readonly dueAt: number[];
  readonly acknowledgedAt: number[];
}

/** Appends all of them in time, and resolves when all are acknowledged, and what follows each acknowledgement is done. */
async function write(
  { eventStore }: Pick<Application, 'eventStore'>,
  { perSecond, total }: Writing,
  then: (position: number) => Promise<void> = async () => {},
): Promise<Times> {
  const times: Times = { dueAt: [], acknowledgedAt: [] };
  const appends: Promise<void>[] = [];
  const append = async (index: number, dueAt: number) => {
    times.dueAt[index] = dueAt;
    const { position } = await appendDeposit(eventStore, index);
    times.acknowledgedAt[index] = now();
    // Sightings are by position: the events are in the log as they were due.
    assertDone('position', position, base + index + 1);
    await then(position as number);
  };
  const due = arrivals({ perSecond, count: total }, (index, dueAt) => {
    const appending = append(index, dueAt);
    // It is thrown below; nothing further has to come for that.
    appending.catch(() => due.stop());
    appends.push(appending);
  });
  await due.over;
  await Promise.all(appends);
  return times;
}

function delays({ dueAt, acknowledgedAt }: Times, seenAt: Float64Array, { warmUp }: Writing): Delays {
  const since = (moments: readonly number[]) => moments.map((at, index) => (seenAt[index] ?? 0) - at).slice(warmUp);
  return { sinceDue: since(dueAt), sinceAcknowledged: since(acknowledgedAt) };
}

function copied({ bench, template }: Writing) {
  const path = bench.copyOf(template);
  return { path, [Symbol.asyncDispose]: async () => bench.remove(path) };
}

async function follower(options: FollowerOptions) {
  const child = await Child.start<{ readonly seenAt: Float64Array }>('follower', options);
  return {
    go: () => child.go(),
    result: () => child.result(),
    [Symbol.asyncDispose]: () => child.end(),
  };
}
