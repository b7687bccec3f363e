import assert from 'node:assert/strict';
import type { ModelSession, StoredEvent } from '@tidemark/core';
import { Told, use } from './inline-language.ts';
import { all, any, numbered, range, refused } from './language.ts';
import { begun, checkpoint, checkpointOf, contents, document, letter } from './read-model-language.ts';
import { needing, type Rules } from './rule.ts';

const json = (event: StoredEvent) => event.toJSON();

/** What a projection finds in the transaction of an append. */
export const inlineTransactions: Rules = needing('inlineProjections', {
  'a transaction knows its log, and where that ended before': async (log) => {
    const { events } = log;
    await events.append('account-1', numbered(3), any);
    const head = await events.head();
    const told = use(log, new Told());
    await events.append('account-2', numbered(1), any);
    assert.deepEqual([told.open.logId, told.open.head], [await events.logId(), head]);
  },

  'another opening sees neither events nor documents before the commit': async (log) => {
    const { events, readModels: store, openAnother } = log;
    const other = await openAnother();
    const id = await begun(store);
    const before = contents(store, id);
    const during: unknown[] = [];
    const told: Told = use(
      log,
      new Told({
        append: () => told.open.session(id).write('ada', document(1)),
        flush() {
          told.open.moveCheckpoint(id, checkpoint(1));
          during.push(contents(other.readModels, id));
        },
      }),
    );
    await events.append('account-1', numbered(1), any);
    assert.deepEqual(during, [before]);
    assert.deepEqual(checkpointOf(other.readModels, id), checkpoint(1));
  },

  'events that others appended without it are there behind any position, by pages, and its own too': async (log) => {
    const { events, openAnother } = log;
    const other = await openAnother();
    await events.append('account-1', numbered(3), any);
    await other.events.append('loan-1', numbered(4, 3), any);
    const before = (await all(events.readAll())).map(json);
    const seen: (readonly object[])[] = [];
    const told: Told = use(
      log,
      new Told({
        begin: (tx) =>
          seen.push(tx.eventsAfter(0, 100).map(json), tx.eventsAfter(before[2]?.position ?? 0, 2).map(json)),
        append: () => seen.push(told.open.eventsAfter(0, 100).map(json)),
        flush: () => seen.push(told.open.eventsAfter(told.open.head, 100).map(json)),
      }),
    );
    await events.append('account-2', numbered(2, 7), any);
    const after = (await all(events.readAll())).map(json);
    assert.deepEqual(seen, [before, before.slice(3, 5), after, after.slice(7)]);
  },

  'builds are there as the transaction finds them': async (log) => {
    const { events, readModels: store, openAnother } = log;
    const { readModels: other } = await openAnother();
    const seen: unknown[] = [];
    use(log, new Told({ begin: (tx) => seen.push(tx.builds()) }));
    for (const number of range(3)) {
      const expected: unknown = store.builds();
      await events.append('account-1', numbered(1, number), any);
      assert.deepEqual(seen.at(-1), expected);
      const id = await begun(other, { name: 'balances', version: number });
      await other.transact(id, { expected: undefined, run: () => checkpoint(number + 1) });
    }
  },

  'one build has one session in a transaction, which sees what it did': async (log) => {
    const { events, readModels: store } = log;
    const id = await begun(store);
    const seen: unknown[] = [];
    const told: Told = use(
      log,
      new Told({
        begin: (tx) => tx.session(id).write('ada', document(1)),
        append() {
          const [session, same] = [told.open.session(id), told.open.session(id)];
          seen.push(session.read('ada'), session === same);
          told.open.session(id).write('ada', null);
        },
        flush: () => seen.push(told.open.session(id).read('ada')),
      }),
    );
    await events.append('account-1', numbered(1), any);
    assert.deepEqual(seen, [document(1), true, undefined]);
    assert.equal(store.count(id), 0);
  },

  'a session of a build that is gone is refused': async (log) => {
    const { events, readModels: store } = log;
    const id = await begun(store);
    await store.drop(id);
    use(log, new Told({ begin: (tx) => void tx.session(id) }));
    await refused('BUILD_GONE', () => events.append('account-1', numbered(1), any));
  },

  'whoever keeps a session cannot use it after the transaction': async (log) => {
    const { events, readModels: store } = log;
    const id = await begun(store);
    const kept: ModelSession[] = [];
    for (const refuse of [false, true]) {
      use(
        log,
        new Told({
          begin: (tx) => kept.push(tx.session(id)),
          flush() {
            if (refuse) throw new RangeError();
          },
        }),
      );
      await events.append('account-1', numbered(1), any).catch(() => {});
    }
    assert.equal(kept.length, 2);
    for (const session of kept) {
      await refused('CLOSED', () => session.read('ada'));
      await refused('CLOSED', () => session.write('ada', document(1)));
      await refused('CLOSED', () => session.park(letter(1)));
    }
  },
});
