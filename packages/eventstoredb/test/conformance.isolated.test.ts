// timeout: 1200s
/** The store contract, on a server. */
import { storeConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { rulesOfOneDeletion, rulesOfOwnClock } from './skipped-rules.ts';
import { realServer, target } from './target.ts';

const skip = { ...rulesOfOneDeletion, ...(realServer !== undefined && rulesOfOwnClock) };

storeConformance({ ...target, skip }, test);

test.run();
