/** A store on a test server, opened for one test and closed behind it. */
import type { Stores } from '@tidemark/core';
import { type EventStoreDBOptions, eventStoreDB } from '../../src/index.ts';
import { startTestServer, type TestServer, type TestServerOptions } from '../../src/test-server/index.ts';

export interface Opened extends Stores, AsyncDisposable {
  readonly server: TestServer;
  /** The same log once more, as another process would open it. */
  another(options?: EventStoreDBOptions): Promise<Stores>;
}

export async function opened(
  options: EventStoreDBOptions = {},
  serverOptions: TestServerOptions = {},
): Promise<Opened> {
  const server = await startTestServer(serverOptions);
  const all: Stores[] = [];
  const another = async (other: EventStoreDBOptions = options): Promise<Stores> => {
    const stores = await eventStoreDB(server.connectionString, other).open();
    all.push(stores);
    return stores;
  };
  const stores = await another();
  return {
    ...stores,
    server,
    another,
    [Symbol.asyncDispose]: async () => {
      for (const one of all) await one.close();
      await server.stop();
    },
  };
}

export { any, errorOf, idsOf, noStream, numbered, until } from './saying.ts';
