/** Fills a read model anew from the log's beginning, in a process that does nothing else: its peak of memory is its own. */
import { setImmediate as turn } from 'node:timers/promises';
import { createApplication } from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { arrivals } from '../arrivals.ts';
import { Account, deposit } from '../bank.ts';
import { rowsByHand, takeIn } from '../by-hand.ts';
import { now } from '../clock.ts';
import { type Percentiles, percentiles } from '../delays.ts';
import { RawLog } from '../raw-log.ts';
import { Balances, balanceOf } from '../read-models.ts';
import type { Done } from '../scenario.ts';
import { handOver, optionsOfChild, readyToGo } from './parent.ts';

export interface RebuilderOptions {
  readonly file: string;
  readonly mmapBytes: number;
  readonly by: 'hand' | 'rebuild';
  /** Of each account, before. */
  readonly eventsEach: number;
  readonly accounts: number;
  /** 0: nobody writes meanwhile. */
  readonly appendsPerSecond: number;
}

export interface Rebuilt extends Done {
  /** Of the last account, in the new read model: nobody deposits there meanwhile. */
  readonly balance: unknown;
  /** In bytes. */
  readonly peakMemory: number;
  /** Appends meanwhile, from when they were due until they were acknowledged, in ms; absent where there were none. */
  readonly appends: Percentiles | undefined;
}

/** What is done to the log meanwhile. */
interface Load {
  /** Resolves when the first is stored. */
  readonly begun: Promise<void>;
  /** No more begin; resolves when those that began are stored. */
  end(): Promise<void>;
  /** How long each took. */
  readonly delays: readonly number[];
}

const options = optionsOfChild<RebuilderOptions>();
if (options.by === 'hand') await byHand();
else await byRebuild();

async function byHand(): Promise<void> {
  const { file, mmapBytes, appendsPerSecond } = options;
  const raw = new RawLog(file, { durability: 'normal', mmapBytes });
  const writer = new RawLog(file, { durability: 'full', mmapBytes });
  const { append, commit } = groupsOf(writer);
  const rows = rowsByHand(raw.db, 'documents');
  await readyToGo();
  const load = loadOf(append);
  await load.begun;
  const done = await measured(async () => {
    let events = 0;
    for (const taken of takeIn(raw, rows)) {
      events += taken;
      // The loop lets appends in that are due.
      if (appendsPerSecond > 0) await turn().then(commit);
    }
    return events;
  });
  await load.end();
  await handOver(rebuilt(done, rows.balance(options.accounts - 1), load));
  writer.close();
  raw.close();
}

async function byRebuild(): Promise<void> {
  const { file, mmapBytes } = options;
  const app = await createApplication({
    store: sqlite(file, { mmapBytes }),
    aggregates: [Account],
    projections: [Balances],
  });
  await app.ready(Balances);
  await readyToGo();
  const load = loadOf((account, revision) => deposit(app.eventStore, account, revision));
  await load.begun;
  const done = await measured(async () => {
    const { done } = await app.rebuild(Balances);
    await done;
    return await app.eventStore.head();
  });
  await load.end();
  await app.caughtUp(Balances, await app.eventStore.head(), { timeout: 60_000 });
  await handOver(rebuilt(done, await balanceOf(app, 'documents', options.accounts - 1), load));
  await app.stop();
}

/** Appends that are due at once share a transaction: on a slow disk those that each have their own would never be over. */
function groupsOf(writer: RawLog) {
  let waiting: { account: number; revision: number; done: () => void }[] = [];
  const commit = () => {
    if (waiting.length === 0) return;
    writer.begin();
    for (const { account, revision } of waiting) writer.append(account, revision);
    writer.commit();
    for (const { done } of waiting) done();
    waiting = [];
  };
  const append = (account: number, revision: number) => {
    if (waiting.length === 0) setImmediate(commit);
    return new Promise<void>((done) => {
      waiting.push({ account, revision, done });
    });
  };
  return { append, commit };
}

/** Deposits in turn on the first half of the accounts, when they are due, until its end. */
function loadOf(append: (account: number, revision: number) => Promise<unknown>): Load {
  const { appendsPerSecond: perSecond, accounts, eventsEach } = options;
  const delays: number[] = [];
  if (perSecond === 0) return { delays, begun: Promise.resolve(), end: async () => {} };
  const written = Math.floor(accounts / 2);
  const appends: Promise<void>[] = [];
  const appendAt = async (index: number, dueAt: number) => {
    await append(index % written, eventsEach + Math.floor(index / written));
    delays.push(now() - dueAt);
  };
  let begin: () => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const begun = new Promise<void>((resolve, reject) => {
    begin = resolve;
    fail = reject;
  });
  const due = arrivals({ perSecond, count: Number.POSITIVE_INFINITY }, (index, dueAt) => {
    const appending = appendAt(index, dueAt);
    // It is thrown at the end; nothing further has to come for that.
    appending.then(begin, (error: unknown) => {
      due.stop();
      fail(error);
    });
    appends.push(appending);
  });
  const end = async () => {
    due.stop();
    await due.over;
    await Promise.all(appends);
  };
  return { delays, begun, end };
}

async function measured(run: () => Promise<number>): Promise<Done> {
  const usedBefore = process.cpuUsage();
  const began = performance.now();
  const count = await run();
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(usedBefore);
  return { count, seconds, cpuMicroseconds: user + system };
}

function rebuilt(done: Done, balance: unknown, { delays }: Load): Rebuilt {
  return {
    ...done,
    balance,
    peakMemory: process.resourceUsage().maxRSS * 1_024,
    appends: delays.length === 0 ? undefined : percentiles(delays),
  };
}
