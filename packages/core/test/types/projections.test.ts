/** What compiles and what does not: `npm run typecheck` is the test, running it shows that it loads. */
import assert from 'node:assert/strict';
import {
  type Application,
  type DocumentReader,
  Documents,
  isEvent,
  On,
  Projection,
  type RecordedEvent,
  type Reshape,
  upcast,
} from '@tidemark/core';
import { expectTypeOf } from 'expect-type';
import { test } from 'uvu';
import { Opened, OpenedAt, Paid } from './declarations.ts';

interface Balance {
  readonly owner: string;
  readonly amount: number;
}

@Projection('balances')
class Balances extends Documents<Balance> {
  @On(Opened)
  opened({ data, aggregateId }: RecordedEvent<Opened>) {
    this.put(aggregateId, { owner: data.owner, amount: 0 });
  }
  @On(Paid)
  paid({ data, aggregateId }: RecordedEvent<Paid>): void {
    this.update(aggregateId, (balance) => ({ ...balance, amount: balance.amount + data.amount }));
  }
}

test('a handler takes the decorated event in its envelope, one of several, or any', () => {
  class Counts extends Documents<number> {
    @On(Opened)
    @On(Paid)
    both({ data }: RecordedEvent<Opened | Paid>) {
      expectTypeOf(data).toEqualTypeOf<Opened | Paid>();
    }
    @On(Opened)
    @On(Paid)
    either(_event: RecordedEvent<Opened> | RecordedEvent<Paid>) {}
    @On(Opened)
    @On(Paid)
    any({ aggregateId }: RecordedEvent) {
      this.remove(aggregateId);
    }
    @On(Paid)
    none() {}
  }
  assert.ok(Counts);
});

test('a handler of another event, one that waits or returns, or takes more, does not compile', () => {
  class Counts extends Documents<number> {
    // @ts-expect-error: it is decorated with another event
    @On(Opened)
    paid(_event: RecordedEvent<Paid>) {}
    // @ts-expect-error: the decorated event lacks a field that the method reads
    @On(Opened)
    openedAt(_event: RecordedEvent<OpenedAt>) {}
    // @ts-expect-error: the method's event is another, though it would do
    @On(OpenedAt)
    opened(_event: RecordedEvent<Opened>) {}
    // @ts-expect-error: handlers do not wait
    @On(Paid)
    async later(_event: RecordedEvent<Paid>) {}
    // @ts-expect-error: handlers return nothing
    @On(Paid)
    returns(_event: RecordedEvent<Paid>) {
      return 1;
    }
    // @ts-expect-error: events come in their envelope
    @On(Paid)
    bare(_event: Paid) {}
    // @ts-expect-error: one argument
    @On(Paid)
    more(_event: RecordedEvent<Paid>, _more: number) {}
  }
  assert.ok(Counts);
});

test('decorators of projections do not fit other classes', () => {
  class Other {
    // @ts-expect-error: the class is no read model
    @On(Paid)
    paid(_event: RecordedEvent<Paid>) {}
  }
  // @ts-expect-error: the class is no read model
  @Projection('other')
  class NoModel {}
  assert.ok(Other && NoModel);
});

test('documents are of the declared type, in the projection and in the application', () => {
  class Mistaken extends Documents<Balance> {
    @On(Opened)
    opened({ aggregateId }: RecordedEvent<Opened>) {
      // @ts-expect-error: owner is missing
      this.put(aggregateId, { amount: 0 });
      // @ts-expect-error: amount is a number
      this.update(aggregateId, (balance) => ({ ...balance, amount: 'x' }));
      expectTypeOf(this.get(aggregateId)).toEqualTypeOf<Balance | undefined>();
    }
  }
  const read = async (app: Application) => {
    expectTypeOf(app.documents(Balances)).toEqualTypeOf<DocumentReader<Balance>>();
    expectTypeOf(await app.documents(Balances).get('1')).toEqualTypeOf<Balance | undefined>();
    await app.caughtUp(Balances, 5, { timeout: 10 });
    // @ts-expect-error: an event is no projection
    app.documents(Paid);
    // @ts-expect-error: only handlers change documents
    new Balances().put('1', { owner: 'Ada', amount: 0 });
  };
  assert.ok(Mistaken && read);
});

test('isEvent narrows an event to its class', () => {
  const read = (event: RecordedEvent) => {
    expectTypeOf(event.data).toBeUnknown();
    if (isEvent(event, Paid)) expectTypeOf(event.data).toEqualTypeOf<Paid>();
  };
  assert.ok(read);
});

test('an upcaster reshapes, renames, splits or drops, and not two of them at once', () => {
  upcast('Paid', { from: 1, with: (data) => ({ ...data, currency: 'EUR' }) });
  upcast('Paid', {
    from: 1,
    with: (data, { recordedAt }) => Object.assign(data, { recordedAt }),
    to: { type: 'Paid', version: 4 },
  });
  upcast<{ amount: number }>('Paid', { from: 1, with: ({ amount }) => ({ amount: amount * 100 }) });
  expectTypeOf<Parameters<NonNullable<Reshape<{ a: 1 }>['with']>>[0]>().toEqualTypeOf<{ a: 1 }>();
  const mistakes = () => [
    // @ts-expect-error: it begins at no version
    upcast('Paid', { with: (data) => data }),
    // @ts-expect-error: the pieces of a split are declared
    upcast('Paid', { from: 1, split: () => [] }),
    // @ts-expect-error: a new shape is an object
    upcast('Paid', { from: 1, with: () => 5 }),
    // @ts-expect-error: nothing waits while an event is read
    upcast('Paid', { from: 1, with: async (data) => data }),
    // @ts-expect-error: what is dropped has no new shape
    upcast('Paid', { from: 1, drop: true, with: (data) => data }),
    // @ts-expect-error: what is split has no one name
    upcast('Paid', { from: 1, split: () => [], into: [], to: 'Closed' }),
    // @ts-expect-error: drop is true, or not there
    upcast('Paid', { from: 1, drop: false }),
  ];
  assert.ok(mistakes);
});

test.run();
