import assert from 'node:assert/strict';
import { type CopyProgress, copyLog, type EventStore, eventData, memory, StoredEvent } from '@tidemark/core';
import { suite } from 'uvu';
import { collect } from './collect.ts';

const test = suite('copying a log');

const one = (number = 0) => eventData('Numbered', { number });
const any = { expectedRevision: 'any' } as const;

async function emptyLog(): Promise<EventStore> {
  return (await memory().open()).events;
}

/** Two streams that take turns, so that no append can hold more than one event of each. */
async function aLog(events = 6): Promise<EventStore> {
  const log = await emptyLog();
  for (let number = 0; number < events; number += 1) await log.append(`stream-${number % 2}`, [one(number)], any);
  return log;
}

async function places(log: EventStore): Promise<readonly string[]> {
  return (await collect(log.readAll())).map(
    ({ streamName, revision, eventId }) => `${streamName}:${revision} ${eventId}`,
  );
}

/** The same store with some members replaced. */
function changed(store: EventStore, members: Partial<EventStore>): EventStore {
  return new Proxy(store, {
    get(target, key) {
      if (Object.hasOwn(members, key)) return members[key as keyof EventStore];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A log that shows its events otherwise; `undefined` leaves one out. */
function shown(store: EventStore, show: (event: StoredEvent) => StoredEvent | undefined): EventStore {
  const readAll: EventStore['readAll'] = (options) => {
    const pages = async function* () {
      for await (const page of store.readAll(options).pages())
        yield page.map(show).filter((event) => event !== undefined);
    };
    const each = async function* () {
      for await (const page of pages()) yield* page;
    };
    return { pages, [Symbol.asyncIterator]: each };
  };
  return changed(store, { readAll });
}

function retold(event: StoredEvent, data: string, metadata: string | null): StoredEvent {
  const { eventId, type, streamName, category, revision, position, recordedTime } = event;
  return new StoredEvent(eventId, type, data, metadata, streamName, category, revision, position, recordedTime);
}

test('keeps the order of all streams, also where a store appends to one at a time', async () => {
  const from = await aLog();
  for (const multiStreamAppend of [true, false]) {
    const log = await emptyLog();
    const to = changed(log, { capabilities: { ...log.capabilities, multiStreamAppend } });
    await copyLog(from, to);
    assert.deepEqual(await places(log), await places(from));
  }
});

test('appends what belongs together at once, within what the store takes', async () => {
  const from = await emptyLog();
  await from.append(
    'stream-1',
    Array.from({ length: 1_200 }, (_, number) => one(number)),
    any,
  );
  const log = await emptyLog();
  const sizes: number[] = [];
  const append: EventStore['append'] = (name, events, options) => {
    sizes.push(events.length);
    return log.append(name, events, options);
  };
  await copyLog(from, changed(log, { append }));
  assert.deepEqual(sizes, [500, 500, 200]);
  sizes.length = 0;
  const small = await emptyLog();
  const capabilities = { ...small.capabilities, maxAppendBytes: 1_000 };
  const { copied } = await copyLog(
    from,
    changed(small, {
      capabilities,
      append: (name, events, options) => {
        const bytes = events.reduce((sum, { data, metadata = '' }) => sum + data.length + metadata.length, 0);
        assert.ok(bytes <= 1_000, `${bytes} bytes at once`);
        return small.append(name, events, options);
      },
    }),
  );
  assert.equal(copied, 1_200);
});

test('a note of the first recording stays, whatever else the metadata holds', async () => {
  const metadata = '{ "big": 12345678901234567890, "$recordedAt": "2001-01-01T00:00:00Z" }';
  const from = await emptyLog();
  await from.append(
    'stream-1',
    [
      { ...one(), metadata },
      { ...one(), metadata: '{"big":12345678901234567890}' },
    ],
    any,
  );
  const to = await emptyLog();
  await copyLog(from, to);
  const [moved, noted] = await collect(to.readAll());
  assert.equal(moved?.metadataText, metadata);
  assert.equal(moved?.recordedAt.getTime(), Date.UTC(2001, 0, 1));
  assert.match(noted?.metadataText ?? '', /^\{"\$recordedAt":"[^"]+","big":12345678901234567890\}$/);
});

test('a stream with missing revisions is refused by name, before anything is written', async () => {
  const from = shown(await aLog(), (event) =>
    event.streamName === 'stream-1' && event.revision === 1 ? undefined : event,
  );
  const to = await emptyLog();
  await assert.rejects(copyLog(from, to), {
    code: 'MISSING_REVISIONS',
    streamName: 'stream-1',
    found: 'revision 2',
    wanted: 'revision 1: a log is copied only where none of its events is gone',
  });
  assert.equal(await to.head(), 0);
});

test('an event that cannot be written there is refused by name, before anything is written', async () => {
  const log = await aLog();
  const to = await emptyLog();
  const bad = (data: string, metadata: string | null) =>
    shown(log, (event) => (event.position === 4 ? retold(event, data, metadata) : event));
  for (const from of [bad('{', null), bad('{}', '[1]')])
    await assert.rejects(copyLog(from, to), { code: 'UNREADABLE_EVENT', subject: "event 1 of stream 'stream-1'" });
  const small = changed(to, { capabilities: { ...to.capabilities, maxAppendBytes: 300 } });
  const large = bad(JSON.stringify('x'.repeat(300)), null);
  await assert.rejects(copyLog(large, small), { code: 'APPEND_TOO_LARGE', streamName: 'stream-1' });
  assert.equal(await to.head(), 0);
});

test('what differs is named: another event, one more, other data, another order', async () => {
  const from = await aLog();
  const to = await emptyLog();
  await copyLog(from, to);
  const changedData = shown(to, (event) => (event.position === 5 ? retold(event, '7', event.metadataText) : event));
  await assert.rejects(copyLog(from, changedData), { code: 'COPY_MISMATCH', revision: 2, found: 'the data "7"' });
  const another = '{"$recordedAt":"2001-01-01T00:00:00Z"}';
  const late = shown(to, (event) => (event.position === 2 ? retold(event, event.dataText, another) : event));
  await assert.rejects(copyLog(from, late), { code: 'COPY_MISMATCH', streamName: 'stream-1', revision: 0 });
  const torn = shown(to, (event) => (event.position === 3 ? undefined : event));
  await assert.rejects(copyLog(from, torn), { code: 'COPY_MISMATCH', streamName: 'stream-1', revision: 1 });
  await to.append('stream-0', [one(9)], any);
  await assert.rejects(copyLog(from, to), {
    code: 'COPY_MISMATCH',
    streamName: 'stream-0',
    revision: 3,
    wanted: 'nothing',
  });
  assert.equal(await to.head(), 7);
});

test('who writes to the copy meanwhile is found, and named', async () => {
  const from = await aLog();
  const to = await emptyLog();
  let told = 0;
  const onProgress = async () => {
    told += 1;
    if (told === 1) await to.append('stream-1', [one(99)], any);
  };
  await assert.rejects(copyLog(from, to, { onProgress: () => void onProgress() }), {
    code: 'COPY_MISMATCH',
    streamName: 'stream-1',
    revision: 1,
  });
});

test('copies up to the end as it was at the start, and the next run what came meanwhile', async () => {
  const from = await aLog();
  await from.changeStreamMetadata('stream-0', { maxCount: 1 });
  const to = await emptyLog();
  let grew = false;
  // Each stream's limits are asked for when its events were looked at: one more comes then.
  const growing = changed(from, {
    readStreamMetadata: async (name) => {
      const isFirst = !grew;
      grew = true;
      if (isFirst) await from.append('stream-0', [one(7)], any);
      return from.readStreamMetadata(name);
    },
  });
  const first = await copyLog(growing, to);
  assert.deepEqual([first.events, first.copied, first.upTo, first.grown], [6, 6, 6, 1]);
  assert.equal((await to.readStreamMetadata('stream-0')).maxCount, undefined);
  const second = await copyLog(growing, to);
  assert.deepEqual([second.events, second.copied, second.grown], [7, 1, 0]);
  assert.equal((await to.readStreamMetadata('stream-0')).maxCount, 1);
  assert.deepEqual(await places(to), await places(from));
});

test('a copy that hides or revived what the log shows is refused: neither can be undone', async () => {
  const from = await aLog();
  const to = await emptyLog();
  await copyLog(from, to);
  await to.deleteStream('stream-1');
  await assert.rejects(copyLog(from, to), {
    code: 'COPY_MISMATCH',
    streamName: 'stream-1',
    found: 'deleted',
    wanted: 'live',
  });
  await from.append('stream-1', [one(8)], any);
  await assert.rejects(copyLog(from, to), {
    code: 'COPY_MISMATCH',
    revision: undefined,
    found: 'live, hidden before 3, revived at 3',
    wanted: 'live',
  });
});

test('tells how far it is, and what it throws ends the copying', async () => {
  const from = await aLog(1_001);
  const to = await emptyLog();
  const told: CopyProgress[] = [];
  await copyLog(from, to, { onProgress: (progress) => told.push(progress) });
  const of = (phase: string) => told.filter((each) => each.phase === phase);
  assert.deepEqual(
    of('verifying').map(({ done }) => done),
    [500, 1_000, 1_001],
  );
  const copying = of('copying');
  assert.ok(copying.every(({ done, total }, index) => total === 1_001 && done > (copying[index - 1]?.done ?? 0)));
  assert.deepEqual([copying.at(-1)?.done, copying.at(-1)?.timeLeft], [1_001, 0]);
  const middle = copying[300] as CopyProgress;
  assert.ok(middle.eventsPerSecond > 0 && (middle.timeLeft ?? -1) >= 0);
  const failing = copyLog(from, await emptyLog(), {
    onProgress: () => {
      throw new RangeError('no screen');
    },
  });
  await assert.rejects(failing, RangeError);
});

test('refuses what cannot be meant', async () => {
  const log = await aLog();
  const to = await emptyLog();
  const wrong = (argument: string) => ({ code: 'INVALID_ARGUMENT', argument });
  await assert.rejects(copyLog(log, log), wrong('to'));
  await assert.rejects(copyLog(memory() as never, to), wrong('from'));
  await assert.rejects(copyLog(log, undefined as never), wrong('to'));
  await assert.rejects(copyLog(log, to, { onProgress: 7 as never }), wrong('onProgress'));
  await assert.rejects(copyLog(log, to, { progress: () => {} } as never), wrong('options'));
  await assert.rejects(copyLog(log, to, { signal: true as never }), wrong('signal'));
  await assert.rejects(copyLog(log, to, { signal: AbortSignal.abort(new RangeError('no')) }), RangeError);
  assert.equal(await to.head(), 0);
});

test.run();
