import assert from 'node:assert/strict';
import type { ModelKey, ModelShape, StoredEvent, Stores } from '@tidemark/core';
import { all, any, noStream, numbered, numbers, range, refused } from './language.ts';
import type { Rules } from './rule.ts';

const model: ModelKey = { name: 'balances', version: 1 };
const shape: ModelShape = { indexes: [], tables: [] };

export const openingAndClosing: Rules = {
  'a log has a name of its own, which stays': async ({ events, openAnother, reopen }) => {
    const id = await events.logId();
    assert.notEqual(id, '');
    assert.equal(await (await openAnother()).events.logId(), id);
    assert.equal(await (await reopen()).events.logId(), id);
  },

  'what was acknowledged is there after the log was opened again': async ({ events, reopen }) => {
    await Promise.all(range(50).map((number) => events.append(`account-${number % 5}`, numbered(3, number * 3), any)));
    const before = await all(events.readAll());
    const head = await events.head();
    const { events: later } = await reopen();
    assert.deepEqual((await all(later.readAll())).map(plain), before.map(plain));
    assert.equal(await later.head(), head);
    assert.equal((await later.append('account-0', numbered(1), any)).revision, 30);
    assert.ok((await later.head()) > head, 'the head did not move');
  },

  'closing finishes the appends that were called before': async ({ events, reopen }) => {
    const writing = range(100).map((number) => events.append(`account-${number}`, numbered(1, number), noStream));
    const reopening = reopen();
    await Promise.all(writing);
    const { events: later } = await reopening;
    assert.deepEqual(
      (await numbers(later.readAll())).toSorted((a, b) => a - b),
      range(100),
    );
  },

  'closing twice, or twice at once, is closing once': async ({ events, close }) => {
    await events.append('account-1', numbered(1), any);
    await Promise.all([events.close(), events.close()]);
    await events.close();
    await close();
  },

  'one opening closes alone': async ({ events, openAnother }) => {
    const other = await openAnother();
    await other.events.append('account-1', numbered(1), any);
    await other.close();
    await events.append('account-1', numbered(1, 1), any);
    assert.deepEqual(await numbers(events.readStream('account-1')), [0, 1]);
    await refused('CLOSED', () => other.events.head());
  },

  'after closing every use of the log is refused as closed': async ({ openAnother }) => {
    const { events, close } = await openAnother();
    await close();
    const uses: readonly (() => unknown)[] = [
      () => events.logId(),
      () => events.head(),
      () => events.append('account-1', numbered(1), any),
      () => events.append('account-1', [], any),
      () => all(events.readStream('account-1')),
      () => all(events.readAll()),
      () => events.subscribeToAll()[Symbol.asyncIterator]().next(),
      () => events.subscribeToStream('account-1')[Symbol.asyncIterator]().next(),
      () => events.deleteStream('account-1'),
      () => events.tombstoneStream('account-1'),
      () => events.readStreamMetadata('account-1'),
      () => events.changeStreamMetadata('account-1', { maxCount: 1 }),
    ];
    for (const use of uses) await refused('CLOSED', use);
    if (events.capabilities.multiStreamAppend) {
      await refused('CLOSED', () =>
        events.appendToStreams([{ streamName: 'account-1', events: [], expectedRevision: 'any' }]),
      );
    }
    assert.notEqual(events.isUnchanged?.('account-1', 0), true);
  },

  'after closing every use of what stands beside the log is refused as closed': async ({ openAnother }) => {
    const stores = await openAnother();
    await stores.close();
    for (const use of usesBeside(stores)) await refused('CLOSED', use);
  },

  'no promise of a closed store stays open': async ({ events, openAnother }) => {
    await events.append('account-1', numbered(2_500), any);
    const other = await openAnother();
    const uses = [
      all(other.events.readAll()),
      all(other.events.readStream('account-1', { direction: 'backwards' })),
      other.events.head(),
      other.events.append('account-2', numbered(1), any),
      other.readModels.begin(model, shape),
      other.readModels.wait(other.readModels.seen(), new AbortController().signal),
      other.leases.acquire('balances', 'one', 1_000),
      other.close(),
      other.events.append('account-3', numbered(1), any),
    ];
    for (const outcome of await Promise.allSettled(uses)) {
      if (outcome.status === 'rejected')
        assert.equal((outcome.reason as { code?: unknown }).code, 'CLOSED', String(outcome.reason));
    }
  },
};

function usesBeside({ readModels, snapshots, commandLog, leases }: Stores): readonly (() => unknown)[] {
  const state = {
    streamName: 'account-1',
    kind: 'Account@1',
    fingerprint: 'f',
    revision: 0,
    position: 1,
    eventId: 'e',
    state: '{}',
  };
  const query = { where: [], orderBy: undefined, direction: 'ascending', after: undefined, limit: 1 } as const;
  const lease = { name: 'balances', owner: 'one', token: 1 };
  return [
    () => readModels.builds(),
    () => readModels.served(model),
    () => readModels.begin(model, shape),
    () => readModels.changeStates([]),
    () => readModels.drop(1),
    () => readModels.transact(1, { expected: 'any', run: () => undefined }),
    () => readModels.read(1, 'key'),
    () => readModels.scan(1, { limit: 1 }),
    () => readModels.count(1),
    () => readModels.find(1, query),
    () => readModels.parked(1),
    () => readModels.countParked(1),
    () => readModels.select('SELECT 1', []),
    () => readModels.tableName(1, 'accounts'),
    () => readModels.seen(),
    () => readModels.wait(0, new AbortController().signal),
    () => leases.acquire('balances', 'one', 1_000),
    () => leases.renew([lease], 1_000),
    () => leases.release([lease]),
    () => snapshots.load('account-1', 'Account@1'),
    () => snapshots.save(state),
    () => snapshots.remove('account-1', 'Account@1'),
    () => commandLog.find('c-1'),
  ];
}

function plain({ streamName, revision, position, eventId, data, recordedAt }: StoredEvent): object {
  return { streamName, revision, position, eventId, data, recordedAt };
}
