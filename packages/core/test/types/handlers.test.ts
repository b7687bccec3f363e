/** What compiles and what does not: `npm run typecheck` is the test, running it shows that it loads. */
import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  type CommandContext,
  type Fields,
  Handles,
  type RecordedEvent,
  type ResultOf,
} from '@tidemark/core';
import { expectTypeOf } from 'expect-type';
import { test } from 'uvu';
import { Find, Open, OpenAt, Opened, OpenedAt, Paid, Pay, Reserve } from './declarations.ts';

test('a handler takes the decorated command, with a context or without, and may wait', () => {
  class Account extends AggregateRoot {
    @Handles(Open)
    open({ owner }: Open, { clock }: CommandContext): void {
      this.record(new OpenedAt(owner, clock.now()));
    }
    @Handles(Pay)
    async pay(_command: Pay, { services }: CommandContext<{ readonly limit: number }>) {
      expectTypeOf(services.limit).toBeNumber();
    }
    @Handles(Reserve)
    reserve(): number {
      return 1;
    }
    @Handles(Find)
    async find(_command: Find) {
      return this.exists ? 'here' : undefined;
    }
    @Handles(Open)
    @Handles(Pay)
    both(command: Open | Pay) {
      expectTypeOf(command.id).toBeString();
    }
  }
  assert.ok(Account);
});

test('a handler of another command does not compile', () => {
  class Account extends AggregateRoot {
    // @ts-expect-error: it is decorated with another command
    @Handles(Open)
    pay(_command: Pay) {}
    // @ts-expect-error: the decorated command lacks a field that the handler reads
    @Handles(Open)
    openAt(_command: OpenAt) {}
    // @ts-expect-error: the handler's command is another, though it would do
    @Handles(OpenAt)
    open(_command: Open) {}
    // @ts-expect-error: it takes an event
    @Handles(Pay)
    paid(_event: Paid) {}
    // @ts-expect-error: neither of them is the decorated one
    @Handles(Reserve)
    both(_command: Open | Pay) {}
  }
  assert.ok(Account);
});

test('a handler whose second parameter is no context does not compile, nor does a third', () => {
  class Account extends AggregateRoot {
    // @ts-expect-error: handlers get a context
    @Handles(Open)
    open(_command: Open, _by: string) {}
    // @ts-expect-error: handlers get two arguments
    @Handles(Pay)
    pay(_command: Pay, _context: CommandContext, _more: number) {}
  }
  assert.ok(Account);
});

test('a handler returns what its command says, and nothing where it says nothing', () => {
  class Account extends AggregateRoot {
    // @ts-expect-error: Open has no result
    @Handles(Open)
    open(_command: Open) {
      return 1;
    }
    // @ts-expect-error: Pay has no result, later either
    @Handles(Pay)
    async pay(_command: Pay) {
      return 1;
    }
    // @ts-expect-error: Reserve wants a number
    @Handles(Reserve)
    reserve(_command: Reserve) {
      return 'A1';
    }
    // @ts-expect-error: Reserve wants a number, and gets none
    @Handles(Reserve)
    async forget(_command: Reserve) {}
  }
  assert.ok(Account);
});

test('an apply method takes the decorated event and returns nothing', () => {
  class Account extends AggregateRoot {
    @Applies(Opened)
    opened({ owner }: Opened) {
      expectTypeOf(owner).toBeString();
    }
    @Applies(Paid)
    paid() {}
    @Applies(Opened)
    @Applies(Paid)
    either(_event: Opened | Paid): void {}
  }
  assert.ok(Account);
});

test('an apply method of another event, one that waits or returns, or takes more, does not compile', () => {
  class Account extends AggregateRoot {
    // @ts-expect-error: it is decorated with another event
    @Applies(Opened)
    paid(_event: Paid) {}
    // @ts-expect-error: the decorated event lacks a field that the method reads
    @Applies(Opened)
    openedAt(_event: OpenedAt) {}
    // @ts-expect-error: the method's event is another, though it would do
    @Applies(OpenedAt)
    opened(_event: Opened) {}
    // @ts-expect-error: applying does not wait
    @Applies(Paid)
    async later(_event: Paid) {}
    // @ts-expect-error: applying returns nothing
    @Applies(Paid)
    returns(_event: Paid) {
      return 1;
    }
    // @ts-expect-error: events come without their envelope
    @Applies(Paid)
    enveloped(_event: RecordedEvent<Paid>) {}
    // @ts-expect-error: one argument
    @Applies(Paid)
    more(_event: Paid, _context: CommandContext) {}
  }
  assert.ok(Account);
});

test('decorators of aggregates do not fit other classes', () => {
  class Other {
    // @ts-expect-error: the class is no AggregateRoot
    @Handles(Open)
    open(_command: Open) {}
    // @ts-expect-error: the class is no AggregateRoot
    @Applies(Paid)
    paid(_event: Paid) {}
  }
  // @ts-expect-error: the class is no AggregateRoot
  @Aggregate('other')
  class NoRoot {}
  // @ts-expect-error: an aggregate is made without arguments
  @Aggregate('other')
  class WithArguments extends AggregateRoot {
    constructor(readonly text: string) {
      super();
    }
  }
  // @ts-expect-error: a category is text
  assert.throws(() => Aggregate(5), { code: 'INVALID_ARGUMENT' });
  // @ts-expect-error: `every` counts events
  assert.throws(() => Aggregate('x', { snapshot: {} }), { code: 'INVALID_ARGUMENT' });
  assert.ok(Other && NoRoot && WithArguments && AggregateId);
});

test('an event is recorded in a handler, not from outside', () => {
  const record = (account: AggregateRoot) => {
    // @ts-expect-error: `record` is the aggregate's own
    account.record(new Paid(1));
  };
  assert.ok(record);
});

test('the fields of a command are its properties, as they are declared', () => {
  expectTypeOf<Fields<Open>>().toEqualTypeOf<{ id: string; owner: string; readonly note?: string }>();
  expectTypeOf<Fields<Reserve>>().toEqualTypeOf<{ id: string }>();
});

test('the result of a command is what it extends `Command` with', () => {
  expectTypeOf<ResultOf<Reserve>>().toEqualTypeOf<number>();
  expectTypeOf<ResultOf<Find>>().toEqualTypeOf<string | undefined>();
  expectTypeOf<ResultOf<Open>>().toEqualTypeOf<void>();
});

test.run();
