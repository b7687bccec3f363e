// timeout: 300s
/** The store contract, on a server. */
import { storeConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { rulesOfOwnClock } from './own-clock.ts';
import { realServer, target } from './target.ts';

storeConformance({ ...target, skip: realServer === undefined ? {} : rulesOfOwnClock }, test);

test.run();
