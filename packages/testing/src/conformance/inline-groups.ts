import assert from 'node:assert/strict';
import { type CommandRecord, eventData } from '@tidemark/core';
import { Counting, Refusing, rejection, Told, use } from './inline-language.ts';
import { all, any, at, noStream, numbered, numbers, range, writingNothing } from './language.ts';
import { begun, checkpointOf, document } from './read-model-language.ts';
import { needing, type Rules } from './rule.ts';

const refusedEvent = () => eventData('Refused', { number: -1 });

/** Appends that a store may write in one transaction, with projections inside of it. */
export const inlineGroups: Rules = needing('inlineProjections', {
  'of appends at once only those are refused that a projection refuses': async (log) => {
    const { events } = log;
    const refusing = use(log, new Refusing());
    const culprit = (index: number) => index % 4 === 1;
    const writing = range(40).map((index) =>
      events.append(
        `account-${index}`,
        culprit(index) ? [...numbered(1), refusedEvent()] : numbered(2, index),
        noStream,
      ),
    );
    const settled = await Promise.allSettled(writing);
    const written = settled.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [index] : []));
    assert.deepEqual(
      written,
      range(40).filter((index) => !culprit(index)),
    );
    for (const outcome of settled)
      if (outcome.status === 'rejected') assert.ok(refusing.thrown.includes(outcome.reason), String(outcome.reason));
    const stored = await all(events.readAll());
    assert.deepEqual(new Set(stored.map(({ streamName }) => streamName)), new Set(written.map((n) => `account-${n}`)));
    assert.equal(stored.length, 60);
    for (const outcome of settled) {
      if (outcome.status === 'rejected') continue;
      const { streamName, revision, position } = outcome.value;
      const found = stored.find((event) => event.position === position);
      assert.deepEqual([found?.streamName, found?.revision], [streamName, revision]);
    }
    refusing.transactions();
  },

  'what is written is shown once, in order of position, and nothing else was committed': async (log) => {
    const { events } = log;
    const told = use(log, new Told());
    await Promise.all(
      range(60).map((number) => events.append(`account-${number % 7}`, numbered(1 + (number % 3)), any)),
    );
    const stored = (await all(events.readAll())).map(({ eventId, position }) => [eventId, position]);
    assert.deepEqual(
      told.events.map(({ eventId, position }) => [eventId, position]),
      stored,
    );
    for (const calls of told.transactions()) assert.equal(calls.at(-1), 'committed');
  },

  'in one stream, those behind a refused append take its place': async (log) => {
    const { events } = log;
    await events.append('account-1', numbered(1), any);
    use(log, new Refusing());
    const writing = [
      events.append('account-1', numbered(1, 1), at(0)),
      events.append('account-1', [refusedEvent(), refusedEvent()], at(1)),
      events.append('account-1', numbered(1, 2), at(1)),
      events.append('account-1', [refusedEvent()], any),
      events.append('account-1', numbered(2, 3), any),
      events.append('account-1', numbered(1, 9), at(1)),
    ];
    const outcomes = await Promise.allSettled(writing);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled', 'rejected'],
    );
    const stored = await all(events.readStream('account-1'));
    assert.deepEqual(
      stored.map(({ revision, position }) => [revision, events.capabilities.densePositions ? position : revision + 1]),
      range(5).map((revision) => [revision, revision + 1]),
    );
    assert.deepEqual(await numbers(events.readStream('account-1')), range(5));
  },

  'a stream that a refused append began can be begun by the next': async (log) => {
    const { events } = log;
    use(log, new Refusing());
    const writing = [
      events.append('account-1', [refusedEvent()], noStream),
      events.append('account-1', numbered(1), noStream),
    ];
    const [first, second] = await Promise.allSettled(writing);
    assert.deepEqual([first?.status, second?.status], ['rejected', 'fulfilled']);
    assert.deepEqual(await numbers(events.readStream('account-1')), [0]);
  },

  'a group of nothing but refused appends stores nothing': async (log) => {
    const { events } = log;
    const refusing = use(log, new Refusing());
    await writingNothing(events, async () => {
      const writing = range(20).map((index) => rejection(events.append(`account-${index}`, [refusedEvent()], any)));
      assert.equal(new Set(await Promise.all(writing)).size, 20);
    });
    refusing.transactions();
  },

  'openings that count the log inline, at once and one without it, miss and double nothing': async (log) => {
    const { events, readModels: store, openAnother } = log;
    const [second, without] = [await openAnother(), await openAnother()];
    const id = await begun(store);
    const counting = [use(log, new Counting(id)), use(second, new Counting(id))];
    const openings = [events, second.events, without.events];
    for (const round of range(6)) {
      const writing = range(30).map((index) => {
        const batch = index % 5 === 3 && index % 3 !== 2 ? [refusedEvent()] : numbered(1 + (index % 3));
        return openings[index % 3]?.append(`account-${(round * 30 + index) % 11}`, batch, any);
      });
      await Promise.allSettled(writing);
    }
    await events.append('account-0', numbered(1), any);
    const stored = await all(events.readAll());
    assert.equal(stored.filter(({ type }) => type === 'Refused').length, 0);
    assert.deepEqual(store.read(id, 'total'), { json: `${stored.length}`, types: null });
    const { position, eventId } = stored.at(-1) ?? {};
    assert.deepEqual(checkpointOf(store, id), { logId: await events.logId(), position, eventId });
    for (const one of counting) one.transactions();
  },

  'a transaction of read models beside it does not move what it wrote': async (log) => {
    const { events, readModels: store } = log;
    const id = await begun(store);
    use(log, new Counting(id));
    const moving = range(20).map((number) =>
      store.transact(id, { expected: 'any', run: (session) => void session.write(`k${number}`, document(number)) }),
    );
    await Promise.all([...range(20).map((number) => events.append(`account-${number}`, numbered(2), any)), ...moving]);
    assert.deepEqual(store.read(id, 'total'), { json: '40', types: null });
    assert.equal(store.count(id), 21);
  },
});

