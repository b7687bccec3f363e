import assert from 'node:assert/strict';
import { type EventFilter, type EventStore, eventData } from '@tidemark/core';
import { Follower } from './follower.ts';
import { all, any } from './language.ts';
import type { OpenLog, Rules } from './rule.ts';

const log = [
  ['account-1', 'Opened'],
  ['account-1', 'Deposited'],
  ['account-10', 'Opened'],
  ['accounts-1', 'Opened'],
  ['Account-1', 'Opened'],
  ['loan-1', 'Opened'],
  ['loan-1', 'deposited'],
  ['account', 'Closed'],
  ['a_c%*[?-1', 'Closed'],
  ['abc-1', 'Closed'],
  ['-1', 'Closed'],
  ['zz\u{10FFFF}-1', 'Closed'],
  ['zz\uFFFF-1', 'Closed'],
  ['zé-1', 'Closed'],
] as const;

export const filtering: Rules = {
  'no filter: all': (at) => gives(at, {}, range14),

  'categories, exactly': async (at) => {
    await gives(at, { categories: ['account'] }, [0, 1, 2, 7]);
    await gives(at, { categories: ['Account'] }, [4]);
    await gives(at, { categories: ['-1'] }, []);
    await gives(at, { categories: [''] }, [10]);
    await gives(at, { categories: ['a_c%*[?'] }, [8]);
  },

  'types, exactly': async (at) => {
    await gives(at, { types: ['Opened'] }, [0, 2, 3, 4, 5]);
    await gives(at, { types: ['Deposited'] }, [1]);
    await gives(at, { types: ['Open'] }, []);
  },

  'beginnings of stream names, exactly': async (at) => {
    await gives(at, { prefixes: ['account-1'] }, [0, 1, 2]);
    await gives(at, { prefixes: ['account'] }, [0, 1, 2, 3, 7]);
    await gives(at, { prefixes: ['a_c'] }, [8]);
    await gives(at, { prefixes: ['a_c%*[?-'] }, [8]);
    await gives(at, { prefixes: ['%'] }, []);
    await gives(at, { prefixes: ['*'] }, []);
    await gives(at, { prefixes: ['a[bc]'] }, []);
    await gives(at, { prefixes: ['zz\u{10FFFF}'] }, [11]);
    await gives(at, { prefixes: ['zz\uFFFF'] }, [12]);
    await gives(at, { prefixes: ['zz'] }, [11, 12]);
    await gives(at, { prefixes: ['ze'] }, []);
    await gives(at, { prefixes: [''] }, range14);
  },

  'OR within one kind': async (at) => {
    await gives(at, { categories: ['loan', 'accounts', 'nobody'] }, [3, 5, 6]);
    await gives(at, { types: ['Deposited', 'deposited'] }, [1, 6]);
    await gives(at, { prefixes: ['account-10', 'loan', 'account-1'] }, [0, 1, 2, 5, 6]);
  },

  'AND between the kinds': async (at) => {
    await gives(at, { categories: ['account'], types: ['Opened'] }, [0, 2]);
    await gives(at, { categories: ['account'], types: ['Opened'], prefixes: ['account-10'] }, [2]);
    await gives(at, { categories: ['loan'], prefixes: ['account'] }, []);
    await gives(at, { types: ['Closed'], prefixes: ['account', 'abc'] }, [7, 9]);
  },

  'names that nobody ever used match nothing': async (at) => {
    await gives(at, { categories: ['constructor'] }, []);
    await gives(at, { types: ['__proto__'] }, []);
  },

  'a name that first appears later is found': async ({ events }) => {
    const filter = { categories: ['account'], types: ['Opened'] };
    assert.deepEqual(await all(events.readAll({ filter })), []);
    const subscription = new Follower((signal) => events.subscribeToAll({ filter, signal }));
    await subscription.untilCaughtUp();
    await events.append('account-1', [eventData('Opened', {})], any);
    assert.equal((await all(events.readAll({ filter }))).length, 1);
    assert.equal((await subscription.take(1)).length, 1);
  },
};

const range14 = log.map((_, index) => index);
const filled = new WeakSet<EventStore>();

/** The same by reading forwards, backwards, and by a subscription. */
async function gives({ events }: OpenLog, filter: EventFilter, wanted: readonly number[]): Promise<void> {
  if (!filled.has(events)) {
    for (const [index, [name, type]] of log.entries()) await events.append(name, [eventData(type, { index })], any);
    filled.add(events);
  }
  const about = JSON.stringify(filter);
  const indexOf = ({ data }: { readonly data: unknown }) => (data as { index: number }).index;
  assert.deepEqual((await all(events.readAll({ filter }))).map(indexOf), wanted, about);
  const backwards = await all(events.readAll({ filter, direction: 'backwards' }));
  assert.deepEqual(backwards.map(indexOf), wanted.toReversed(), about);
  const subscription = new Follower((signal) => events.subscribeToAll({ filter, signal }));
  await subscription.untilCaughtUp();
  assert.deepEqual(subscription.seen.map(indexOf), wanted, about);
  await subscription.end();
}
