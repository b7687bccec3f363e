/**
 * What the suites are bound to: a test server for each rule, or a part of a real server's log for each, where
 * TIDEMARK_EVENTSTOREDB holds a connection string.
 */
import type { ConformanceTarget } from '@tidemark/testing';
import { eventStoreDB } from '../src/index.ts';
import { startTestServer, type TestServer } from '../src/test-server/index.ts';
import { ownPart } from './own-part.ts';

export const realServer = process.env['TIDEMARK_EVENTSTOREDB'];

const servers = new WeakMap<object, TestServer>();

const onTestServer: ConformanceTarget = {
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

const onRealServer = (address: string): ConformanceTarget => ({
  name: 'eventstoredb',
  provide: (clock) => ownPart(eventStoreDB(address, { clock })),
});

export const target = realServer === undefined ? onTestServer : onRealServer(realServer);
