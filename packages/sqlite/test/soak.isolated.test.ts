// timeout: 300s
/** A small soak: writers and consumers on one file are killed and frozen while they work, and everything fits in the end. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkFolder } from './soak/check-folder.ts';
import { runSoak } from './soak/soak.ts';
import { temporaryFolder } from './temporary.ts';

test('processes that write and consume are killed, frozen and started again, and nothing is lost, skipped or done twice', async () => {
  const folder = temporaryFolder();
  const seed = Date.now() % 1_000_000;
  const size = { events: 6_000, writers: 2, consumers: 2, killEvery: 0.4, deaths: 2, frozen: 1 };
  const report = await runSoak({ folder, seed, ...size });
  // Otherwise it would prove little.
  assert.ok(report.killed >= 2 && report.ownDeaths >= 2, `${report.killed} and ${report.ownDeaths} died`);
  assert.ok(report.acknowledged > 200, `${report.acknowledged} appends were acknowledged`);
  assert.ok(report.frozen >= 1, 'none was frozen');
  for (const [model, { commits }] of Object.entries(report.traces))
    assert.ok(commits > 2, `${commits} commits of ${model}`);
  assert.ok(report.documents > 20, `${report.documents} documents`);
  const { seconds, lives, killed, frozen, leaders, ownDeaths, ended, ...again } = report;
  assert.equal(await checkFolder(folder, { complete: true }), again, 'the same folder gave another verdict');
});

test.run();
