import assert from 'node:assert/strict';
import type { Observable } from 'rxjs';
import { test } from 'uvu';
import { isLiveProjection, live } from '../../../src/projection/live/live.ts';
import { Balances, MoneyDeposited, purse } from '../../fixtures/bank.ts';

const same = <T>(events$: Observable<T>) => events$;

test('a live projection has its name, its filter and its pipeline, and cannot be changed', () => {
  const filter = { types: [MoneyDeposited, 'Foreign'], categories: ['account'] } as const;
  const projection = live('some', filter, same);
  assert.deepEqual({ ...projection }, { name: 'some', filter, pipeline: same });
  assert.deepEqual(live('all', same).filter, {});
  assert.throws(() => Object.assign(projection, { name: 'other' }), TypeError);
});

test('it is told from projection classes and deciders', () => {
  assert.ok(isLiveProjection(live('all', same)));
  for (const other of [Balances, purse, undefined, null, 'all', {}, same]) assert.ok(!isLiveProjection(other));
});

test('arguments that are none are refused', () => {
  const refused = (argument: string, ...args: unknown[]) =>
    assert.throws(() => (live as (...args: unknown[]) => unknown)(...args), { code: 'INVALID_ARGUMENT', argument });
  class Unmarked {}
  for (const name of ['', 'a\nb', 'x'.repeat(129), 5, undefined, same]) refused('live name', name, {}, same);
  refused("pipeline of 'a'", 'a');
  refused("pipeline of 'a'", 'a', {});
  refused("pipeline of 'a'", 'a', {}, 'pipeline');
  for (const filter of [null, undefined, 5, [], { type: [MoneyDeposited] }]) refused('filter', 'a', filter, same);
  for (const types of [[], MoneyDeposited, 'MoneyDeposited', [5]]) refused('filter.types', 'a', { types }, same);
  refused('filter.types', 'a', { types: [Unmarked] }, same);
  refused('filter.categories', 'a', { categories: [] }, same);
});

test.run();
