/** Leases between connections to one file: one holds, and a later holder is known from an earlier one. */
import type { Lease } from '@tidemark/core';
import { manualClock } from '@tidemark/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Opened, opened } from './opened.ts';
import { balances, checkpoint, document, serve } from './read-models/models.ts';
import { refused } from './refusals.ts';
import { temporaryFile } from './temporary.ts';

async function two() {
  const file = temporaryFile();
  const clock = manualClock();
  const ours = await opened(file, { clock });
  const theirs = await opened(file, { clock });
  return { file, clock, ours, theirs, end: () => Promise.all([ours.close(), theirs.close()]) };
}

const take = ({ leases }: Opened, owner: string, duration = 1_000) => leases.acquire('leader', owner, duration);

test('of many that ask at the same moment one gets it, until it is late or lets it go', async () => {
  const { clock, ours, theirs, end } = await two();
  const first = await Promise.all([take(ours, 'a'), take(theirs, 'b'), take(ours, 'c'), take(theirs, 'd')]);
  const held = first.filter((lease) => lease !== undefined);
  assert.is(held.length, 1);
  assert.is(held[0]?.token, 1);
  clock.advance(999);
  assert.is(await take(theirs, 'z'), undefined);
  clock.advance(1);
  assert.equal(await take(theirs, 'z'), { name: 'leader', owner: 'z', token: 2 });
  await theirs.leases.release([{ name: 'leader', owner: 'z', token: 2 }]);
  assert.equal(await take(ours, 'a'), { name: 'leader', owner: 'a', token: 3 });
  await end();
});

test('the holder that asks again keeps its token, also late, and prolongs it', async () => {
  const { clock, ours, theirs, end } = await two();
  const lease = await take(ours, 'a');
  clock.advance(600);
  assert.equal(await take(ours, 'a'), lease);
  clock.advance(600);
  assert.is(await take(theirs, 'b'), undefined, 'it was prolonged');
  clock.advance(5_000);
  assert.equal(await take(ours, 'a'), lease);
  await end();
});

test('of several leases those are prolonged that are held still', async () => {
  const { clock, ours, theirs, end } = await two();
  const names = ['kept', 'late', 'lost', 'released'];
  const leases = (await Promise.all(names.map((name) => ours.leases.acquire(name, 'a', 1_000)))) as readonly Lease[];
  clock.advance(2_000);
  await theirs.leases.acquire('lost', 'b', 1_000);
  await ours.leases.release(leases.filter(({ name }) => name === 'released'));
  const renewed = await ours.leases.renew(leases, 1_000);
  assert.equal(
    renewed.map(({ name }) => name),
    ['kept', 'late'],
  );
  await ours.leases.release(leases);
  assert.is(await ours.leases.acquire('lost', 'a', 1_000), undefined, 'what is not held was let go');
  await end();
});

test('tokens never go back, though it was released and the file was closed', async () => {
  const file = temporaryFile();
  for (let round = 1; round <= 3; round += 1) {
    const stores = await opened(file);
    const lease = await take(stores, 'same');
    assert.is(lease?.token, round);
    await stores.leases.release(lease === undefined ? [] : [lease]);
    await stores.close();
  }
});

test('whoever lost its lease writes nothing more, and is told who has it; a late one that nobody took is good', async () => {
  const { clock, ours, theirs, end } = await two();
  const { readModels } = ours;
  const { id } = await serve(readModels, balances);
  const fence = await take(ours, 'a');
  let runs = 0;
  const write = (expected: number | undefined) =>
    readModels.transact(id, {
      expected,
      fence,
      run: (session) => {
        runs += 1;
        session.write('a', document(runs));
        return checkpoint(runs);
      },
    });
  await write(undefined);
  clock.advance(9_999);
  await write(1);
  const next = await take(theirs, 'b');
  const lost = await refused('LEASE_LOST', () => write(2));
  assert.equal([lost['lease'], lost['token'], lost['actual']], ['leader', 1, 2]);
  await refused('LEASE_LOST', () => readModels.changeStates([{ id, from: 'served', to: 'kept' }], fence));
  await theirs.leases.release(next === undefined ? [] : [next]);
  assert.is((await refused('LEASE_LOST', () => write(2)))['actual'], undefined);
  assert.is(
    (await refused('LEASE_LOST', () => readModels.changeStates([], { name: 'never', token: 1 })))['actual'],
    undefined,
  );
  assert.is(runs, 2);
  assert.is(readModels.served(balances), id);
  await end();
});

test('a duration that is none is refused', async () => {
  const { ours, end } = await two();
  for (const duration of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5' as unknown as number])
    await refused('INVALID_ARGUMENT', () => take(ours, 'a', duration));
  assert.is((await take(ours, 'a', 0.5))?.token, 1);
  await end();
});

test.run();
