// timeout: 1200s
/** What an application needs of a store, on a server. */
import { applicationConformance } from '@tidemark/testing';
import { test } from 'uvu';
import { realServer, target } from './target.ts';

const onRealServer = {
  'loading: a history whose events have all grown too old is truncated':
    'a server of another process has a clock of its own',
};

const skip = {
  ...(realServer !== undefined && onRealServer),
  'commands of others: of 1,500 commands at once 499 were rejected':
    'they are 8,000 calls to a server in the same process, more than a busy machine does in the time of a rule; the store’s own rules have 1,500 appends at once',
  'commands: a command that comes again is answered with its first receipt, whatever was done to its stream':
    'there is no command log: a command is known by its events, as long as its stream shows them',
};

applicationConformance({ ...target, skip }, test);

test.run();
