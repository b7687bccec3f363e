// timeout: 450s
/**
 * The store contract through `@kurrent/kurrentdb-client`: on the server that TIDEMARK_EVENTSTOREDB names, or on test servers
 * that also take appends to several streams.
 */
import { type ConformanceTarget, storeConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { eventStoreDB } from '../src/index.ts';
import { kurrentTarget, through } from './kurrent-target.ts';
import { ownPart } from './own-part.ts';
import { rulesOfOwnClock, rulesOfWrittenStreams } from './skipped-rules.ts';

const realServer = process.env['TIDEMARK_EVENTSTOREDB'];
const skip = realServer === undefined ? rulesOfWrittenStreams : { ...rulesOfWrittenStreams, ...rulesOfOwnClock };

storeConformance({ ...(realServer === undefined ? onTestServers() : onRealServer(realServer)), skip }, test);

function onRealServer(address: string): ConformanceTarget {
  return { name: 'kurrent', provide: (clock) => ownPart(eventStoreDB(through(address), { clock })) };
}

function onTestServers(): ConformanceTarget {
  const target = kurrentTarget({ version: '25.1' });
  test.after(() => target.end());
  return target;
}

test.run();
