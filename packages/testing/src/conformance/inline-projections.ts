import assert from 'node:assert/strict';
import { eventData, type StoredEvent } from '@tidemark/core';
import { Refusing, rejection, Told, use } from './inline-language.ts';
import { all, any, at, inTime, noStream, numbered, numbers, range, refused, writingNothing } from './language.ts';
import { begun, checkpoint, checkpointOf, contents, document, letter } from './read-model-language.ts';
import { lacking, needing, type Rules } from './rule.ts';

const json = (event: StoredEvent) => event.toJSON();

export const inlineProjections: Rules = {
  ...needing('inlineProjections', {
    'an append is shown before it is acknowledged, as it will be read': async (log) => {
      const { events } = log;
      await events.append('account-1', numbered(2), any);
      const told = use(log, new Told());
      const given = [
        eventData('Opened', { at: new Date(1_700_000_000_123) }, { metadata: { by: 'Ada' } }),
        ...numbered(2),
      ];
      await events.append('account-1', given, at(1));
      assert.deepEqual(told.transactions().length, 1);
      assert.deepEqual(told.calls.slice(-2), ['flush', 'committed']);
      const stored = (await all(events.readAll())).slice(2);
      assert.deepEqual(told.events.map(json), stored.map(json));
    },

    'documents, letters and checkpoint are committed with the events': async (log) => {
      const { events, readModels: store, openAnother } = log;
      const id = await begun(store);
      const told: Told = use(
        log,
        new Told({
          append: ([event]) => told.open.session(id).write('ada', document(event?.position ?? 0)),
          flush() {
            told.open.session(id).park(letter(1));
            told.open.moveCheckpoint(id, checkpoint(told.open.head + 1));
          },
        }),
      );
      const seen = store.seen();
      const { position = 0 } = await events.append('account-1', numbered(1), any);
      for (const { readModels } of [log, await openAnother()]) {
        assert.deepEqual([readModels.read(id, 'ada'), readModels.parked(id)], [document(position), [letter(1)]]);
        assert.deepEqual(checkpointOf(readModels, id), checkpoint(1));
      }
      await inTime(store.wait(seen, new AbortController().signal), 'waiting for an inline change');
    },

    'a repeated append, an empty one and a refused one are not shown': async (log) => {
      const { events } = log;
      const batch = numbered(2);
      await events.append('account-1', batch, noStream);
      const told = use(log, new Told());
      assert.equal((await events.append('account-1', batch, noStream)).repeated, true);
      await events.append('account-1', [], any);
      await refused('WRONG_EXPECTED_REVISION', () => events.append('account-1', numbered(1), at(7)));
      assert.deepEqual(told.calls, []);
    },

    'what a projection refuses is not written, and rejected with what it threw': async (log) => {
      const { events } = log;
      await events.append('account-1', numbered(2), any);
      const refusing = use(log, new Refusing());
      const reason = await writingNothing(events, () => rejection(events.append('account-1', refusedEvents(3), at(1))));
      assert.deepEqual([refusing.thrown.length, reason === refusing.thrown[0]], [1, true]);
      await writingNothing(events, () => rejection(events.append('account-2', refusedEvents(1), noStream)));
      await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-2')));
      assert.equal((await events.append('account-2', numbered(1), noStream)).revision, 0);
      assert.equal((await events.append('account-1', numbered(1, 2), at(1))).revision, 2);
      assert.deepEqual(await numbers(events.readStream('account-1')), [0, 1, 2]);
      refusing.transactions();
    },

    'anything that is thrown is the reason, as it is': async (log) => {
      const { events } = log;
      const busy = Object.assign(new Error('locked'), { code: 'SQLITE_BUSY' });
      const full = Object.assign(new Error('full'), { code: 'SQLITE_FULL' });
      for (const thrown of [busy, full, 'a text', undefined]) {
        const told: Told = use(
          log,
          new Told({
            append() {
              throw thrown;
            },
          }),
        );
        assert.equal(await rejection(events.append('account-1', numbered(1), any)), thrown);
        assert.equal(told.calls.filter((call) => call.startsWith('append')).length, 1);
      }
      assert.equal(await events.head(), 0);
    },

    'a refused append does not revive a deleted stream': async (log) => {
      const { events } = log;
      await events.append('account-1', numbered(2), any);
      await events.deleteStream('account-1');
      use(log, new Refusing());
      await writingNothing(events, () => rejection(events.append('account-1', refusedEvents(1), any)));
      await refused('STREAM_NOT_FOUND', () => all(events.readStream('account-1')));
      await refused('STREAM_DELETED', () =>
        events.append('account-1', numbered(1), { expectedRevision: 'stream_exists' }),
      );
      assert.equal((await events.append('account-1', numbered(1, 2), at(1))).revision, 2);
    },

    'what `flush` throws refuses all, and nothing is stored': async (log) => {
      const { events, readModels: store } = log;
      const id = await begun(store);
      const before = contents(store, id);
      const thrown = new RangeError('flush');
      const told: Told = use(
        log,
        new Told({
          append: () => told.open.session(id).write('ada', document(1)),
          flush() {
            told.open.session(id).write('bob', document(2));
            told.open.session(id).park(letter(1));
            told.open.moveCheckpoint(id, checkpoint(1));
            throw thrown;
          },
        }),
      );
      await writingNothing(events, async () => {
        const writing = range(20).map((number) => rejection(events.append(`account-${number}`, numbered(1), any)));
        for (const reason of await Promise.all(writing)) assert.equal(reason, thrown);
      });
      assert.deepEqual(contents(store, id), before);
      for (const calls of told.transactions()) assert.equal(calls.at(-1), 'rolledBack');
      use(log, new Told());
      assert.equal((await events.append('account-1', numbered(1), noStream)).revision, 0);
    },

    'what `begin` throws refuses all, and nothing is stored': async (log) => {
      const { events } = log;
      const thrown = new RangeError('begin');
      const told = use(
        log,
        new Told({
          begin() {
            throw thrown;
          },
        }),
      );
      await writingNothing(events, async () => {
        const writing = range(20).map((number) => rejection(events.append(`account-${number}`, numbered(1), any)));
        for (const reason of await Promise.all(writing)) assert.equal(reason, thrown);
      });
      assert.deepEqual(told.events, []);
      for (const calls of told.transactions()) assert.equal(calls.at(-1), 'rolledBack');
      use(log, new Told());
      assert.equal((await events.append('account-1', numbered(1), noStream)).revision, 0);
    },

    'appends of an opening that was given none are shown to nobody': async (log) => {
      const other = await log.openAnother();
      const told = use(log, new Told());
      await other.events.append('account-1', numbered(1), any);
      assert.deepEqual(told.calls, []);
      const others = use(other, new Told());
      await other.events.append('account-1', numbered(1, 1), any);
      await log.events.append('account-1', numbered(1, 2), any);
      assert.deepEqual([told.events.length, others.events.length], [1, 1]);
    },

    'projections that are given later take the place of the former': async (log) => {
      const [first, second] = [use(log, new Told()), new Told()];
      await log.events.append('account-1', numbered(1), any);
      use(log, second);
      await log.events.append('account-1', numbered(1, 1), any);
      assert.deepEqual([first.events.length, second.events.length], [1, 1]);
    },

    'an append that a projection begins is written by a later transaction': async (log) => {
      const { events } = log;
      const inner: Promise<unknown>[] = [];
      const told = use(
        log,
        new Told({
          append([event]) {
            if (event?.category === 'account') inner.push(events.append('log-1', numbered(1, 1), any));
          },
        }),
      );
      await events.append('account-1', numbered(1), any);
      await inTime(Promise.all(inner), 'the append of a projection');
      assert.deepEqual(
        told.transactions().map((calls) => calls.length),
        [4, 4],
      );
      assert.deepEqual(await numbers(events.readAll()), [0, 1]);
    },
  }),

  ...lacking('inlineProjections', {
    'where the store cannot run them, nobody can give it any': async (log) => {
      assert.equal(log.useInline, undefined);
    },
  }),
};

function refusedEvents(count: number) {
  return numbered(count, 0, 'Refused');
}
