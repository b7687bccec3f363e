// timeout: 1200s
/**
 * The store contract through the other client, `@kurrent/kurrentdb-client`: on the server that TIDEMARK_EVENTSTOREDB names, or
 * on test servers. It and the messages that these take from `@eventstore/db-client` break each other in one process, so they
 * are in another.
 */
import { type ConformanceTarget, storeConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { eventStoreDB } from '../src/index.ts';
import { throughKurrent } from './kurrent-client.ts';
import { ownPart } from './own-part.ts';
import { serversOfAnotherProcess } from './servers.ts';
import { rulesOfOneDeletion, rulesOfOwnClock } from './skipped-rules.ts';

const realServer = process.env['TIDEMARK_EVENTSTOREDB'];
const target = realServer === undefined ? onTestServers() : onRealServer(realServer);

function onRealServer(address: string): ConformanceTarget {
  return { name: 'kurrent', provide: (clock) => ownPart(eventStoreDB(throughKurrent(address), { clock })) };
}

function onTestServers(): ConformanceTarget {
  const servers = serversOfAnotherProcess();
  test.after(() => servers.end());
  const addresses = new WeakMap<object, string>();
  return {
    name: 'kurrent',
    provide: async (clock) => {
      const address = await servers.start();
      const provider = eventStoreDB(throughKurrent(address), { clock });
      addresses.set(provider, address);
      return provider;
    },
    dispose: async (provider) => servers.stop(addresses.get(provider) as string),
  };
}

const skip = { ...rulesOfOwnClock, ...rulesOfOneDeletion };

storeConformance({ ...target, skip }, test);

test.run();
