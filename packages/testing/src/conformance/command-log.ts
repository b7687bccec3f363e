import assert from 'node:assert/strict';
import type { CommandRecord } from '@tidemark/core';
import { all, any, at, noStream, numbered, numbers, range, refused, writingNothing } from './language.ts';
import { lacking, needing, type Rules } from './rule.ts';

export const commandLog: Rules = {
  ...needing('commandLog', {
    'finds a command with the place of the events it recorded': async ({ events, commandLog: log }) => {
      await events.append('account-1', numbered(2), noStream);
      const record = command('c-1');
      const { revision, position } = await events.append('account-1', numbered(3, 2), { ...at(1), command: record });
      assert.deepEqual(await log.find('c-1'), { ...record, streamName: 'account-1', revision, position, count: 3 });
      assert.equal(await log.find('c-2'), undefined);
    },

    'refuses a command it knows, and writes nothing': async ({ events }) => {
      await events.append('account-1', numbered(1), { ...noStream, command: command('c-1') });
      for (const [name, expected] of [
        ['account-1', at(0)],
        ['account-1', any],
        ['account-2', noStream],
      ] as const) {
        const error = await writingNothing(events, () =>
          refused('COMMAND_HANDLED', () => events.append(name, numbered(1), { ...expected, command: command('c-1') })),
        );
        assert.equal(error['commandId'], 'c-1');
      }
      await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-2')));
    },

    'still knows what the first said after a second was refused': async ({ events, commandLog: log }) => {
      await events.append('account-1', numbered(1), { ...noStream, command: command('c-1', 'Open') });
      const first = await log.find('c-1');
      await refused('COMMAND_HANDLED', () =>
        events.append('account-2', numbered(5), { ...any, command: command('c-1', 'Close') }),
      );
      assert.deepEqual(await log.find('c-1'), first);
    },

    'forgets the command of a refused append': async ({ events, commandLog: log }) => {
      await events.append('account-1', numbered(1), noStream);
      await refused('WRONG_EXPECTED_REVISION', () =>
        events.append('account-1', numbered(1), { ...noStream, command: command('c-1') }),
      );
      assert.equal(await log.find('c-1'), undefined);
      assert.equal((await events.append('account-1', numbered(1), { ...at(0), command: command('c-1') })).revision, 1);
    },

    'keeps a command that recorded nothing, with where it was decided': async ({ events, commandLog: log }) => {
      await events.append('account-1', numbered(2), noStream);
      const record = { ...command('c-1'), decidedAt: await events.head() };
      await writingNothing(events, () => events.append('account-1', [], { ...at(1), command: record }));
      const found = await log.find('c-1');
      assert.deepEqual(
        [found?.decidedAt, found?.count, found?.position, found?.returned],
        [record.decidedAt, 0, undefined, record.returned],
      );
      await refused('COMMAND_HANDLED', () => events.append('account-1', [], { ...any, command: record }));
    },

    'is checked first: a known command is not a conflict': async ({ events }) => {
      await events.append('account-1', numbered(1), { ...noStream, command: command('c-1') });
      await events.append('account-1', numbered(1, 1), at(0));
      await refused('COMMAND_HANDLED', () =>
        events.append('account-1', numbered(1), { ...at(0), command: command('c-1') }),
      );
      await refused('COMMAND_HANDLED', () =>
        events.append('account-1', numbered(1), { ...noStream, command: command('c-1') }),
      );
    },

    'of one command handled 20 times at once, one is written': async ({ events, commandLog: log }) => {
      const tries = range(20).map((number) =>
        events.append('account-1', numbered(1, number), { ...any, command: command('c-1') }),
      );
      const outcomes = await Promise.allSettled(tries);
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.equal((outcome.reason as { code?: unknown }).code, 'COMMAND_HANDLED');
      }
      assert.equal((await numbers(events.readAll())).length, 1);
      assert.equal((await log.find('c-1'))?.count, 1);
    },

    'is the same for every opening, and after the log was opened again': async ({ events, openAnother, reopen }) => {
      await events.append('account-1', numbered(1), { ...noStream, command: command('c-1') });
      const other = await openAnother();
      const found = await other.commandLog.find('c-1');
      await refused('COMMAND_HANDLED', () =>
        other.events.append('account-2', numbered(1), { ...any, command: command('c-1') }),
      );
      const later = await reopen();
      assert.deepEqual(await later.commandLog.find('c-1'), found);
      await refused('COMMAND_HANDLED', () =>
        later.events.append('account-2', numbered(1), { ...any, command: command('c-1') }),
      );
    },

    'tells apart ids that look alike': async ({ events, commandLog: log }) => {
      const ids = ['c', 'C', 'c ', 'é', 'e\u0301', '__proto__', '%', 'x'.repeat(512)];
      for (const [index, id] of ids.entries())
        await events.append(`account-${index}`, numbered(1), { ...any, command: command(id) });
      for (const [index, id] of ids.entries()) assert.equal((await log.find(id))?.streamName, `account-${index}`);
    },

    'refuses an id that is no well-formed text, which UTF-8 would not tell from others': async ({
      events,
      commandLog: log,
    }) => {
      await events.append('account-1', numbered(1), { ...any, command: command('\ufffd') });
      for (const id of ['\ud800', 'a\udfff', '', 'x'.repeat(513), undefined, null, 7]) {
        const ill = id as string;
        await writingNothing(events, () =>
          refused('INVALID_ARGUMENT', () => events.append('account-1', numbered(1), { ...any, command: command(ill) })),
        );
        await refused('INVALID_ARGUMENT', () => log.find(ill));
      }
    },

    'refuses what is no command': async ({ events }) => {
      const { commandId, ...parts } = command('c-1');
      const wrong: readonly unknown[] = [null, 7, 'c-1', [], {}, parts, { commandId }, { ...parts, commandId: null }];
      for (const bad of [...wrong, { ...command('c-1'), returned: 7 }, { ...command('c-1'), decidedAt: -1 }]) {
        const options = { ...any, command: bad as CommandRecord };
        await writingNothing(events, () =>
          refused('INVALID_ARGUMENT', () => events.append('account-1', numbered(1), options)),
        );
      }
    },

    'goes with a write to several streams': async ({ events, commandLog: log }) => {
      if (!events.capabilities.multiStreamAppend) return;
      const to = (streamName: string) => ({ streamName, events: numbered(1), ...noStream });
      await events.appendToStreams([to('account-1'), to('account-2')], { command: command('c-1') });
      assert.equal((await log.find('c-1'))?.commandId, 'c-1');
      await writingNothing(events, () =>
        refused('COMMAND_HANDLED', () => events.appendToStreams([to('account-3')], { command: command('c-1') })),
      );
    },
  }),

  ...lacking('commandLog', {
    'is refused as not supported where the store has none': async ({ events }) => {
      await refused('UNSUPPORTED', () => events.append('account-1', numbered(1), { ...any, command: command('c-1') }));
    },
  }),
};

function command(commandId: string, name = 'OpenAccount'): CommandRecord {
  return { commandId, command: name, returned: '{"json":"1"}', decidedAt: 0 };
}
