// timeout: 300s
/** The store contract, and what an application needs of a store, on a file. */
import { applicationConformance, type ConformanceTarget, storeConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { sqlite } from '../src/index.ts';
import { temporaryFile } from './temporary.ts';

const target: ConformanceTarget = { name: 'sqlite', provide: (clock) => sqlite(temporaryFile(), { clock }) };

storeConformance(target, test);
applicationConformance(target, test);

test.run();
