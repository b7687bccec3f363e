// timeout: 300s
/** The store contract, on a server. */
import { storeConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { target } from './target.ts';

storeConformance(target, test);

test.run();
