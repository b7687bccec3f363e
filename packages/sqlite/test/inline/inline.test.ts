/** Projections in the transactions of appends: all of an append and what projections make of it, or nothing. */
import { type EventData, eventData, type ModelSession } from '@tidemark/core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { all, any, noStream, numbered, places } from '../events.ts';
import { type Opened, opened } from '../opened.ts';
import { refused } from '../refusals.ts';
import { temporaryFile } from '../temporary.ts';
import { type Counting, counted, counting, Refusal, refusedType } from './counting.ts';

async function inUse(path = temporaryFile()): Promise<Opened & { readonly projection: Counting }> {
  const stores = await opened(path);
  const projection = await counting(stores);
  return { ...stores, projection };
}

const bad = (): readonly EventData[] => numbered(1, 0, refusedType);

/** What became of each: `stored`, or its error. */
async function outcomes(appends: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(appends);
  return settled.map((each) => (each.status === 'fulfilled' ? 'stored' : each.reason));
}

test('sees the events of each append as they can be read afterwards, in one transaction for the group', async () => {
  const { events, projection, readModels, close } = await inUse();
  await events.append('account-1', [eventData('A', { n: 1 }, { metadata: { $correlationId: 'c' } })], any);
  await Promise.all([
    events.append('account-1', numbered(2), any),
    events.appendToStreams([
      { streamName: 'other-1', events: numbered(1), expectedRevision: 'no_stream' },
      { streamName: 'plain', events: numbered(2), expectedRevision: 'any' },
    ]),
  ]);
  assert.equal(projection.taken(), [
    ...['begin', 'append account-1:0', 'flush', 'committed'],
    ...['begin', 'append account-1:1 account-1:2', 'append other-1:0 plain:0 plain:1', 'flush', 'committed'],
  ]);
  const read = await all(events.readAll());
  const told = (each: (typeof read)[number]) => ({
    ...{ ...each, data: each.data, metadata: each.metadata, recordedAt: each.recordedAt },
  });
  assert.equal(projection.seen.map(told), read.map(told));
  assert.equal(counted(readModels, projection.build), ['account-1=3', 'other-1=1', 'plain=2']);
  assert.is(readModels.builds()[0]?.checkpoint?.position, 6);
  await close();
});

test('an append that it refuses is undone whole and alone, and gets exactly what was thrown', async () => {
  const { events, projection, readModels, commandLog, close } = await inUse();
  const command = { commandId: 'c', command: 'Do', returned: '{}', decidedAt: 0 };
  const [, refusal, third] = await outcomes([
    events.append('account-1', numbered(1), noStream),
    events.append('account-2', [...numbered(1), ...bad()], { expectedRevision: 'no_stream', command }),
    events.append('account-3', numbered(1), noStream),
  ]);
  assert.instance(refusal, Refusal);
  assert.is(third, 'stored');
  assert.equal(await places(events), ['account-1:0', 'account-3:0']);
  assert.equal(
    (await all(events.readAll())).map(({ position }) => position),
    [1, 2],
  );
  assert.equal(counted(readModels, projection.build), ['account-1=1', 'account-3=1']);
  assert.is(await commandLog.find('c'), undefined);
  await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-2')));
  // The same again, once it is not refused any more.
  await events.append('account-2', numbered(1), { expectedRevision: 'no_stream', command });
  assert.is((await commandLog.find('c'))?.position, 3);
  await close();
});

test('an append to several streams is refused in all of them', async () => {
  const { events, projection, readModels, close } = await inUse();
  const appends = [numbered(1), bad(), numbered(1)].map((each, index) => ({
    ...{ streamName: `account-${index}`, events: each },
    ...noStream,
  }));
  assert.instance((await outcomes([events.appendToStreams(appends)]))[0], Refusal);
  assert.equal(await places(events), []);
  assert.equal(counted(readModels, projection.build), []);
  await close();
});

test('is not asked about what writes no events: a repetition, no events, a refusal, a mark on a stream', async () => {
  const { events, projection, close } = await inUse();
  const once = numbered(1);
  await events.append('account-1', once, noStream);
  projection.taken();
  await outcomes([
    events.append('account-1', once, noStream),
    events.append('account-1', [], any),
    events.append('account-1', numbered(1), { expectedRevision: 7 }),
    events.changeStreamMetadata('account-1', { maxCount: 3 }),
    events.deleteStream('account-2').catch(() => {}),
  ]);
  assert.equal(projection.taken(), []);
  await close();
});

test('when begin fails, each append of the transaction fails with that, and nothing of it is left; other work is done', async () => {
  const { events, projection, readModels, close } = await inUse();
  await events.append('account-1', numbered(1), any);
  projection.taken();
  let kept: ModelSession | undefined;
  projection.onBegin = (transaction) => {
    kept = transaction.session(projection.build);
    kept.write('half', { json: '{"count":1}', types: null });
    throw new Refusal('begin');
  };
  const [first, second, third] = await outcomes([
    events.append('account-1', numbered(1), any),
    events.append('account-2', numbered(1), any),
    events.changeStreamMetadata('account-1', { maxCount: 5 }),
  ]);
  assert.is(first, second);
  assert.instance(first, Refusal);
  assert.is(third, 'stored');
  assert.equal(projection.taken(), ['begin', 'rolledBack']);
  assert.equal(counted(readModels, projection.build), ['account-1=1']);
  assert.equal(await places(events), ['account-1:0']);
  await refused('CLOSED', () => kept?.read('half'));
  projection.onBegin = undefined;
  await events.append('account-2', numbered(1), noStream);
  await close();
});

