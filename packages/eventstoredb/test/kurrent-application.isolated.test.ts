// timeout: 300s
/** What an application needs of a store, through `@kurrent/kurrentdb-client`. */
import { applicationConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { kurrentTarget } from './kurrent-target.ts';
import { rulesOfManyCalls, rulesOfRepeatedCommands } from './skipped-rules.ts';

const target = kurrentTarget({ version: '25.1' });
test.after(() => target.end());

const { name, provide, dispose } = target;
applicationConformance({ name, provide, dispose, skip: { ...rulesOfManyCalls, ...rulesOfRepeatedCommands } }, test);

test.run();
