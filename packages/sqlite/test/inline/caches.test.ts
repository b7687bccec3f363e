/**
 * What this process remembers of streams, types and categories, after an append that a projection refused, and after a
 * COMMIT that failed: another process, which remembers nothing, has to see the same.
 */
import { type EventData, eventData } from '@tidemark/core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FaultPoint } from '../../src/index.ts';
import { all, any, noStream, numbered } from '../events.ts';
import { type Opened, opened } from '../opened.ts';
import { temporaryFile } from '../temporary.ts';
import { type Counting, counted, counting, refusedType } from './counting.ts';

interface Failing extends Opened {
  readonly projection: Counting;
  /** Has COMMIT of the next transaction of appends fail. */
  failCommit(): void;
  /** Throws unless all that is read here is what a new process reads. */
  assertRight(): Promise<void>;
}

async function failing(): Promise<Failing> {
  const file = temporaryFile();
  const stores = await opened(file);
  const projection = await counting(stores);
  const { commit } = stores.connection;
  return {
    ...stores,
    projection,
    failCommit() {
      stores.connection.commit = () => {
        stores.connection.commit = commit;
        throw new RangeError('COMMIT failed');
      };
    },
    async assertRight() {
      const fresh = await opened(file);
      const log = async ({ events }: Opened) =>
        (await all(events.readAll())).map((event) => [event.streamName, event.revision, event.type, event.category]);
      const expected = await log(fresh);
      assert.equal(await log(stores), expected);
      const names = new Set(['a-1', 'a-2', 'a-3', 'new-1', ...expected.map(([name]) => String(name))]);
      for (const name of names) assert.equal(stores.file.streams.state(name), fresh.file.streams.state(name));
      for (const type of ['Numbered', 'T1', 'T2', 'T3', refusedType]) {
        const filter = { types: [type] };
        const ids = async ({ events }: Opened) => (await all(events.readAll({ filter }))).map(({ eventId }) => eventId);
        assert.equal(await ids(stores), await ids(fresh), type);
      }
      await fresh.close();
    },
  };
}

function some(...types: readonly string[]): readonly EventData[] {
  return types.map((type) => eventData(type, {}));
}

async function outcomes(appends: readonly Promise<unknown>[]): Promise<string> {
  const settled = await Promise.allSettled(appends);
  return settled
    .map((each) => (each.status === 'fulfilled' ? 'stored' : (each.reason as { name: string }).name))
    .join(' ');
}

test('a new stream, type and category that were refused are forgotten: their numbers go to others', async () => {
  const { events, assertRight, close } = await failing();
  assert.is(
    await outcomes([
      events.append('a-1', some('T1'), noStream),
      events.append('refused-1', some('T2', refusedType), noStream),
      events.append('other-1', some('T3'), noStream),
    ]),
    'stored RangeError stored',
  );
  await assertRight();
  await events.append('refused-1', some('T2'), noStream);
  await assertRight();
  await close();
});

test('the head of a stream is where it was before it was refused, for the next append of the same group', async () => {
  const { events, projection, readModels, assertRight, close } = await failing();
  const at = (expectedRevision: number) => ({ expectedRevision });
  assert.is(
    await outcomes([
      events.append('a-1', some('T1', 'T1'), noStream),
      events.append('a-1', some('T2', refusedType), at(1)),
      events.append('a-1', some('T3'), at(1)),
      events.append('a-1', some('T3'), at(1)),
      events.append('a-1', some('T3'), at(2)),
    ]),
    'stored RangeError stored WrongExpectedRevisionError stored',
  );
  assert.equal(counted(readModels, projection.build), ['a-1=4']);
  await assertRight();
  await close();
});

test('a deleted stream that a refused append would have revived is deleted still', async () => {
  const { events, assertRight, close } = await failing();
  await events.append('a-1', some('T1'), noStream);
  await events.deleteStream('a-1');
  assert.is(
    await outcomes([
      events.append('a-1', some(refusedType), any),
      events.append('a-1', some('T1'), { expectedRevision: 'stream_exists' }),
    ]),
    'RangeError StreamDeletedError',
  );
  await assertRight();
  await close();
});

test('after a group with a refused append whose COMMIT fails, nothing of it is remembered', async () => {
  const { events, projection, readModels, failCommit, assertRight, close } = await failing();
  await events.append('a-1', some('Numbered'), noStream);
  failCommit();
  const group = () =>
    outcomes([
      // Touched first and kept, touched again and undone, and read again by what comes next.
      events.append('a-1', some('T1'), { expectedRevision: 0 }),
      events.append('a-1', some('T2', refusedType), { expectedRevision: 1 }),
      events.append('a-1', some('T2'), { expectedRevision: 7 }),
      events.append('a-2', some('T1'), noStream),
      events.append('a-2', some(refusedType), any),
      events.append('a-2', some('T3'), { expectedRevision: 5 }),
      events.append('new-1', some('T3', refusedType), noStream),
      events.append('a-3', some('T2'), noStream),
    ]);
  const refusals = 'RangeError RangeError RangeError RangeError RangeError RangeError RangeError RangeError';
  assert.is(await group(), refusals);
  assert.equal(counted(readModels, projection.build), ['a-1=1']);
  await assertRight();
  assert.is(
    await group(),
    'stored RangeError WrongExpectedRevisionError stored RangeError WrongExpectedRevisionError RangeError stored',
  );
  assert.equal(counted(readModels, projection.build), ['a-1=2', 'a-2=1', 'a-3=1']);
  await assertRight();
  await close();
});

test('what a projection read inside of a transaction that was rolled back is not remembered either', async () => {
  const { events, projection, failCommit, assertRight, close } = await failing();
  await events.append('a-1', some('Numbered'), noStream);
  // Names of streams and types, by number, in what is read while they are not committed.
  projection.onAppend = () => void projection.transaction?.eventsAfter(0, 100).map(({ streamName }) => streamName);
  failCommit();
  await outcomes([
    events.append('new-1', some('T1'), noStream),
    events.append('new-2', some('T2', refusedType), noStream),
    events.append('new-3', some('T3'), noStream),
  ]);
  await assertRight();
  // These get the numbers that the ones above had.
  await Promise.all(['x-1', 'y-1', 'z-1'].map((name, index) => events.append(name, some(`T${3 - index}`), noStream)));
  await assertRight();
  await close();
});

test('a transaction that fails in front of COMMIT, after one was refused, is done again by those who had no part in it', async () => {
  const failAt = new Set<FaultPoint>();
  const at = (point: FaultPoint) => {
    if (failAt.delete(point)) throw new RangeError(point);
  };
  const stores = await opened(temporaryFile(), { faults: { at } });
  const { events, readModels, close } = stores;
  const projection = await counting(stores);
  failAt.add('after-insert');
  assert.is(
    await outcomes([
      events.append('a-1', some('T1'), noStream),
      events.append('a-2', some('T2', refusedType), noStream),
      events.append('a-3', some('T3'), noStream),
    ]),
    'stored RangeError RangeError',
  );
  assert.equal(counted(readModels, projection.build), ['a-1=1']);
  await events.append('a-2', numbered(1), noStream);
  assert.equal(counted(readModels, projection.build), ['a-1=1', 'a-2=1']);
  await close();
});

test.run();
