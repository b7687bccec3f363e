/** Act's store on SQLite: `SqliteStore`, the port that its `do` commits through and its `query` reads through. */
import { metadata } from '../bank.ts';
import { closed } from './closing.ts';
import { type ConnectionFacts, factsOf, loadPeer, type Peer, type PeerLog, peersFolder } from './peer.ts';

/** What is used of its API, as its own types have it. */
interface Module {
  readonly SqliteStore: new (config: { url: string }) => SqliteStore;
}

interface SqliteStore {
  seed(): Promise<void>;
  commit(
    stream: string,
    messages: readonly { readonly name: string; readonly data: object }[],
    meta: { readonly correlation: string; readonly causation: object },
    expectedVersion: number,
  ): Promise<unknown>;
  query(
    callback: (event: { readonly id: number; readonly data: unknown }) => void,
    query: {
      readonly stream?: string;
      readonly stream_exact?: boolean;
      readonly after?: number;
      readonly limit?: number;
    },
  ): Promise<number>;
  dispose(): Promise<void>;
  /** Private to its types, and the only one that tells what its connections are set to. */
  readonly client: { execute(sql: string): Promise<{ readonly rows: readonly (readonly unknown[])[] }> };
}

/** What its `do` puts on each event. */
const meta = {
  correlation: metadata.$correlationId,
  causation: { action: { name: 'deposit', id: metadata.$causationId } },
};

/** As many rows to a query as the others take. */
const limit = 256;

export const act: Peer = {
  name: 'Act',
  packages: ['@rotorsoft/act', '@rotorsoft/act-sqlite', '@libsql/client'],
  ways: [{ name: 'Act', open }],
  load,
  async facts(file): Promise<ConnectionFacts> {
    const store = await opened(file);
    const ask = async (sql: string) => (await store.client.execute(sql)).rows[0]?.[0];
    const facts = await factsOf(ask);
    await store.dispose();
    await closed(file);
    return facts;
  },
  sql: {
    count: 'SELECT count(*) FROM events',
    last: 'SELECT version, data FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1',
    firstRevision: 0,
  },
};

function load(folder = peersFolder): Module {
  process.env['LOG_LEVEL'] ??= 'error';
  const before = process.cwd();
  // It reads the package.json of the working folder when it is loaded, and wants a version there.
  process.chdir(folder);
  try {
    return loadPeer<Module>('@rotorsoft/act-sqlite', folder);
  } finally {
    process.chdir(before);
  }
}

async function opened(file: string): Promise<SqliteStore> {
  const { SqliteStore } = load();
  const store = new SqliteStore({ url: `file:${file}` });
  await store.seed();
  return store;
}

async function open(file: string): Promise<PeerLog> {
  const store = await opened(file);
  let isOpen = true;
  return {
    append: (streamName, revision, events) =>
      store.commit(
        streamName,
        events.map(({ type, data }) => ({ name: type, data })),
        meta,
        revision - 1,
      ),
    async readStream(streamName, see) {
      await store.query(({ data }) => see(data), { stream: streamName, stream_exact: true });
    },
    async readAll(see) {
      let after = 0;
      const take = ({ id, data }: { readonly id: number; readonly data: unknown }) => {
        after = id;
        see(data);
      };
      while ((await store.query(take, { after, limit })) === limit);
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      await store.dispose();
      await closed(file);
    },
  };
}
