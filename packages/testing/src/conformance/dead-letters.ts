import assert from 'node:assert/strict';
import type { DeadLetter, ModelSession, ReadModelStore } from '@tidemark/core';
import { range } from './language.ts';
import { balances, begun, checkpoint, letter } from './read-model-language.ts';
import type { Rules } from './rule.ts';

export const deadLetters: Rules = {
  'a parked event comes back with all that is known of it': async ({ readModels: store, openAnother, reopen }) => {
    const id = await begun(store);
    const letters: readonly DeadLetter[] = [
      letter(1, { error: undefined, attempts: 0, revision: 0 }),
      letter(2, { error: '' }),
      letter(3, { error: `RangeError: ü 😀 "'\n${'x'.repeat(20_000)}`, streamName: 'Konto-ü', type: 'Bezahlt' }),
      letter(Number.MAX_SAFE_INTEGER, { revision: Number.MAX_SAFE_INTEGER, parkedAt: 8.64e15 }),
    ];
    await park(store, id, letters);
    assert.deepEqual(store.parked(id), letters);
    assert.deepEqual((await openAnother()).readModels.parked(id), letters);
    assert.deepEqual((await reopen()).readModels.parked(id), letters);
  },

  'parked events are in order of position': async ({ readModels: store }) => {
    const id = await begun(store);
    for (const position of [10, 9, 100, 2]) await park(store, id, [letter(position + 1), letter(position)]);
    assert.deepEqual(positions(store, id), [2, 3, 9, 10, 11, 100, 101]);
  },

  'an event that is parked again replaces what was known of it': async ({ readModels: store }) => {
    const id = await begun(store);
    await park(store, id, [letter(5)]);
    const again = letter(5, { attempts: 8, error: 'RangeError: still', parkedAt: 1_800_000_000_000 });
    await park(store, id, [again]);
    assert.deepEqual(store.parked(id), [again]);
    const waiting = letter(5, { error: undefined, attempts: 0 });
    await park(store, id, [waiting]);
    assert.deepEqual(store.parked(id), [waiting]);
  },

  'an event that is unparked is gone, and one that was not parked does not matter': async ({ readModels: store }) => {
    const id = await begun(store);
    await park(
      store,
      id,
      range(3, 1).map((position) => letter(position)),
    );
    assert.deepEqual(positions(store, id), [1, 2, 3]);
    await act(store, id, (session) => {
      for (const position of [2, 2, 99]) session.unpark(position);
    });
    assert.deepEqual(positions(store, id), [1, 3]);
    await park(store, id, [letter(2)]);
    assert.deepEqual(positions(store, id), [1, 2, 3]);
  },

  'parked and unparked in one transaction, the last word counts': async ({ readModels: store }) => {
    const id = await begun(store);
    await park(store, id, [letter(1)]);
    await act(store, id, (session) => {
      session.unpark(1);
      session.park(letter(1, { attempts: 9 }));
      session.park(letter(2));
      session.unpark(2);
    });
    assert.deepEqual(store.parked(id), [letter(1, { attempts: 9 })]);
  },

  'a failed transaction parks and unparks nothing': async ({ readModels: store }) => {
    const id = await begun(store);
    await park(store, id, [letter(1)]);
    const failing = act(store, id, (session) => {
      session.unpark(1);
      session.park(letter(2));
      throw new RangeError();
    });
    await assert.rejects(failing, RangeError);
    assert.deepEqual(store.parked(id), [letter(1)]);
  },

  'a session sees the parked events of a stream, its own changes included': async ({ readModels: store }) => {
    const id = await begun(store);
    const other = { streamName: 'account-2' };
    await act(store, id, (session) => {
      for (const one of [letter(30), letter(4), letter(5, other)]) session.park(one);
    });
    const seen: unknown[] = [];
    await act(store, id, (session) => {
      const look = () => seen.push(session.parkedIn('account-1'));
      look();
      session.park(letter(7));
      session.park(letter(8, other));
      session.unpark(4);
      session.park(letter(30, { attempts: 9 }));
      look();
      for (const position of [7, 30]) session.unpark(position);
      look();
    });
    assert.deepEqual(seen, [[letter(4), letter(30)], [letter(7), letter(30, { attempts: 9 })], []]);
    const names = ['account-2', 'account-1', 'Account-2', 'account', ''];
    let later: unknown;
    await act(store, id, (session) => {
      later = names.map((name) => session.parkedIn(name));
    });
    assert.deepEqual(later, [[letter(5, other), letter(8, other)], [], [], [], []]);
  },

  'builds have their parked events apart': async ({ readModels: store }) => {
    const [id, other] = [await begun(store), await begun(store, { ...balances, version: 2 })];
    await park(store, id, [letter(1)]);
    await act(store, other, (session) => {
      session.park(letter(1, { attempts: 9 }));
      session.unpark(2);
      assert.deepEqual(session.parkedIn('account-1'), [letter(1, { attempts: 9 })]);
    });
    await park(store, id, [letter(2)]);
    assert.deepEqual([positions(store, id), positions(store, other)], [[1, 2], [1]]);
    await store.drop(id);
    assert.deepEqual(store.parked(other), [letter(1, { attempts: 9 })]);
  },

  'a letter can be changed after it was given, and after it was got': async ({ readModels: store }) => {
    const id = await begun(store);
    const given = { ...letter(1) };
    await act(store, id, (session) => {
      session.park(given);
      Object.assign(given, { attempts: 99 });
      Object.assign(session.parkedIn('account-1')[0] ?? {}, { attempts: 98 });
    });
    Object.assign(store.parked(id)[0] ?? {}, { attempts: 97 });
    assert.deepEqual(store.parked(id), [letter(1)]);
  },
};

/** One transaction that does not look at the checkpoint. */
async function act(store: ReadModelStore, id: number, run: (session: ModelSession) => unknown): Promise<void> {
  await store.transact(id, {
    expected: 'any',
    run(session) {
      run(session);
      return checkpoint(1);
    },
  });
}

async function park(store: ReadModelStore, id: number, letters: readonly DeadLetter[]): Promise<void> {
  await act(store, id, (session) => {
    for (const one of letters) session.park(one);
  });
}

function positions(store: ReadModelStore, id: number): readonly number[] {
  const found = store.parked(id).map(({ position }) => position);
  assert.equal(store.countParked(id), found.length);
  return found;
}
