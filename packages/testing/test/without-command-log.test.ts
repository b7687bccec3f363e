/** Commands that come twice, on a store that keeps no command log: what they recorded says that they were handled. */
import assert from 'node:assert/strict';
import { type EventStore, memory, type StoreProvider, UnsupportedError } from '@tidemark/core';
import { applicationConformance } from '@tidemark/testing';
import { suite } from 'uvu';
import { changed } from './mutant.ts';

const test = suite('without a command log');

function withoutCommandLog(provider: StoreProvider): StoreProvider {
  return {
    description: `${provider.description} without a command log`,
    open: async () => {
      const stores = await provider.open();
      const find = async () => undefined;
      return { ...stores, events: lacking(stores.events), commandLog: { find } };
    },
  };
}

function lacking(events: EventStore): EventStore {
  return changed(events, {
    capabilities: { ...events.capabilities, commandLog: false },
    append: async (name, batch, options) => {
      if (options.command !== undefined) throw new UnsupportedError('commandLog', 'leave out the command');
      return events.append(name, batch, options);
    },
  });
}

const bound: string[] = [];
const skip = {
  'commands: a command that comes again is answered with its first receipt, whatever was done to its stream':
    'a command is known by its events, as long as its stream shows them',
};
applicationConformance(
  { name: 'memory without a command log', provide: (clock) => withoutCommandLog(memory({ clock })), skip },
  (title, run) => {
    if (!/: commands( of others)?: /.test(title)) return;
    bound.push(title);
    test(title, run);
  },
);

test('the rules of commands are among those above', () => {
  assert.ok(
    bound.some((title) => title.includes('one command, sent ten times at once')),
    bound.join('\n'),
  );
});

test.run();
