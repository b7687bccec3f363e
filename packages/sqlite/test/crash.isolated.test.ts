// timeout: 300s
/** Processes that are killed while they write: nothing acknowledged is lost, and what is there fits together. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bundledChild } from './crash/bundle.ts';
import { runLives } from './crash/lives.ts';

test('60 processes are killed at random moments and at chosen points, and nothing acknowledged is lost', async () => {
  const program = await bundledChild();
  const seed = Date.now() % 1_000_000;
  const files = await Promise.all([0, 1].map((index) => runLives({ program, lives: 30, seed: seed + index * 1_000 })));
  for (const { ways, stored, acknowledgedEvents, acknowledgedCommits } of files) {
    assert.equal(ways, { killed: 15, 'before-begin': 5, 'after-insert': 5, 'after-commit': 5 });
    // Otherwise it would prove little.
    assert.ok(acknowledgedEvents > 200, `found ${acknowledgedEvents} events acknowledged of ${stored} stored`);
    assert.ok(acknowledgedCommits > 4, `found ${acknowledgedCommits} commits of the read model`);
  }
});

test.run();
