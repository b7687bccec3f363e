/** In general: what a correct consumer records always passes, and one false entry never does. */
import assert from 'node:assert/strict';
import { checkTrace } from '@tidemark/testing';
import fc from 'fast-check';
import { suite } from 'uvu';
import { corruptions, secondLeader, spotsOf } from './corruptions.ts';
import { filter, histories, traceWith } from './histories.ts';
import { found } from './small-log.ts';

const test = suite('any trace');

const runs = Number(process.env['FC_RUNS'] ?? 200);
const which = fc.nat();

test('passes, when the consumer was correct', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async ({ log, traces }) => {
      const upTo = log.at(-1)?.position ?? 0;
      const report = await checkTrace(traces, log, { filter, upTo });
      const seen = traces.flatMap(({ list }) => list.filter(({ kind }) => kind === 'seen'));
      assert.deepEqual([report.delivered, report.traces], [seen.length, traces.length]);
      assert.equal(report.cut.length, traces.filter(({ list }) => list.at(-1)?.kind === 'cut').length);
      assert.equal(
        await checkTrace(traces.toReversed(), log, { filter, upTo }).then(({ checkpoint }) => checkpoint),
        report.checkpoint,
      );
    }),
    { numRuns: runs },
  );
});

for (const [title, { codes, change }] of Object.entries(corruptions)) {
  test(`is found when it ${title}`, async () => {
    await fc.assert(
      fc.asyncProperty(histories, which, async ({ log, traces }, number) => {
        const changes = traces.flatMap((trace) =>
          [...spotsOf(trace)].flatMap((spot) => {
            const list = change(spot, log);
            return list === undefined ? [] : [{ trace, list }];
          }),
        );
        const chosen = changes[number % Math.max(1, changes.length)];
        fc.pre(chosen !== undefined);
        const changed = traces.map((trace) => (trace === chosen.trace ? traceWith(trace.name, chosen.list) : trace));
        const [first] = await found(changed, log, { filter });
        assert.ok(first !== undefined, 'nothing was found');
        assert.ok(codes.includes(first[0]), `found ${first[0]}, wanted ${codes}`);
      }),
      { numRuns: runs },
    );
  });
}

test('is found when a second leader committed the same events', async () => {
  await fc.assert(
    fc.asyncProperty(histories, which, async ({ log, traces }, number) => {
      const copies = traces
        .flatMap((trace) => [...spotsOf(trace)].map(secondLeader))
        .filter((list) => list !== undefined);
      const chosen = copies[number % Math.max(1, copies.length)];
      fc.pre(chosen !== undefined);
      const [first] = await found([...traces, traceWith('second leader', chosen)], log, { filter });
      assert.equal(first?.[0], 'COMMITS_OVERLAP');
    }),
    { numRuns: runs },
  );
});

test.run();
