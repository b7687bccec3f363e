/** Proof that the conformance suite can fail: stores whose command log is broken in one way each. */
import { suite } from 'uvu';
import { assertNoticed, type Break } from './mutant.ts';

const test = suite('the conformance suite notices a store that');

const noticed = (title: string, rule: string, broken: Break) => test(title, () => assertNoticed(rule, broken));

noticed(
  'takes halves of surrogate pairs for one another',
  'command log: refuses an id that is no well-formed text, which UTF-8 would not tell from others',
  ({ events, commandLog }) => {
    const inUtf8 = (id: unknown) => (typeof id === 'string' ? Buffer.from(id).toString() : (id as string));
    return {
      events: {
        append: (name, batch, { command, ...options }) =>
          events.append(name, batch, {
            ...options,
            command: command && { ...command, commandId: inUtf8(command.commandId) },
          }),
      },
      commandLog: { find: (id) => commandLog.find(inUtf8(id)) },
    };
  },
);

noticed('takes anything for a command', 'command log: refuses what is no command', ({ events }) => ({
  events: {
    append: (name, batch, { command, ...options }) =>
      events.append(name, batch, command ? { ...options, command } : options),
  },
}));

noticed(
  'writes a known command again',
  'command log: refuses a command it knows, and writes nothing',
  ({ events, commandLog }) => ({
    events: {
      append: async (name, batch, { expectedRevision, command }) => {
        const known = command !== undefined && (await commandLog.find(command.commandId)) !== undefined;
        return events.append(name, batch, known ? { expectedRevision } : { expectedRevision, command });
      },
    },
  }),
);

noticed(
  'keeps the command of a refused append',
  'command log: forgets the command of a refused append',
  ({ events }) => ({
    events: {
      append: async (name, batch, { expectedRevision, command }) => {
        if (command !== undefined) await events.append('commands', [], { expectedRevision: 'any', command });
        return events.append(name, batch, { expectedRevision });
      },
    },
  }),
);

test.run();