test('when flush fails, nothing is stored and every append that it concerned fails with that; all else is done', async () => {
  const { events, projection, readModels, close } = await inUse();
  const once = numbered(1);
  await events.append('account-1', once, any);
  projection.taken();
  projection.onFlush = () => {
    projection.onFlush = undefined;
    throw new Refusal('flush');
  };
  const [first, mark, repeated, second] = await outcomes([
    events.append('account-1', numbered(1), any),
    events.changeStreamMetadata('account-1', { maxCount: 5 }),
    events.append('account-1', once, noStream),
    events.append('account-2', numbered(1), any),
  ]);
  assert.instance(first, Refusal);
  assert.is(first, second);
  assert.equal([mark, repeated], ['stored', 'stored']);
  assert.equal(projection.taken(), ['begin', 'append account-1:1', 'append account-2:0', 'flush', 'rolledBack']);
  assert.equal(await places(events), ['account-1:0']);
  assert.equal(counted(readModels, projection.build), ['account-1=1']);
  assert.is((await events.readStreamMetadata('account-1')).maxCount, 5);
  await close();
});

test('begin finds the log as it was, its builds, and what it left out; sessions are the same throughout', async () => {
  const stores = await opened(temporaryFile());
  const { events, readModels, close } = stores;
  await events.append('account-1', numbered(300), any);
  const projection = await counting(stores);
  const found: unknown[] = [];
  projection.onBegin = (transaction) => {
    const { head, logId } = transaction;
    found.push(head, logId === stores.file.logId, transaction.builds());
    const sessions = new Set([1, 2].map(() => transaction.session(projection.build)));
    found.push(sessions.size);
    found.push(transaction.eventsAfter(290, 5).map(({ position }) => position));
  };
  projection.onAppend = () => {
    found.push(
      projection.transaction?.eventsAfter(299, 10).map(({ position, streamName }) => `${position} ${streamName}`),
    );
  };
  const before = readModels.builds();
  await events.append('account-2', numbered(2), any);
  assert.equal(found, [
    ...[300, true, before, 1],
    [291, 292, 293, 294, 295],
    ['300 account-1', '301 account-2', '302 account-2'],
  ]);
  await refused('CLOSED', () => projection.transaction?.builds());
  await refused('CLOSED', () => projection.transaction?.session(projection.build));
  await refused('CLOSED', () =>
    projection.transaction?.moveCheckpoint(projection.build, { logId: '', position: 1, eventId: '' }),
  );
  await close();
});

test('a build that is not there is said to be gone', async () => {
  const { events, projection, close } = await inUse();
  projection.onBegin = (transaction) => void transaction.session(99);
  const [error] = await outcomes([events.append('account-1', numbered(1), any)]);
  assert.is((error as { code: string }).code, 'BUILD_GONE');
  await close();
});

for (const swallows of [false, true]) {
  test(`SQL that ends the transaction fails its own append, ${swallows ? 'though it keeps silent about it' : 'and tells it why'}; nobody is told that something is stored that is not`, async () => {
    const { events, projection, readModels, close } = await inUse();
    projection.onAppend = (session, [event]) => {
      if (event?.streamName !== 'account-2') return;
      const insert = session.statement(`INSERT OR ROLLBACK INTO ${session.tableName('rows')} VALUES ('account-2', 0)`);
      try {
        insert.run();
      } catch (error) {
        if (!swallows) throw error;
        // Outside of the transaction now: it would be there for good.
        assert.throws(() => session.write('outside', { json: '{"count":1}', types: null }), /closed/);
      }
    };
    const settled = await outcomes(
      ['account-1', 'account-2', 'account-3'].map((name) => events.append(name, numbered(1), any)),
    );
    assert.equal([settled[0], settled[2]], ['stored', 'stored']);
    const { code } = settled[1] as { code: string };
    assert.is(code, swallows ? 'STORE_DEFECT' : 'SQLITE_CONSTRAINT_PRIMARYKEY');
    assert.equal(await places(events), ['account-1:0', 'account-3:0']);
    assert.equal(counted(readModels, projection.build), ['account-1=1', 'account-3=1']);
    assert.equal(projection.taken(), [
      ...['begin', 'append account-1:0', 'append account-2:0', 'rolledBack'],
      ...['begin', 'append account-1:0', 'append account-3:0', 'flush', 'committed'],
    ]);
    await close();
  });
}

test('one that is used later takes the place of the one before', async () => {
  const { events, projection, useInline, close } = await inUse();
  await events.append('account-1', numbered(1), any);
  projection.taken();
  const calls: string[] = [];
  const call = (name: string) => () => void calls.push(name);
  useInline?.({
    ...{ begin: call('begin'), append: call('append'), flush: call('flush') },
    ...{ committed: call('committed'), rolledBack: call('rolledBack') },
  });
  await events.append('account-1', numbered(1), any);
  assert.equal(calls, ['begin', 'append', 'flush', 'committed']);
  assert.equal(projection.taken(), []);
  await close();
});

test.run();
