import assert from 'node:assert/strict';
import type { Lease, LeaseStore } from '@tidemark/core';
import { range } from './language.ts';
import type { Rules } from './rule.ts';

const minute = 60_000;

export const leasing: Rules = {
  'a lease is one owner’s until it expires': async ({ leases, clock, openAnother }) => {
    const { leases: other } = await openAnother();
    const first = await taken(leases, 'balances', 'one');
    assert.deepEqual(first, { name: 'balances', owner: 'one', token: first.token });
    for (const _ of range(3)) {
      assert.equal(await other.acquire('balances', 'two', minute), undefined);
      clock.advance(minute / 4);
    }
    clock.advance(minute);
    const second = await taken(other, 'balances', 'two');
    assert.equal(second.owner, 'two');
    assert.ok(second.token > first.token, `token ${second.token} came after ${first.token}`);
    assert.equal(await leases.acquire('balances', 'one', minute), undefined);
  },

  'its owner gets it again, and with it more time': async ({ leases, clock }) => {
    const first = await taken(leases, 'balances', 'one');
    for (const _ of range(3)) {
      clock.advance(minute / 2);
      assert.deepEqual(await leases.acquire('balances', 'one', minute), first);
    }
    clock.advance(minute / 2 + 1);
    assert.equal(await leases.acquire('balances', 'two', minute), undefined);
  },

  'its owner gets it again also after it expired, as long as nobody else took it': async ({ leases, clock }) => {
    const first = await taken(leases, 'balances', 'one');
    clock.advance(2 * minute);
    assert.deepEqual(await leases.acquire('balances', 'one', minute), first);
    assert.equal(await leases.acquire('balances', 'two', minute), undefined);
  },

  'renewing prolongs it from now on': async ({ leases, clock }) => {
    const lease = await taken(leases, 'balances', 'one');
    for (const _ of range(5)) {
      clock.advance(minute / 2);
      assert.deepEqual(await leases.renew([lease], minute), [lease]);
    }
    clock.advance(minute / 2);
    assert.equal(await leases.acquire('balances', 'two', minute), undefined);
    clock.advance(minute);
    assert.notEqual(await leases.acquire('balances', 'two', minute), undefined);
  },

  'an expired lease that nobody took is renewed': async ({ leases, clock }) => {
    const lease = await taken(leases, 'balances', 'one');
    clock.advance(2 * minute);
    assert.deepEqual(await leases.renew([lease], minute), [lease]);
    assert.equal(await leases.acquire('balances', 'two', minute), undefined);
  },

  'what was lost or released is not renewed, and what is held still is': async ({ leases, clock }) => {
    const lost = await taken(leases, 'lost', 'one');
    clock.advance(2 * minute);
    const found = await taken(leases, 'lost', 'two');
    const held = await taken(leases, 'held', 'one');
    const released = await taken(leases, 'released', 'one');
    await leases.release([released]);
    const never = { name: 'never', owner: 'one', token: 1 };
    assert.deepEqual(await leases.renew([lost, held, released, never], 10 * minute), [held]);
    clock.advance(2 * minute);
    const next = await taken(leases, 'lost', 'three');
    assert.ok(next.token > found.token, 'a lease was prolonged by somebody who had lost it');
    assert.notEqual(await leases.acquire('released', 'two', minute), undefined);
    assert.notEqual(await leases.acquire('never', 'two', minute), undefined);
    assert.equal(await leases.acquire('held', 'two', minute), undefined);
  },

  'a released lease is free at once': async ({ leases, openAnother }) => {
    const { leases: other } = await openAnother();
    const first = await taken(leases, 'balances', 'one');
    await leases.release([first]);
    const second = await taken(other, 'balances', 'two');
    assert.ok(second.token > first.token, `token ${second.token} came after ${first.token}`);
  },

  'nobody releases what another one holds': async ({ leases, clock }) => {
    const lost = await taken(leases, 'balances', 'one');
    clock.advance(2 * minute);
    await taken(leases, 'balances', 'two');
    await leases.release([lost, lost, { name: 'never', owner: 'one', token: 1 }]);
    assert.equal(await leases.acquire('balances', 'three', minute), undefined);
  },

  'tokens never go back, whoever takes, releases and opens again': async ({ leases, clock, reopen }) => {
    let store = leases;
    let last = 0;
    for (const round of range(12)) {
      const lease = await taken(store, 'balances', round % 2 ? 'one' : 'two');
      assert.ok(lease.token > last, `round ${round}: token ${lease.token} came after ${last}`);
      last = lease.token;
      if (round % 3 === 0) clock.advance(2 * minute);
      else await store.release([lease]);
      if (round % 4 === 3) store = (await reopen()).leases;
    }
    const lease = await taken(store, 'balances', 'one');
    await store.release([lease]);
    const again = await taken(store, 'balances', 'one');
    assert.ok(again.token > lease.token, `token ${again.token} came after ${lease.token}`);
  },

  'a lease outlives the opening that took it': async ({ leases, clock, reopen }) => {
    const lease = await taken(leases, 'balances', 'one');
    const { leases: later } = await reopen();
    assert.equal(await later.acquire('balances', 'two', minute), undefined);
    assert.deepEqual(await later.renew([lease], minute), [lease]);
    clock.advance(2 * minute);
    await taken(later, 'balances', 'two');
  },

  'leases of other names do not matter': async ({ leases }) => {
    const names = ['balances', 'Balances', 'balances ', 'balances@1', '', 'ü 😀', "o'hara"];
    for (const [index, name] of names.entries()) await taken(leases, name, `owner ${index}`);
    for (const name of names) assert.equal(await leases.acquire(name, 'another', minute), undefined, name);
    assert.equal(await leases.acquire('balances', 'Owner 0', minute), undefined);
  },

  'of openings that take one at once, one gets it': async ({ leases, openAnother, clock }) => {
    const openings = [leases, (await openAnother()).leases];
    let last = 0;
    for (const round of range(20)) {
      const racing = range(6).map((racer) => openings[racer % 2]?.acquire('balances', `${round} ${racer}`, minute));
      const winners = (await Promise.all(racing)).filter((lease) => lease !== undefined);
      assert.equal(winners.length, 1);
      assert.ok(Number(winners[0]?.token) > last, 'the token went back');
      last = Number(winners[0]?.token);
      clock.advance(2 * minute);
    }
  },

  'several are renewed and released together, and none at all too': async ({ leases }) => {
    const several: Lease[] = [];
    for (const index of range(300)) several.push(await taken(leases, `partition ${index}`, 'one'));
    assert.deepEqual(await leases.renew(several, minute), several);
    await leases.release(several);
    for (const { name } of several.slice(0, 10)) await taken(leases, name, 'two');
    assert.deepEqual(await leases.renew([], minute), []);
    await leases.release([]);
  },
};

async function taken(leases: LeaseStore, name: string, owner: string): Promise<Lease> {
  const lease = await leases.acquire(name, owner, minute);
  if (lease === undefined) assert.fail(`the lease '${name}' was not given to ${owner}`);
  return lease;
}
