/** Appends by one caller, beside the stores of other frameworks. */
import { accountStream } from '../../bank.ts';
import { callers } from '../../callers.ts';
import { Insisting } from '../../peers/insisting.ts';
import { assertPeerLog } from '../../peers/peer.ts';
import { deposits } from '../../peers/seed.ts';
import type { RateScenario, Work } from '../../scenario.ts';
import { seeded } from '../../seed.ts';
import * as batches from '../batches.ts';
import * as single from '../deposits.ts';
import { type PeerAt, peerWays } from './ways.ts';

export const peersAppend: RateScenario = {
  name: 'peers-append',
  title: 'One append at a time',
  about:
    'One caller who waits for each append of one event at an exact revision. By hand: an INSERT that commits by itself. Emmett opens a connection for each call, unless it is given one to keep; closing the last connection of a file moves the WAL into it, 5 fsyncs to an append in all, where the other ways make 1. An append that is refused is asked for again, until it is stored; how many calls of 10,000 were refused is shown, those of the warm-up included.',
  unit: 'appends',
  async open(bench) {
    const template = await seeded(bench, single.depositSeed);
    const one = { bench, template, durability: 'full', callers: 1, count: bench.amount(2_000) } as const;
    return [
      { name: 'by hand', prepare: () => single.byHand(one) },
      { name: 'Tidemark', prepare: () => single.byStore(one) },
      ...(await peerWays(bench, single.depositSeed, (at) => byPeer(one, at))),
    ];
  },
};

export const peersBatches: RateScenario = {
  name: 'peers-batches-of-100',
  title: 'Batches of 100',
  about:
    '100 events to one append at an exact revision, one caller. By hand: a transaction around as many INSERTs, with JSON.stringify and a random UUID for each. Refusals as above.',
  unit: 'events',
  async open(bench) {
    const template = await seeded(bench, batches.batchSeed);
    const each = { bench, template, size: 100, count: Math.ceil(bench.amount(40_000) / 100) };
    return [
      { name: 'by hand', prepare: () => batches.byHand(each) },
      { name: 'Tidemark', prepare: () => batches.byStore(each) },
      ...(await peerWays(bench, batches.batchSeed, (at) => batchesByPeer(each, at))),
    ];
  },
};

async function byPeer(one: single.Deposits, { peer, way, template }: PeerAt): Promise<Work> {
  const file = one.bench.copyOf(template);
  const log = await way.open(file);
  const insisting = new Insisting(log);
  const append = (index: number) =>
    insisting.append(accountStream(single.accountOf(index)), single.revisionOf(index), deposits(1));
  const warmUp = single.warmUpOf(one.bench);
  await callers(1, { from: 0, total: warmUp }, append);
  const work = single.work(one, file, {
    run: () => callers(1, { from: warmUp, total: one.count }, append),
    assertLog: (...stored) => assertPeerLog(peer, log, ...stored),
    close: () => log.close(),
  });
  return { ...work, figures: () => insisting.figures() };
}

async function batchesByPeer(each: batches.Batches, { peer, way, template }: PeerAt): Promise<Work> {
  const { accounts } = batches.batchSeed;
  const file = each.bench.copyOf(template);
  const log = await way.open(file);
  const insisting = new Insisting(log);
  const append = async (index: number) => {
    const first = batches.firstRevisionOf(index, each.size);
    await insisting.append(accountStream(index % accounts), first, deposits(each.size));
  };
  const close = () => log.close();
  const work = await batches.work(each, file, append, close, (...stored) => assertPeerLog(peer, log, ...stored));
  return { ...work, figures: () => insisting.figures() };
}
