/** Reads, beside the stores of other frameworks. */
import { sqlite } from '@tidemark/sqlite';
import { accountStream } from '../../bank.ts';
import type { Bench } from '../../bench.ts';
import { RawLog } from '../../raw-log.ts';
import type { RateScenario, Work } from '../../scenario.ts';
import { seeded } from '../../seed.ts';
import * as streams from '../load.ts';
import * as whole from '../replay.ts';
import { type PeerAt, peerWays } from './ways.ts';

const { eventsEach } = streams;

export const peersRead: RateScenario = {
  name: 'peers-read-stream',
  title: 'Reading a stream of 100 events',
  about:
    'One stream after another, whose events lie scattered over the log, a field of each event added up. By hand: the 100 rows and JSON.parse of the data. Tidemark leaves the metadata until it is asked for; the peers parse it.',
  unit: 'streams',
  async open(bench) {
    const accounts = bench.amount(200, 20);
    const seed = { accounts, eventsEach };
    const file = await seeded(bench, seed);
    return [
      { name: 'by hand', prepare: () => byHand(bench, file, accounts) },
      { name: 'Tidemark', prepare: () => byStore(bench, file, accounts) },
      ...(await peerWays(bench, seed, (at) => byPeer(at, accounts))),
    ];
  },
};

export const peersReplay: RateScenario = {
  name: 'peers-replay',
  title: 'Replay of the whole log',
  about:
    'All events in order by pages of 256, a field of each one’s data added up. By hand: whole rows, JSON.parse of data and metadata. Tidemark: store.readAll. Emmett: readMessagesBatch, on one connection, as its consumers read, without the pause that they make behind each batch. Act: query.',
  unit: 'events',
  async open(bench) {
    const accounts = bench.amount(10_000, 1_000);
    const file = await seeded(bench, { accounts, eventsEach: 10 });
    const log: whole.Log = { bench, file, events: accounts * 10, balance: accounts * 9 };
    const peers = await peerWays(
      bench,
      { accounts, eventsEach: 10, together: 10 },
      (at) => replayByPeer(log, at),
      'first',
    );
    return [
      { name: 'by hand', prepare: async () => whole.byHand(log, 'data and metadata') },
      { name: 'Tidemark', prepare: () => whole.byPages(log) },
      ...peers,
    ];
  },
};

function byHand(bench: Bench, file: string, accounts: number): Promise<Work> {
  const raw = new RawLog(file, { durability: 'full', mmapBytes: bench.mmapBytes });
  return streams.work(
    accounts,
    async (account) => streams.balanceOf(raw, account),
    () => raw.close(),
  );
}

async function byStore(bench: Bench, file: string, accounts: number): Promise<Work> {
  const stores = await sqlite(file, { mmapBytes: bench.mmapBytes }).open();
  const balance = async (account: number) => {
    const found = { events: 0, balance: 0 };
    for await (const page of stores.events.readStream(accountStream(account)).pages())
      for (const event of page) whole.addPlain(found, event);
    return found.balance;
  };
  return streams.work(accounts, balance, () => stores.close());
}

async function byPeer({ way, template }: PeerAt, accounts: number): Promise<Work> {
  const log = await way.open(template);
  const balance = async (account: number) => {
    const found = { events: 0, balance: 0 };
    await log.readStream(accountStream(account), (data) => whole.addPlain(found, { data }));
    return found.balance;
  };
  return streams.work(accounts, balance, () => log.close());
}

async function replayByPeer(log: whole.Log, { way, template }: PeerAt): Promise<Work> {
  const peer = await way.open(template);
  const run = (found: whole.Found) => peer.readAll((data) => whole.addPlain(found, { data }));
  return whole.work(log, run, () => peer.close());
}
