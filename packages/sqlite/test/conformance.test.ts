/** The store contract, on a file. */
import { storeConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { sqlite } from '../src/index.ts';
import { temporaryFile } from './temporary.ts';

storeConformance({ name: 'sqlite', provide: (clock) => sqlite(temporaryFile(), { clock }) }, test);

test.run();
