// timeout: 600s
/**
 * The store contract through the other client, `@kurrent/kurrentdb-client`. It and the messages that the test server takes
 * from `@eventstore/db-client` break each other in one process, so the servers are in another.
 */
import { KurrentDBClient } from '@kurrent/kurrentdb-client';
import { type ConformanceTarget, storeConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { eventStoreDB } from '../src/index.ts';
import { serversOfAnotherProcess } from './servers.ts';
import { rulesOfOwnClock } from './skipped-rules.ts';

const servers = serversOfAnotherProcess();
test.after(() => servers.end());

const addresses = new WeakMap<object, string>();
const through = (address: string) => ({
  client: () => KurrentDBClient.connectionString`${address.replace('esdb:', 'kurrentdb:')}`,
});

const target: ConformanceTarget = {
  name: 'kurrent',
  provide: async (clock) => {
    const address = await servers.start();
    const provider = eventStoreDB(through(address), { clock });
    addresses.set(provider, address);
    return provider;
  },
  dispose: async (provider) => servers.stop(addresses.get(provider) as string),
};

storeConformance({ ...target, skip: rulesOfOwnClock }, test);

test.run();
