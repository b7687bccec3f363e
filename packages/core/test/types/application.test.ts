/** What compiles and what does not: `npm run typecheck` is the test, running it shows that it loads. */
import assert from 'node:assert/strict';
import {
  Aggregate,
  AggregateRoot,
  type Application,
  type ApplicationOptions,
  type CommandContext,
  createApplication,
  decider,
  Handles,
  type Loaded,
  memory,
  ofType,
  type RecordedEvent,
} from '@tidemark/core';
import { expectTypeOf } from 'expect-type';
import type { Observable } from 'rxjs';
import { test } from 'uvu';
import { Find, Open, Opened, OpenedAt, Paid, Pay, Reserve } from './declarations.ts';

@Aggregate('account')
class Account extends AggregateRoot {
  balance = 0;
}

const counter = decider('counter', {
  commands: [Pay],
  events: [Paid],
  id: ({ id }) => id,
  initialState: () => ({ total: 0 }),
  decide: ({ amount }) => new Paid(amount),
  evolve: ({ total }, { amount }) => ({ total: total + amount }),
});

/** Is compiled, and not run. */
const compiled = (use: (app: Application) => unknown) => assert.ok(use);

test('execute takes the fields of its command, and what may be missing may be missing', () => {
  compiled((app) => [
    app.execute(Open, { id: '1', owner: 'Ada' }),
    app.execute(
      Open,
      { id: '1', owner: 'Ada', note: 'x' },
      { commandId: 'c', expectedRevision: 'no_stream', occurredAt: new Date() },
    ),
    app.execute(Open, { id: '1', owner: 'Ada' }, { commandId: undefined, signal: undefined, metadata: undefined }),
  ]);
});

test('execute refuses a field that is missing, misspelt, of another type, or not the command’s', () => {
  compiled((app) => [
    // @ts-expect-error: owner is missing
    app.execute(Open, { id: '1' }),
    // @ts-expect-error: ownr is misspelt
    app.execute(Open, { id: '1', owner: 'Ada', ownr: 'Ada' }),
    // @ts-expect-error: owner is text
    app.execute(Open, { id: '1', owner: 5 }),
    // @ts-expect-error: amount belongs to another command
    app.execute(Open, { id: '1', owner: 'Ada', amount: 5 }),
    // @ts-expect-error: methods are no fields
    app.execute(Open, { id: '1', owner: 'Ada', greeting: () => '' }),
    // @ts-expect-error: there are no fields at all
    app.execute(Open),
    // @ts-expect-error: a field cannot be undefined where it may be missing
    app.execute(Open, { id: '1', owner: 'Ada', note: undefined }),
  ]);
});

test('execute refuses options that are none', () => {
  compiled((app) => [
    // @ts-expect-error: commandID is misspelt
    app.execute(Pay, { id: '1', amount: 1 }, { commandID: 'c' }),
    // @ts-expect-error: a date, not text
    app.execute(Pay, { id: '1', amount: 1 }, { occurredAt: '2026-01-01' }),
    // @ts-expect-error: no such expectation
    app.execute(Pay, { id: '1', amount: 1 }, { expectedRevision: 'exists' }),
    // @ts-expect-error: metadata is plain JSON
    app.execute(Pay, { id: '1', amount: 1 }, { metadata: { at: new Date() } }),
    // @ts-expect-error: a class, not its name
    app.execute('Pay', { id: '1', amount: 1 }),
  ]);
});

test("a receipt's `returned` is what the command's handler returns", () => {
  compiled(async (app) => {
    expectTypeOf((await app.execute(Reserve, { id: '1' })).returned).toEqualTypeOf<number>();
    expectTypeOf((await app.execute(Find, { id: '1' })).returned).toEqualTypeOf<string | undefined>();
    expectTypeOf((await app.execute(Pay, { id: '1', amount: 1 })).returned).toEqualTypeOf<void>();
  });
});

test('load gives an instance of the class, or the state of the decider', () => {
  compiled(async (app) => {
    expectTypeOf(await app.load(Account, '1')).toEqualTypeOf<Account>();
    expectTypeOf(await app.load(Account, '1', { at: new Date() })).toEqualTypeOf<Account>();
    const loaded = await app.load(counter, '1', { atRevision: 3 });
    expectTypeOf(loaded).toEqualTypeOf<Loaded<{ total: number }>>();
    expectTypeOf(app.history(counter, '1')).toEqualTypeOf<AsyncIterable<RecordedEvent>>();
    // @ts-expect-error: an event is no aggregate
    await app.load(Paid, '1');
    // @ts-expect-error: a revision is a number
    await app.load(Account, '1', { atRevision: '3' });
  });
});

