import assert from 'node:assert/strict';
import { from, lastValueFrom, map, toArray } from 'rxjs';
import { test } from 'uvu';
import { type ScanByKeyOptions, scanByKey } from '../../src/subscription/scan-by-key.ts';

interface Deposit {
  readonly account: string;
  readonly amount: number;
}

const deposits = (...amounts: readonly (readonly [string, number])[]) =>
  from(amounts.map(([account, amount]): Deposit => ({ account, amount })));
const sums = (options?: ScanByKeyOptions) =>
  scanByKey(
    ({ account }: Deposit) => account,
    (sum, { amount }) => sum + amount,
    0,
    options,
  );

test('each key has an accumulator of its own, and each event emits the one it changed', async () => {
  const steps = deposits(['a', 1], ['b', 10], ['a', 2]).pipe(
    sums(),
    map(({ key, value, all }) => [key, value, Object.fromEntries(all)]),
    toArray(),
  );
  assert.deepEqual(await lastValueFrom(steps), [
    ['a', 1, { a: 1 }],
    ['b', 10, { a: 1, b: 10 }],
    ['a', 3, { a: 3, b: 10 }],
  ]);
});

test('`all` is one and the same Map, so that no event pays for the number of keys', async () => {
  const steps = await lastValueFrom(deposits(['a', 1], ['b', 10]).pipe(sums(), toArray()));
  assert.equal(steps[0]?.all, steps[1]?.all);
  assert.equal(steps[0]?.all.size, 2, 'an emission that was kept shows what came later');
});

test('each subscription begins with no keys', async () => {
  const source = deposits(['a', 1]).pipe(sums());
  await lastValueFrom(source);
  assert.deepEqual([...(await lastValueFrom(source)).all], [['a', 1]]);
});

test('a seed that is a function makes each key’s own beginning, and is told the key', async () => {
  const amounts = scanByKey(
    ({ account }: Deposit) => account,
    (seen, { amount }) => seen.add(amount),
    (key: string) => new Set<string | number>([key]),
  );
  const { all } = await lastValueFrom(deposits(['a', 1], ['b', 2], ['a', 3]).pipe(amounts));
  assert.deepEqual(Object.fromEntries(all), { a: new Set(['a', 1, 3]), b: new Set(['b', 2]) });
});

test('an accumulator that has become undefined is kept, and not begun anew', async () => {
  const values = deposits(['a', 1], ['a', 2]).pipe(
    scanByKey<Deposit, string, number | undefined>(
      ({ account }) => account,
      (value, { amount }) => (value === undefined ? -amount : undefined),
      0,
    ),
    map(({ value }) => value),
    toArray(),
  );
  assert.deepEqual(await lastValueFrom(values), [undefined, -2]);
});

test('with `most`, the key that was updated the longest time ago goes, and begins anew', async () => {
  const steps = deposits(['a', 1], ['b', 1], ['a', 1], ['c', 1], ['b', 1]).pipe(
    sums({ most: 2 }),
    map(({ all }) => Object.fromEntries(all)),
    toArray(),
  );
  assert.deepEqual((await lastValueFrom(steps)).slice(2), [
    { a: 2, b: 1 },
    { a: 2, c: 1 },
    { c: 1, b: 1 },
  ]);
});

test('what a reducer throws ends the stream with it', async () => {
  const failing = deposits(['a', 1]).pipe(
    scanByKey(
      ({ account }) => account,
      () => {
        throw new RangeError('bad luck');
      },
      0,
    ),
  );
  await assert.rejects(lastValueFrom(failing), RangeError);
});

test('arguments that are none are refused', () => {
  const bad =
    (...args: unknown[]) =>
    () =>
      (scanByKey as (...args: unknown[]) => unknown)(...args);
  const fine = () => 0;
  for (const [argument, call] of [
    ['scanByKey keyOf', bad('account', fine, 0)],
    ['scanByKey reducer', bad(fine, undefined, 0)],
    ['scanByKey options', bad(fine, fine, 0, null)],
    ['scanByKey most', bad(fine, fine, 0, { most: 0 })],
    ['scanByKey most', bad(fine, fine, 0, { most: 1.5 })],
    ['scanByKey most', bad(fine, fine, 0, { most: '9' })],
  ] as const) {
    assert.throws(call, { code: 'INVALID_ARGUMENT', argument });
  }
});

test.run();
