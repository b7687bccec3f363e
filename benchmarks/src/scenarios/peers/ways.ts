/** The ways of the peers that are there, behind Tidemark's own. */
import type { Bench } from '../../bench.ts';
import type { Peer, PeerWay } from '../../peers/peer.ts';
import { type PeerSeed, seededPeer } from '../../peers/seed.ts';
import { presentPeers } from '../../peers/survey.ts';
import type { Way, Work } from '../../scenario.ts';

export interface PeerAt {
  readonly peer: Peer;
  readonly way: PeerWay;
  /** A closed database that the peer has made. */
  readonly template: string;
}

export async function peerWays(
  bench: Bench,
  seed: PeerSeed,
  prepare: (at: PeerAt) => Promise<Work>,
  which: 'all' | 'first' = 'all',
): Promise<readonly Way[]> {
  const ways: Way[] = [];
  for (const peer of presentPeers()) {
    const template = await seededPeer(bench, peer, seed);
    const wanted = which === 'all' ? peer.ways : [peer.ways[0]];
    for (const way of wanted) ways.push({ name: way.name, prepare: () => prepare({ peer, way, template }) });
  }
  return ways;
}
