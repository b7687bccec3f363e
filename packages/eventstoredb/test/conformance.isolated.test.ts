// timeout: 1200s
/** The store contract, on a server. */
import { storeConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { rulesOfOwnClock } from './skipped-rules.ts';
import { realServer, target } from './target.ts';

storeConformance({ ...target, skip: realServer === undefined ? {} : rulesOfOwnClock }, test);

test.run();
