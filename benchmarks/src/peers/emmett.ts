/** Emmett's store on SQLite: `getSQLiteEventStore`, as its documentation shows it, and with the one connection that it can be given. */
import fs from 'node:fs';
import Database from 'better-sqlite3';
import { metadata } from '../bank.ts';
import { closed } from './closing.ts';
import { type ConnectionFacts, factsOf, loadPeer, type Peer, type PeerLog } from './peer.ts';

/** What is used of its API, as its own types have it. */
interface Module {
  getSQLiteEventStore(options: {
    fileName: string;
    connectionOptions?: { singleton: true; connection: Connection };
  }): EventStore;
  sqliteConnection(options: { fileName: string }): Connection;
  readMessagesBatch(connection: Connection, options: { after: bigint; batchSize: number }): Promise<Batch>;
}

interface Connection {
  close(): void;
  querySingle<T>(sql: string): Promise<T | null>;
}

interface EventStore {
  appendToStream(
    streamName: string,
    events: readonly object[],
    options: { expectedStreamVersion: bigint },
  ): Promise<unknown>;
  readStream(streamName: string): Promise<{ readonly events: readonly { readonly data: unknown }[] }>;
  readonly schema: { migrate(): Promise<void> };
}

interface Batch {
  readonly currentGlobalPosition: bigint;
  readonly messages: readonly { readonly data: unknown }[];
  readonly areEventsLeft: boolean;
}

/** As many rows to a query as the others take. */
const batchSize = 256;

export const emmett: Peer = {
  name: 'Emmett',
  packages: ['@event-driven-io/emmett', '@event-driven-io/emmett-sqlite', 'sqlite3'],
  ways: [
    { name: 'Emmett', open: (file) => open(file, 'one for each call') },
    // For one caller: calls at once share its transaction, and are acknowledged before it commits.
    { name: 'Emmett, one connection', open: (file) => open(file, 'one') },
  ],
  load,
  async facts(file): Promise<ConnectionFacts> {
    const connection = load().sqliteConnection({ fileName: file });
    const ask = async (sql: string) => Object.values((await connection.querySingle<object>(sql)) ?? {})[0];
    const facts = await factsOf(ask);
    connection.close();
    await closed(file);
    return facts;
  },
  sql: {
    count: 'SELECT count(*) FROM emt_messages',
    last: 'SELECT stream_position, message_data FROM emt_messages WHERE stream_id = ? ORDER BY stream_position DESC LIMIT 1',
    firstRevision: 1,
  },
};

function load(folder?: string): Module {
  return loadPeer<Module>('@event-driven-io/emmett-sqlite', folder);
}

async function open(file: string, connections: 'one' | 'one for each call'): Promise<PeerLog> {
  const { getSQLiteEventStore, sqliteConnection, readMessagesBatch } = load();
  inWalMode(file);
  const connection = connections === 'one' ? sqliteConnection({ fileName: file }) : undefined;
  const store = getSQLiteEventStore({
    fileName: file,
    ...(connection === undefined ? {} : { connectionOptions: { singleton: true, connection } }),
  });
  await store.schema.migrate();
  let reader: Connection | undefined;
  // It prints each error that it throws.
  const { log } = console;
  console.log = () => {};
  let isOpen = true;
  return {
    append: (streamName, revision, events) =>
      store.appendToStream(
        streamName,
        events.map((event) => ({ ...event, metadata })),
        { expectedStreamVersion: BigInt(revision) },
      ),
    async readStream(streamName, see) {
      for (const { data } of (await store.readStream(streamName)).events) see(data);
    },
    async readAll(see) {
      reader ??= connection ?? sqliteConnection({ fileName: file });
      for (let after = 0n, isMore = true; isMore; ) {
        const batch = await readMessagesBatch(reader, { after, batchSize });
        for (const { data } of batch.messages) see(data);
        after = batch.currentGlobalPosition;
        isMore = batch.areEventsLeft;
      }
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      console.log = log;
      connection?.close();
      if (reader !== connection) reader?.close();
      await closed(file);
    },
  };
}

/** Its connections ask for WAL and do not wait for it: in a new file the question may fall into a transaction, and end the process. */
function inWalMode(file: string): void {
  if (fs.existsSync(file)) return;
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.close();
}
