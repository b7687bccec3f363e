/** The limit of `npm run coverage`, on summaries as c8 writes them. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const root = path.resolve(fileURLToPath(import.meta.url), '../../..');

/** Of files by path: how many lines they have, and how many ran. */
function check(files: Record<string, readonly [total: number, covered: number]>, ...filters: readonly string[]) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-coverage-'));
  try {
    const summary = path.join(folder, 'coverage-summary.json');
    const lines = Object.entries({ total: [9, 0] as const, ...files }).map(([file, [total, covered]]) => {
      return [file === 'total' ? file : path.join('/somewhere', file), { lines: { total, covered } }];
    });
    fs.writeFileSync(summary, JSON.stringify(Object.fromEntries(lines)));
    const args = ['scripts/check-coverage.mjs', summary, ...filters];
    const { stdout, status } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    return { status, said: stdout.trim().split('\n') };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const core = 'packages/core/src/event/event.ts';
const sqlite = 'packages/sqlite/src/writer.ts';
const testing = 'packages/testing/src/index.ts';

test('holds core, sqlite and all together to 95 % of their lines, over all files of each', () => {
  const enough = check({ [core]: [100, 90], 'packages/core/src/index.ts': [100, 100], [sqlite]: [100, 95] });
  assert.equal(enough.said, [
    'packages/core: 95.00 % of 200 lines',
    'packages/sqlite: 95.00 % of 100 lines',
    'packages: 95.00 % of 300 lines',
  ]);
  assert.is(enough.status, 0);
});

test('fails where one of them is short, and says which', () => {
  const short = check({ [core]: [10_000, 9_499], [sqlite]: [100, 100], [testing]: [1_000, 1_000] });
  assert.is(short.said[0], 'packages/core: 94.99 % of 10000 lines, at least 95 % are wanted');
  assert.is(short.status, 1);
  assert.is(check({ [core]: [100, 100], [sqlite]: [100, 94] }).status, 1);
  assert.is(check({ [core]: [100, 100], [sqlite]: [100, 100], [testing]: [1_000, 0] }).status, 1);
});

test('a package none of whose files was loaded is short', () => {
  const without = check({ [core]: [100, 100] });
  assert.is(without.said[1], 'packages/sqlite: 0.00 % of 0 lines, at least 95 % are wanted');
  assert.is(without.status, 1);
});

test('a package whose tests were not asked for is shown, and not held to it', () => {
  const files = { [core]: [100, 96], [sqlite]: [100, 5] } as const;
  assert.is(check(files, 'packages/core').status, 0);
  assert.is(check(files, 'packages/core', 'packages/sqlite/test').status, 1);
  assert.is(check(files).status, 1);
});

test.run();
