/** What compiles and what does not: `npm run typecheck` is the test, running it shows that it loads. */
import assert from 'node:assert/strict';
import { type CommandContext, type DeciderDefinition, decider } from '@tidemark/core';
import { expectTypeOf } from 'expect-type';
import { test } from 'uvu';
import { Open, Opened, Paid, Pay } from './declarations.ts';

interface State {
  readonly owner?: string;
  readonly paid: number;
}
const initialState = (): State => ({ paid: 0 });
const parts = { commands: [Open, Pay], events: [Opened, Paid], initialState } as const;
const unused = () => assert.fail('it is compiled, and not run');

test('commands, state and events are inferred from what is declared', () => {
  const account = decider('account', {
    ...parts,
    id: (command) => {
      expectTypeOf(command).toEqualTypeOf<Open | Pay>();
      return command.id;
    },
    decide(command, state, context) {
      expectTypeOf(command).toEqualTypeOf<Open | Pay>();
      expectTypeOf(state).toEqualTypeOf<State>();
      expectTypeOf(context.clock).toEqualTypeOf<CommandContext['clock']>();
      expectTypeOf(context.aggregateId).toBeString();
      return command instanceof Open ? new Opened(command.owner) : [new Paid(command.amount)];
    },
    evolve(state, event) {
      expectTypeOf(event).toEqualTypeOf<Opened | Paid>();
      return event instanceof Paid ? { ...state, paid: state.paid + event.amount } : { ...state, owner: event.owner };
    },
  });
  expectTypeOf(account).toEqualTypeOf<DeciderDefinition<State>>();
});

test('a chain of instanceof narrows to nothing, so that a forgotten class does not compile', () => {
  const never = (rest: never): never => rest;
  decider('account', {
    ...parts,
    id: ({ id }) => id,
    decide(command) {
      if (command instanceof Open) return new Opened(command.owner);
      if (command instanceof Pay) return new Paid(command.amount);
      return never(command);
    },
    evolve(state, event) {
      if (event instanceof Opened) return { ...state, owner: event.owner };
      // @ts-expect-error: Paid is forgotten
      return never(event);
    },
  });
});

test('deciding may wait, and may decide on nothing', () => {
  decider('account', {
    ...parts,
    id: ({ id }) => id,
    decide: async (command, { paid }) => (command instanceof Pay && paid > 0 ? [] : [new Paid(1)]),
    evolve: (state) => state,
  });
});

test('what is not declared cannot be decided, evolved or returned', () => {
  const base = { ...parts, id: unused, decide: () => [], evolve: (state: State) => state };
  class Refunded {
    readonly reason = '';
  }
  decider('account', {
    ...base,
    // @ts-expect-error: Refunded is not declared
    decide: () => new Refunded(),
  });
  decider('account', {
    ...base,
    // @ts-expect-error: it evolves to another state
    evolve: () => ({ total: 1 }),
  });
  decider('account', {
    ...base,
    // @ts-expect-error: evolving does not wait
    evolve: async (state: State) => state,
  });
  decider('account', {
    ...base,
    // @ts-expect-error: an id is text
    id: () => 5,
  });
  // @ts-expect-error: which events there are is missing
  assert.throws(() => decider('account', { ...base, events: undefined }));
});

test.run();
