/** Random calls, racing writers and random values on a file, compared with a plain model of a log. */
import { storeProperties } from '@tidemark/testing';
import { test } from 'uvu';
import { sqlite } from '../src/index.ts';
import { temporaryFile } from './temporary.ts';

storeProperties({ name: 'sqlite', provide: (clock) => sqlite(temporaryFile(), { clock }) }, test);

test.run();
