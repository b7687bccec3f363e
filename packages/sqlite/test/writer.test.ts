/** Group commit: what shares a transaction, and what waits for the disk. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Durability, FaultPoint, FaultyTransaction } from '../src/index.ts';
import { sqlite } from '../src/index.ts';
import { any, noStream, numbered, places } from './events.ts';
import { refused } from './refusals.ts';
import { temporaryFile } from './temporary.ts';

/** Opens a new file, and writes down each point that its transactions pass. */
async function watched(durability: Durability = 'full') {
  const passed: string[] = [];
  const at = (point: FaultPoint, { lane, synchronous }: FaultyTransaction) =>
    passed.push(`${lane} ${point} ${synchronous()}`);
  const stores = await sqlite(temporaryFile(), { durability, faults: { at } }).open();
  return { ...stores, passed, transactions: () => passed.filter((point) => point.includes('after-commit')).length };
}

const snapshot = (revision: number) => ({
  ...{ streamName: 'account-1', kind: 'Account@1', fingerprint: 'f', position: 1, eventId: 'e', state: '{}' },
  revision,
});

test('what is asked for in one turn of the event loop shares one transaction', async () => {
  const { events, transactions, close } = await watched();
  await Promise.all(Array.from({ length: 50 }, (_, index) => events.append(`account-${index}`, numbered(1), noStream)));
  assert.is(transactions(), 1);
  await close();
});

test('appends from many callbacks of one turn share it too, as they come from sockets', async () => {
  const { events, transactions, close } = await watched();
  const appends: Promise<unknown>[] = [];
  await new Promise<void>((resolve) => {
    for (let index = 0; index < 20; index += 1) {
      setTimeout(() => {
        appends.push(events.append(`account-${index}`, numbered(1), noStream));
        if (appends.length === 20) resolve();
      }, 1);
    }
  });
  await Promise.all(appends);
  assert.ok(transactions() <= 10, `found ${transactions()} transactions for 20 appends`);
  await close();
});

test('who was found alone and asks again does not wait for the end of the turn, every second time', async () => {
  const { events, close } = await watched();
  const atTurnsEnd: boolean[] = [];
  for (let index = 0; index < 6; index += 1) {
    let hasEnded = false;
    setImmediate(() => {
      hasEnded = true;
    });
    await events.append(`account-${index}`, numbered(1), noStream);
    atTurnsEnd.push(hasEnded);
  }
  assert.equal(atTurnsEnd, [true, false, true, false, true, false]);
  await close();
});

test('what microtasks bring goes along with who does not wait for the end of the turn', async () => {
  const { events, transactions, close } = await watched();
  await events.append('account-1', numbered(1), noStream);
  const late = Promise.resolve()
    .then(() => undefined)
    .then(() => events.append('account-3', numbered(1), noStream));
  await Promise.all([events.append('account-2', numbered(1), noStream), late]);
  assert.is(transactions(), 2);
  await close();
});

test('behind callers who were together everybody waits for the end of the turn', async () => {
  const { events, transactions, close } = await watched();
  // Callbacks of one phase of the loop, as those of sockets are: microtasks and ticks run between them.
  const call = (name: string) =>
    new Promise<unknown>((resolve) => setImmediate(() => resolve(events.append(name, numbered(1), noStream))));
  for (let round = 0; round < 5; round += 1) await Promise.all([call(`account-${round}`), call(`other-${round}`)]);
  assert.is(transactions(), 5);
  await close();
});

test('a group is bounded in number and in bytes, and the event loop has its turn between two', async () => {
  const { events, transactions, close } = await watched('normal');
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 0);
  await Promise.all(
    Array.from({ length: 1_300 }, (_, index) => events.append(`account-${index}`, numbered(1), noStream)),
  );
  assert.is(transactions(), 3);
  const text = JSON.stringify('x'.repeat(3_000_000));
  const heavy = () => [{ ...(numbered(1)[0] as { eventId: string; type: string }), data: text }];
  await Promise.all([1, 2, 3].map((index) => events.append(`heavy-${index}`, heavy(), noStream)));
  assert.is(transactions(), 6);
  clearInterval(counting);
  assert.ok(turns > 0, 'found no turn of the event loop, wanted some');
  await close();
});

test('the order of asking is the order of the log', async () => {
  const { events, close } = await watched();
  const names = Array.from({ length: 30 }, (_, index) => `account-${(index * 7) % 10}`);
  await Promise.all(names.map((name, index) => events.append(name, numbered(1, index), any)));
  assert.equal(
    (await places(events)).map((place) => place.split(':')[0]),
    names,
  );
  await close();
});

test('events wait for the disk, what can be made again does not, and neither rubs off on the other', async () => {
  const { events, readModels, snapshots, passed, close } = await watched();
  const build = await readModels.begin({ name: 'balances', version: 1 }, { indexes: [], tables: [] });
  const checkpoint = (position: number) => ({ logId: 'l', position, eventId: 'e' });
  for (let round = 0; round < 3; round += 1) {
    await Promise.all([
      snapshots.save(snapshot(round)),
      events.append('account-1', numbered(1, round), any),
      readModels.transact(build.id, { expected: round || undefined, run: () => checkpoint(round + 1) }),
      events.append('account-2', numbered(1, round), any),
    ]);
    await events.changeStreamMetadata('account-1', { maxCount: 10 + round });
  }
  await snapshots.remove('account-1', 'Account@1');
  await events.append('account-1', numbered(1), any);
  // Before BEGIN the connection may still stand at what the one before it had.
  const inside = new Set(passed.filter((point) => !point.includes('before-begin')));
  assert.equal([...inside].sort(), [
    ...['durable after-commit 2', 'durable after-insert 2'],
    ...['relaxed after-commit 1', 'relaxed after-insert 1'],
  ]);
  await close();
});

test("with durability 'normal' nothing waits for the disk", async () => {
  const { events, snapshots, passed, close } = await watched('normal');
  await events.append('account-1', numbered(1), any);
  await snapshots.save(snapshot(0));
  await events.append('account-1', numbered(1), any);
  assert.ok(
    passed.slice(1).every((point) => point.endsWith(' 1')),
    passed.join(', '),
  );
  await close();
});

test('whatever fails before the commit fails nobody who had no part in it, and the store goes on', async () => {
  const failing = new Set<FaultPoint>();
  const at = (point: FaultPoint) => {
    if (failing.delete(point)) throw new RangeError(point);
  };
  const { events, close } = await sqlite(temporaryFile(), { faults: { at } }).open();
  const three = () => Promise.allSettled([1, 2, 3].map((index) => events.append(`account-${index}`, numbered(1), any)));
  failing.add('before-begin');
  assert.equal(
    (await three()).map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  failing.add('after-insert');
  assert.equal(
    (await three()).map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
  );
  assert.equal(await places(events), ['account-1:0', 'account-2:0']);
  await close();
});

test('closing finishes what was accepted, in whatever lane, and takes nothing more', async () => {
  const file = temporaryFile();
  const { events, snapshots, close } = await sqlite(file).open();
  const writing = Promise.all([
    ...Array.from({ length: 600 }, (_, index) => events.append(`account-${index}`, numbered(1), noStream)),
    snapshots.save(snapshot(3)),
  ]);
  const closing = close();
  await refused('CLOSED', () => events.append('account-1', numbered(1), any));
  await refused('CLOSED', () => snapshots.save(snapshot(4)));
  await Promise.all([writing, closing]);
  const later = await sqlite(file).open();
  assert.is(await later.events.head(), 600);
  assert.is((await later.snapshots.load('account-1', 'Account@1'))?.revision, 3);
  await later.close();
});

test.run();