/** Appends to several streams, with projections in their transaction. */
export const inlineSeveralStreams: Rules = needing('inlineProjections', {
  ...needing('multiStreamAppend', {
    'an append to several streams is shown once, with all of its events': async (log) => {
      const { events } = log;
      const told = use(log, new Told());
      const appends = ['account-1', 'account-2', 'account-3'].map((streamName, index) => ({
        streamName,
        events: numbered(index, 10 * index),
        expectedRevision: 'no_stream' as const,
      }));
      await events.appendToStreams(appends);
      assert.equal(told.calls.filter((call) => call.startsWith('append')).length, 1);
      assert.deepEqual(
        told.events.map((event) => event.toJSON()),
        (await all(events.readAll())).map((event) => event.toJSON()),
      );
      assert.equal(told.events.length, 3);
      const before = told.calls.length;
      assert.equal((await events.appendToStreams(appends))[1]?.repeated, true);
      assert.equal(told.calls.length, before);
    },

    'refused, it writes to none of them': async (log) => {
      const { events } = log;
      const refusing = use(log, new Refusing());
      const [culprit, innocent] = await Promise.allSettled([
        events.appendToStreams([
          { streamName: 'account-1', events: numbered(2), expectedRevision: 'no_stream' },
          { streamName: 'account-2', events: [refusedEvent()], expectedRevision: 'no_stream' },
        ]),
        events.append('account-1', numbered(1, 5), noStream),
      ]);
      assert.equal(culprit.status === 'rejected' && culprit.reason === refusing.thrown[0], true);
      assert.equal(innocent.status, 'fulfilled');
      assert.deepEqual(await numbers(events.readAll()), [5]);
    },
  }),

  ...needing('commandLog', {
    'the command of a refused append was not handled': async (log) => {
      const { events, commandLog } = log;
      use(log, new Refusing());
      const command: CommandRecord = { commandId: 'c-1', command: 'Open', returned: '{"json":"null"}', decidedAt: 0 };
      const writing = [
        events.append('account-1', [refusedEvent()], { ...noStream, command }),
        events.append('account-2', numbered(1), any),
      ];
      const [first] = await Promise.allSettled(writing);
      assert.equal(first?.status, 'rejected');
      assert.equal(await commandLog.find('c-1'), undefined);
      const { revision } = await events.append('account-1', numbered(2), { ...noStream, command });
      assert.equal(revision, 1);
      assert.equal((await commandLog.find('c-1'))?.count, 2);
    },
  }),
});
