/** Peers' databases to measure on: the same accounts as `seeded` makes. */
import { AccountOpened, accountStream, depositData } from '../bank.ts';
import type { Bench } from '../bench.ts';
import type { Seed } from '../seed.ts';
import { Insisting } from './insisting.ts';
import type { Peer, PeerEvent } from './peer.ts';

export interface PeerSeed extends Omit<Seed, 'snapshotAt'> {
  /** How many events of an account come one behind the other; default 1: accounts in turn, as in Tidemark's log. */
  readonly together?: number;
}

/** Closed, to be copied. */
export async function seededPeer(bench: Bench, { ways }: Peer, seed: PeerSeed): Promise<string> {
  const { accounts, eventsEach, together = 1 } = seed;
  const file = bench.file();
  const way = ways[ways.length - 1] ?? ways[0];
  const log = await way.open(file);
  const insisting = new Insisting(log);
  for (let revision = 0; revision < eventsEach; revision += together) {
    for (let account = 0; account < accounts; account += 1) {
      const opened = { type: 'AccountOpened', data: new AccountOpened(`owner ${account}`, 'London') };
      const events = revision === 0 ? [opened, ...deposits(together - 1)] : deposits(together);
      await insisting.append(accountStream(account), revision, events);
    }
  }
  await log.close();
  return file;
}

export function deposits(count: number): readonly PeerEvent[] {
  return Array.from({ length: count }, () => ({ type: 'MoneyDeposited', data: depositData(1) }));
}
