// timeout: 1200s
/** What an application needs of a store, on a server. */
import { applicationConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { ownClock, rulesOfManyCalls, rulesOfRepeatedCommands } from './skipped-rules.ts';
import { realServer, target } from './target.ts';

const onRealServer = {
  'loading: a history whose events have all grown too old is truncated': ownClock,
};

const skip = {
  ...(realServer !== undefined && onRealServer),
  ...rulesOfManyCalls,
  ...rulesOfRepeatedCommands,
};

applicationConformance({ ...target, skip }, test);

test.run();
