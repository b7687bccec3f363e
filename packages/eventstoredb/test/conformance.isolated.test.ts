// timeout: 300s
/** The store contract, on a server. */
import { storeConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { target } from './target.ts';

const skip = {
  'large events':
    'a page is bounded by its 256 events, and not yet by what they hold: at 1 MiB an append, 256 MiB at most',
};

storeConformance({ ...target, skip }, test);

test.run();
