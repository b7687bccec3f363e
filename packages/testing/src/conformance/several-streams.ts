import assert from 'node:assert/strict';
import { type EventData, type ExpectedRevision, eventData, type StreamAppend } from '@tidemark/core';
import { all, noStream, numbered, numbers, refused, writingNothing } from './language.ts';
import { lacking, needing, type Rules } from './rule.ts';

export const appendingToSeveralStreams: Rules = {
  ...needing('multiStreamAppend', {
    'writes to all of them and answers in their order': async ({ events }) => {
      await events.append('account-2', numbered(2), noStream);
      const results = await events.appendToStreams([to('account-1', numbered(2)), to('account-2', numbered(1, 2), 1)]);
      assert.deepEqual(
        results.map(({ streamName, revision, repeated }) => ({ streamName, revision, repeated })),
        [
          { streamName: 'account-1', revision: 1, repeated: false },
          { streamName: 'account-2', revision: 2, repeated: false },
        ],
      );
      assert.deepEqual(await numbers(events.readStream('account-1')), [0, 1]);
      assert.deepEqual(await numbers(events.readStream('account-2')), [0, 1, 2]);
      assert.equal(results[1]?.position, await events.head());
    },

    'writes to none when one stands elsewhere': async ({ events }) => {
      await events.append('account-2', numbered(2), noStream);
      for (const wrong of ['no_stream', 0, 7] as const) {
        const error = await writingNothing(events, () =>
          refused('WRONG_EXPECTED_REVISION', () =>
            events.appendToStreams([
              to('account-1', numbered(1)),
              to('account-2', numbered(1), wrong),
              to('account-3', numbered(1)),
            ]),
          ),
        );
        assert.equal(error['streamName'], 'account-2');
      }
      assert.equal((await events.append('account-1', numbered(1), noStream)).revision, 0);
    },

    'writes to none when one is gone for good': async ({ events }) => {
      await events.tombstoneStream('account-2');
      await writingNothing(events, () =>
        refused('STREAM_DELETED', () =>
          events.appendToStreams([to('account-1', numbered(1)), to('account-2', numbered(1), 'any')]),
        ),
      );
    },

    'revives those of them that were deleted, however that came about, and shows what is new': async ({ events }) => {
      const names = ['account-1', 'account-2', 'account-3'];
      for (const name of names) await events.append(name, numbered(2), noStream);
      await events.deleteStream('account-1', { expectedRevision: 'any' });
      await events.deleteStream('account-2', { expectedRevision: 1 });
      await events.deleteStream('account-3', { expectedRevision: 1 });
      await writingNothing(events, () =>
        refused('STREAM_DELETED', () =>
          events.appendToStreams([to('account-1', numbered(1)), to('account-3', numbered(1), 'stream_exists')]),
        ),
      );
      const results = await events.appendToStreams([
        to('account-1', numbered(1, 2)),
        to('account-2', numbered(2, 2)),
        to('account-3', numbered(1, 2), 1),
      ]);
      assert.deepEqual(
        results.map(({ revision }) => revision),
        [2, 3, 2],
      );
      const shown = await Promise.all(names.map((name) => numbers(events.readStream(name))));
      assert.deepEqual(shown, [[2], [2, 3], [2]]);
    },

    'repeated as a whole it succeeds without writing': async ({ events }) => {
      const appends = [to('account-1', numbered(2)), to('account-2', numbered(1))];
      const first = await events.appendToStreams(appends);
      const again = await writingNothing(events, () => events.appendToStreams(appends));
      assert.deepEqual(
        again,
        first.map((result) => ({ ...result, repeated: true })),
      );
    },

    'is refused when some of it was stored before and some was not': async ({ events }) => {
      const repeated = to('account-1', numbered(2));
      await events.appendToStreams([repeated]);
      for (const appends of [
        [repeated, to('account-2', numbered(1))],
        [to('account-2', numbered(1)), repeated],
      ]) {
        await writingNothing(events, () => refused('WRONG_EXPECTED_REVISION', () => events.appendToStreams(appends)));
      }
    },

    'only checks the expectation of a stream that gets no events': async ({ events }) => {
      await events.append('account-2', numbered(1), noStream);
      const results = await events.appendToStreams([to('account-1', numbered(1)), to('account-2', [], 0)]);
      assert.deepEqual([results[1]?.revision, results[1]?.position], [0, undefined]);
      await writingNothing(events, () =>
        refused('WRONG_EXPECTED_REVISION', () =>
          events.appendToStreams([to('account-1', numbered(1), 0), to('account-2', [], 3)]),
        ),
      );
    },

    'a stream named twice is an argument error': async ({ events }) => {
      await writingNothing(events, () =>
        refused('INVALID_ARGUMENT', () =>
          events.appendToStreams([to('account-1', numbered(1)), to('account-1', numbered(1), 0)]),
        ),
      );
    },

    'one bad argument refuses all': async ({ events }) => {
      await writingNothing(events, () =>
        refused('INVALID_STREAM_NAME', () =>
          events.appendToStreams([to('account-1', numbered(1)), to('', numbered(1))]),
        ),
      );
      await writingNothing(events, () =>
        refused('INVALID_ARGUMENT', () =>
          events.appendToStreams([to('account-1', numbered(1)), to('account-2', numbered(1), -1)]),
        ),
      );
    },

    'an append above the limit is refused whole, though no stream of it is': async ({ events }) => {
      const { maxAppendBytes } = events.capabilities;
      const large = (number: number) => [{ ...numbered(1)[0], data: sized(number, maxAppendBytes * 0.6) } as EventData];
      await writingNothing(events, () =>
        refused('APPEND_TOO_LARGE', () =>
          events.appendToStreams([to('account-1', large(1)), to('account-2', large(2)), to('account-3', numbered(1))]),
        ),
      );
      await events.appendToStreams([to('account-1', large(1)), to('account-2', numbered(1))]);
    },

    'what is no list of appends is refused': async ({ events }) => {
      const good = to('account-1', numbered(1));
      for (const bad of [undefined, null, 'account-1', good, [good, null], [good, 'account-2'], [good, {}]]) {
        await writingNothing(events, () =>
          assert.rejects(() => events.appendToStreams(bad as readonly StreamAppend[]), {
            name: /^(ArgumentError|StreamNameError)$/,
          }),
        );
      }
    },

    'of many writers who move money between the same accounts, none leaves half a transfer': async ({ events }) => {
      await events.append('account-1', numbered(1), noStream);
      await events.append('account-2', numbered(1), noStream);
      const transfers = Array.from({ length: 40 }, (_, index) => {
        const moved = [eventData('Moved', { transfer: index })];
        return events.appendToStreams([to('account-1', moved, 0), to('account-2', moved, 0)]).then(
          () => [index],
          () => [],
        );
      });
      const winners = (await Promise.all(transfers)).flat();
      assert.equal(winners.length, 1);
      for (const name of ['account-1', 'account-2']) {
        const [moved] = await all(events.readStream(name, { from: 1 }));
        assert.deepEqual(moved?.data, { transfer: winners[0] });
      }
    },
  }),

  ...lacking('multiStreamAppend', {
    'is refused as not supported where the store cannot do it': async ({ events }) => {
      await refused('UNSUPPORTED', () => events.appendToStreams([to('account-1', numbered(1))]));
    },
  }),
};

/** JSON text of so many bytes. */
function sized(number: number, bytes: number): string {
  const beginning = `{"number":${number},"text":"`;
  return `${beginning}${'x'.repeat(Math.floor(bytes) - beginning.length - 2)}"}`;
}

function to(
  streamName: string,
  events: readonly EventData[],
  expectedRevision: ExpectedRevision = 'no_stream',
): StreamAppend {
  return { streamName, events, expectedRevision };
}
