/** Another framework's event store, as far as it is measured. It is loaded when it is asked for, as it need not be installed. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { assertDone } from '../assert.ts';
import { depositData } from '../bank.ts';

export interface PeerEvent {
  readonly type: string;
  readonly data: object;
}

/** A log in one file, open by the peer's own API. */
export interface PeerLog {
  /** Expects that the first of the events becomes `revision`, from 0. Rejects where the peer refuses. */
  append(streamName: string, revision: number, events: readonly PeerEvent[]): Promise<unknown>;
  readStream(streamName: string, see: (data: unknown) => void): Promise<void>;
  /** The whole log, in its order. */
  readAll(see: (data: unknown) => void): Promise<void>;
  /** May be called again. */
  close(): Promise<void>;
}

/** What a connection said of itself. */
export interface ConnectionFacts {
  readonly sqlite: string;
  readonly journalMode: string;
  /** 1 is NORMAL, 2 FULL. */
  readonly synchronous: number;
  /** In ms. */
  readonly busyTimeout: number;
}

/** `ask` gives the first value of the first row. */
export async function factsOf(ask: (sql: string) => Promise<unknown>): Promise<ConnectionFacts> {
  return {
    sqlite: String(await ask('SELECT sqlite_version()')),
    journalMode: String(await ask('PRAGMA journal_mode')),
    synchronous: Number(await ask('PRAGMA synchronous')),
    busyTimeout: Number(await ask('PRAGMA busy_timeout')),
  };
}

/** A way of opening the peer's store that its API offers. */
export interface PeerWay {
  readonly name: string;
  open(file: string): Promise<PeerLog>;
}

export interface Peer {
  readonly name: string;
  /** Packages that are named with their versions. */
  readonly packages: readonly string[];
  /** The first is the one that its documentation shows. */
  readonly ways: readonly [PeerWay, ...PeerWay[]];
  /** Throws what Node throws where it is not in `folder`, or not compiled. */
  load(folder?: string): unknown;
  /** Asks a connection that is opened as the store opens its own. */
  facts(file: string): Promise<ConnectionFacts>;
  readonly sql: {
    readonly count: string;
    /** Revision and data of a stream's last event. */
    readonly last: string;
    readonly firstRevision: number;
  };
}

/** Where they are installed, seen from the sources as from what is made of them. */
export const peersFolder = fileURLToPath(new URL('../../peers', import.meta.url));

export function loadPeer<Module>(name: string, folder = peersFolder): Module {
  return createRequire(path.join(folder, 'package.json'))(name) as Module;
}

export function versionsOf({ packages }: Pick<Peer, 'packages'>): string {
  return packages
    .map((name) => {
      const manifest = fs.readFileSync(path.join(peersFolder, 'node_modules', name, 'package.json'), 'utf8');
      return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
    })
    .join(', ');
}

/**
 * Looks as another program would: so many events, the last of them this deposit. Closes the log before that: a second library
 * in the process that closes a file takes away the locks of the first one.
 */
export async function assertPeerLog(
  { name, sql }: Peer,
  log: PeerLog,
  file: string,
  events: number,
  last: { readonly streamName: string; readonly revision: number },
): Promise<void> {
  await log.close();
  const db = new Database(file);
  try {
    assertDone(`${name}: events stored`, db.prepare(sql.count).pluck().get(), events);
    const row = db.prepare<[string], [number, string]>(sql.last).raw().get(last.streamName);
    assertDone(`${name}: last revision of ${last.streamName}`, row?.[0], last.revision + sql.firstRevision);
    assertDone(`${name}: last data of ${last.streamName}`, row?.[1], JSON.stringify(depositData(1)));
  } finally {
    db.close();
  }
}
