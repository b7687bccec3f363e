/** Which peers are there, and what their connections are set to: what the results say before any figure. */
import { assertDone } from '../assert.ts';
import { act } from './act.ts';
import { emmett } from './emmett.ts';
import { type Peer, versionsOf } from './peer.ts';

const peers: readonly Peer[] = [emmett, act];

/** Those that are installed, and loaded. */
export function presentPeers(folder?: string): readonly Peer[] {
  return peers.filter((peer) => absence(peer, folder) === undefined);
}

/** A line for each peer, absent ones included. `file` gives a path where nothing is yet. */
export async function peerFacts(
  file: () => string,
  folder?: string,
): Promise<readonly (readonly [label: string, value: string])[]> {
  const lines: (readonly [string, string])[] = [];
  for (const peer of peers) {
    const why = absence(peer, folder);
    lines.push([peer.name, why === undefined ? await presence(peer, file()) : `absent, not measured: ${why}`]);
  }
  return lines;
}

function absence(peer: Peer, folder?: string): string | undefined {
  try {
    peer.load(folder);
    return undefined;
  } catch (error) {
    return error instanceof Error
      ? withoutPaths(/^(.*?)(?:\. Tried:)?$/m.exec(error.message)?.[1] ?? '')
      : String(error);
  }
}

/** Paths are nobody's business but this machine's. */
function withoutPaths(message: string): string {
  return message.replaceAll(/(?:[A-Za-z]:)?[/\\][^\s'"]*[/\\]node_modules[/\\]/g, '');
}

const synchronousNames = ['OFF', 'NORMAL', 'FULL', 'EXTRA'];

async function presence(peer: Peer, file: string): Promise<string> {
  const { sqlite, journalMode, synchronous, busyTimeout } = await peer.facts(file);
  // One that waits for the disk less often would need Tidemark beside it at that durability.
  assertDone(`${peer.name}: journal_mode`, journalMode, 'wal');
  assertDone(`${peer.name}: synchronous`, synchronousNames[synchronous], 'FULL');
  const mode = `journal_mode=${journalMode}, synchronous=${synchronousNames[synchronous]}`;
  return `${versionsOf(peer)}; SQLite ${sqlite}, ${mode}, busy_timeout ${busyTimeout} ms, as its connection says`;
}