test('events of named types are of these types, of names or none of any', () => {
  compiled((app) => {
    const two = app.events({ types: [Opened, Paid] });
    expectTypeOf(two).toEqualTypeOf<AsyncIterable<RecordedEvent<Opened> | RecordedEvent<Paid>>>();
    expectTypeOf(app.events({ types: [Paid], categories: ['account'] })).toEqualTypeOf<
      AsyncIterable<RecordedEvent<Paid>>
    >();
    expectTypeOf(app.events$({ types: [Paid] })).toEqualTypeOf<Observable<RecordedEvent<Paid>>>();
    expectTypeOf(app.events({ types: ['Paid'] })).toEqualTypeOf<AsyncIterable<RecordedEvent>>();
    expectTypeOf(app.events({ categories: ['account'] })).toEqualTypeOf<AsyncIterable<RecordedEvent>>();
    expectTypeOf(app.events()).toEqualTypeOf<AsyncIterable<RecordedEvent>>();
    // @ts-expect-error: `categories`, not `category`
    app.events({ category: ['account'] });
  });
});

test('of a list that is only known when it runs, events are of any of its classes', () => {
  compiled((app) => {
    const types: readonly (typeof Opened | typeof Paid)[] = [Opened, Paid];
    expectTypeOf(app.events({ types })).toEqualTypeOf<AsyncIterable<RecordedEvent<Opened> | RecordedEvent<Paid>>>();
  });
});

test('a subscription’s handler gets events of the types it asked for', () => {
  compiled((app) => {
    app.subscribe({ types: [Opened, Paid] }, (event) => {
      expectTypeOf(event.data).toEqualTypeOf<Opened | Paid>();
    });
    app.subscribe({}, async ({ data }) => {
      expectTypeOf(data).toBeUnknown();
    });
    // @ts-expect-error: it does not get what it asked for
    app.subscribe({ types: [Opened] }, (_event: RecordedEvent<Paid>) => {});
  });
});

test('ofType narrows, from any stream of events', () => {
  compiled((app) => {
    expectTypeOf(app.events$().pipe(ofType(Paid))).toEqualTypeOf<Observable<RecordedEvent<Paid>>>();
    const both = app.events$({ types: [Opened, Paid, OpenedAt] }).pipe(ofType(Opened, Paid));
    expectTypeOf(both).toEqualTypeOf<Observable<RecordedEvent<Opened | Paid>>>();
    // @ts-expect-error: a class, not its name
    app.events$().pipe(ofType('Paid'));
  });
});

test('createApplication takes its parts, and refuses what is none', () => {
  const create = (options: Partial<ApplicationOptions>) => createApplication({ store: memory(), ...options });
  const mistakes = () => [
    // @ts-expect-error: there is no application without a store
    createApplication({}),
    // @ts-expect-error: an instance is no class
    create({ aggregates: [new Account()] }),
    // @ts-expect-error: an event is no aggregate
    create({ aggregates: [Paid] }),
    // @ts-expect-error: an aggregate is no projection
    create({ projections: [Account] }),
    // @ts-expect-error: aggregats is misspelt
    create({ aggregats: [Account] }),
  ];
  const right = () => create({ aggregates: [Account, counter], services: { limit: 5 } });
  assert.ok(mistakes);
  assert.ok(right);
});

test('createApplication wants the services that the handlers of its aggregates take', () => {
  interface Rates {
    readonly limit: number;
  }
  interface Mailer {
    send(text: string): void;
  }
  class Limited extends AggregateRoot {
    @Handles(Pay)
    pay(_command: Pay, { services }: CommandContext<Rates>): void {
      assert.ok(services.limit);
    }
    @Handles(Open)
    open(_command: Open, _context: CommandContext): void {}
  }
  class Mailing extends AggregateRoot {
    @Handles(Find)
    async find(_command: Find, { services }: CommandContext<Mailer>): Promise<string | undefined> {
      services.send('found');
      return undefined;
    }
  }
  class Maybe extends AggregateRoot {
    @Handles(Pay)
    pay(_command: Pay, { services }: CommandContext<Rates | undefined>): void {
      assert.ok(services?.limit);
    }
  }
  const store = memory();
  const send = () => {};
  const compiledOnly = () => [
    createApplication({ store, aggregates: [Limited], services: { limit: 5 } }),
    createApplication({ store, aggregates: [Limited, counter, Mailing], services: { limit: 5, send } }),
    createApplication({ store, aggregates: [Maybe] }),
    createApplication({ store, aggregates: [Maybe], services: undefined }),
    createApplication({ store, aggregates: [Maybe], services: { limit: 5 } }),
    createApplication({ store, aggregates: [Account, counter] }),
    createApplication({ store, aggregates: [Account], services: 'anything' }),
    createApplication({ store }),
    // @ts-expect-error: services are missing
    createApplication({ store, aggregates: [Limited] }),
    // @ts-expect-error: limit is a number
    createApplication({ store, aggregates: [Limited], services: { limit: '5' } }),
    // @ts-expect-error: Mailing's are missing
    createApplication({ store, aggregates: [Limited, Mailing], services: { limit: 5 } }),
    // @ts-expect-error: where there may be none, there may not be wrong ones
    createApplication({ store, aggregates: [Maybe], services: { limit: '5' } }),
  ];
  assert.ok(compiledOnly);
});

test.run();
