import assert from 'node:assert/strict';
import type { ReadModelStore } from '@tidemark/core';
import { inTime, nextTurn, range } from './language.ts';
import { balances, begun, change, document, plainShape, serve } from './read-model-language.ts';
import type { Rules } from './rule.ts';

const never = new AbortController().signal;

export const modelChanges: Rules = {
  'each change is seen, of whatever kind, by the opening that made it': async ({ readModels: store }) => {
    let id = 0;
    const changes: readonly (() => Promise<unknown>)[] = [
      async () => {
        id = await begun(store);
      },
      () => change(store, id, { ada: document(1) }, { from: undefined, to: 1 }),
      () => change(store, id, {}, { from: 1, to: 2 }),
      () => serve(store, id),
      () => store.drop(id),
    ];
    for (const [index, make] of changes.entries()) {
      const seen = store.seen();
      const waiting = store.wait(seen, never);
      await make();
      assert.ok(store.seen() > seen, `change ${index} was not seen`);
      await inTime(waiting, `waiting for change ${index}`);
    }
  },

  'each change of another opening wakes whoever waits': async ({ readModels: store, openAnother }) => {
    const { readModels: other } = await openAnother();
    let id = 0;
    const changes: readonly (() => Promise<unknown>)[] = [
      async () => {
        id = await begun(other);
      },
      () => change(other, id, { ada: document(1) }, { from: undefined, to: 1 }),
      () => serve(other, id),
      () => other.drop(id),
    ];
    for (const [index, make] of changes.entries()) {
      const waiting = untilBuildsChange(store);
      await nextTurn();
      await make();
      await inTime(waiting, `waiting for change ${index}`);
    }
  },

  'a change between looking and waiting is not missed': async ({ readModels: store, openAnother }) => {
    const { readModels: other } = await openAnother();
    const id = await begun(store);
    for (const number of range(10)) {
      const seen = store.seen();
      const from = number === 0 ? undefined : number;
      await change(number % 2 ? other : store, id, {}, { from, to: number + 1 });
      await inTime(store.wait(seen, never), `waiting for change ${number}`);
    }
  },

  'waiting ends with its signal, also when that has fired before': async ({ readModels: store }) => {
    const controller = new AbortController();
    const waiting = store.wait(store.seen(), controller.signal);
    await nextTurn();
    controller.abort(new RangeError('enough'));
    await inTime(waiting, 'waiting for the signal');
    await inTime(store.wait(store.seen(), controller.signal), 'waiting for a signal that fired');
  },

  'a change wakes everybody who waits': async ({ readModels: store }) => {
    const waiting = range(20).map(() => store.wait(store.seen(), never));
    await store.begin(balances, plainShape);
    await inTime(Promise.all(waiting), 'waiting of twenty');
  },

  'closing wakes whoever waits': async ({ openAnother }) => {
    const { readModels: store, close } = await openAnother();
    const waiting = store.wait(store.seen(), never).catch((error: unknown) => {
      assert.equal((error as { code?: unknown }).code, 'CLOSED');
    });
    await nextTurn();
    await close();
    await inTime(waiting, 'waiting of a closed store');
  },
};

/** A store may wake its users for nothing, too. */
async function untilBuildsChange(store: ReadModelStore): Promise<void> {
  const before = JSON.stringify(store.builds());
  for (let seen = store.seen(); JSON.stringify(store.builds()) === before; seen = store.seen())
    await store.wait(seen, never);
}
