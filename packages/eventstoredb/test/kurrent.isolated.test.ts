// timeout: 450s
/** The store contract through `@kurrent/kurrentdb-client`, on a server that also takes appends to several streams. */
import { storeConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { kurrentTarget } from './kurrent-target.ts';
import { rulesOfWrittenStreams } from './skipped-rules.ts';

const target = kurrentTarget({ version: '25.1' });
test.after(() => target.end());

const { name, provide, dispose } = target;
storeConformance({ name, provide, dispose, skip: rulesOfWrittenStreams }, test);

test.run();
