/** What the suites are bound to: a test server for each rule. */
import type { ConformanceTarget } from '@tidemark/testing';
import { eventStoreDB } from '../src/index.ts';
import { startTestServer, type TestServer } from '../src/test-server/index.ts';

const servers = new WeakMap<object, TestServer>();

export const target: ConformanceTarget = {
  name: 'eventstoredb',
  provide: async (clock) => {
    const server = await startTestServer({ clock });
    const provider = eventStoreDB(server.connectionString, { clock });
    servers.set(provider, server);
    return provider;
  },
  dispose: async (provider) => {
    await servers.get(provider)?.stop();
  },
};
