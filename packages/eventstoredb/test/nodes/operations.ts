/**
 * What is under way, again and again, while a node is killed or frozen. Each turn ends as it should and leaves what it says;
 * at the end all turns together are looked at once more, for what a node may have done late.
 */
import assert from 'node:assert/strict';
import { createApplication, type Receipt } from '@tidemark/core';
import { eventStoreDB } from '../../src/index.ts';
import { Count, Counter, Counts } from '../adapter/failing-nodes.ts';
import { errorOf, idsOf, noStream, numbered } from '../adapter/saying.ts';
import type { Operation } from './operation.ts';
import { readingOperations } from './reading-operations.ts';

/** What was acknowledged is there once and in order; of the others each append is there once, in whole, or not at all. */
function appendingWithout(expectedRevision: 'any' | 'stream_exists'): Operation['start'] {
  return async ({ stores: { events }, name }) => {
    const first = numbered(1);
    await events.append(`${name}-1`, first, noStream);
    const acknowledged = first.map(({ eventId }) => eventId);
    const unknown: (readonly string[])[] = [];
    return {
      turn: async (number) => {
        const given = numbered(2, number);
        const ids = given.map(({ eventId }) => eventId);
        const outcome = await events.append(`${name}-1`, given, { expectedRevision }).catch((error) => error);
        if (outcome?.code === 'OUTCOME_UNKNOWN') unknown.push(ids);
        else if (outcome instanceof Error) throw outcome;
        else acknowledged.push(...ids);
      },
      end: async () => {
        const stored = await idsOf(events.readStream(`${name}-1`));
        assert.equal(new Set(stored).size, stored.length, 'nothing is stored twice');
        assert.deepEqual(
          stored.filter((id) => acknowledged.includes(id)),
          acknowledged,
        );
        const others = stored.filter((id) => !acknowledged.includes(id));
        const whole = unknown.filter(([id]) => others.includes(id as string));
        assert.deepEqual([...others].sort(), whole.flat().sort());
      },
    };
  };
}

/** Each turn deletes a stream of its own, which nobody finds then, and which goes on behind what it held. */
function deleting(expectedRevision: 'any' | number): Operation['start'] {
  return ({ stores: { events }, name }) => {
    const revived: string[] = [];
    return {
      turn: async (number) => {
        const streamName = `${name}-${number}`;
        await events.append(streamName, numbered(2), noStream);
        await events.deleteStream(streamName, { expectedRevision });
        assert.equal((await errorOf(idsOf(events.readStream(streamName))))['code'], 'STREAM_NOT_FOUND');
        const { revision } = await events.append(streamName, numbered(1), noStream);
        assert.equal(revision, 2);
        revived.push(streamName);
      },
      end: async () => {
        for (const streamName of revived)
          assert.equal((await idsOf(events.readStream(streamName))).length, 1, `${streamName} begins at its revival`);
      },
    };
  };
}

export const operations: Readonly<Record<string, Operation>> = {
  ...readingOperations,
  'append at no_stream': {
    appends: true,
    start: ({ stores: { events }, name }) => {
      const all: (readonly string[])[] = [];
      const check = async (number: number) =>
        assert.deepEqual(await idsOf(events.readStream(`${name}-${number}`)), all[number]);
      return {
        turn: async (number) => {
          const given = numbered(2);
          await events.append(`${name}-${number}`, given, noStream);
          all[number] = given.map(({ eventId }) => eventId);
          await check(number);
        },
        end: async () => {
          for (const number of all.keys()) await check(number);
        },
      };
    },
  },
  'append at a revision': {
    appends: true,
    start: ({ stores: { events }, name }) => {
      const ids: string[] = [];
      return {
        turn: async (number) => {
          const given = numbered(2, number);
          const expected = ids.length === 0 ? noStream : { expectedRevision: ids.length - 1 };
          await events.append(`${name}-1`, given, expected);
          ids.push(...given.map(({ eventId }) => eventId));
        },
        end: async () => assert.deepEqual(await idsOf(events.readStream(`${name}-1`)), ids),
      };
    },
  },
  'append at any': { appends: true, start: appendingWithout('any') },
  'append at stream_exists': { appends: true, start: appendingWithout('stream_exists') },
  'delete a stream': { appends: true, start: deleting('any') },
  'delete a stream at a revision': { appends: true, start: deleting(1) },
  'put a tombstone': {
    appends: false,
    start: ({ stores: { events }, name }) => ({
      turn: async (number) => {
        await events.append(`${name}-${number}`, numbered(1), noStream);
        await events.tombstoneStream(`${name}-${number}`);
        assert.equal((await errorOf(idsOf(events.readStream(`${name}-${number}`))))['code'], 'STREAM_DELETED');
        assert.equal(
          (await errorOf(events.append(`${name}-${number}`, numbered(1), noStream)))['code'],
          'STREAM_DELETED',
        );
      },
    }),
  },
  'change metadata': {
    appends: true,
    start: async ({ stores: { events }, name }) => {
      let last = 0;
      await events.append(`${name}-1`, numbered(1), noStream);
      const check = async () => assert.deepEqual(await events.readStreamMetadata(`${name}-1`), { maxCount: last });
      return {
        turn: async (number) => {
          last = number + 1;
          await events.changeStreamMetadata(`${name}-1`, { maxCount: last });
          await check();
        },
        end: check,
      };
    },
  },
  'keep a snapshot': {
    appends: true,
    start: ({ stores: { snapshots }, name }) => {
      const streamName = `${name}-1`;
      let last = 0;
      const check = async () => assert.equal((await snapshots.load(streamName, 'kind'))?.revision, last);
      return {
        turn: async (number) => {
          last = number;
          const [event] = numbered(1);
          const place = { revision: number, position: number + 1, eventId: event?.eventId ?? '' };
          await snapshots.save({ streamName, kind: 'kind', fingerprint: 'same', state: '{"json":{}}', ...place });
          await check();
        },
        end: check,
      };
    },
  },
  'run an application under load': {
    appends: false,
    start: async ({ nodes, name }) => {
      const store = eventStoreDB(nodes.address, { timeout: 1_000, retryFor: nodes.patience });
      const app = await createApplication({ store, aggregates: [Counter], projections: [Counts] });
      const counters = Array.from({ length: 4 }, (_, index) => `${name}.${index}`);
      const receipts: Receipt[] = [];
      let turns = 0;
      const count = async (counterId: string) =>
        receipts.push(await app.execute(Count, { counterId }, { commandId: `${counterId}.${turns}` }));
      return {
        turn: async () => {
          await Promise.all(counters.map(count));
          turns += 1;
        },
        end: async () => {
          const numbers = Array.from({ length: turns }, (_, index) => index + 1);
          for (const receipt of receipts.slice(-4)) await app.caughtUp(Counts, receipt, { timeout: nodes.patience });
          for (const counterId of counters)
            assert.deepEqual(await app.documents(Counts).get(counterId), numbers, 'each command was applied once');
          await app.stop();
        },
      };
    },
  },
};
