import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from './program.ts';

/** Runs .ci/run with an npm that answers as told: `case` branches of a shell, by its arguments. */
function runCi(answers: string, env: Record<string, string> = {}) {
  const tree = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-ci-'));
  try {
    fs.mkdirSync(path.join(tree, '.ci'));
    fs.copyFileSync(path.join(root, '.ci/run'), path.join(tree, '.ci/run'));
    fs.writeFileSync(path.join(tree, 'npm'), `#!/bin/sh\necho "$CI $HOME" >> seen\ncase "$*" in ${answers} esac\n`, {
      mode: 0o755,
    });
    const ran = spawnSync('bash', ['.ci/run'], {
      cwd: tree,
      encoding: 'utf8',
      env: { PATH: `${tree}${path.delimiter}${process.env['PATH']}`, HOME: os.tmpdir(), ...env },
    });
    const seen = fs.readFileSync(path.join(tree, 'seen'), 'utf8').trim().split('\n');
    return { status: ran.status, output: ran.stdout + ran.stderr, last: ran.stdout.trimEnd().split('\n').at(-1), seen };
  } finally {
    fs.rmSync(tree, { recursive: true });
  }
}

test('counts each test and each step, and passes when all do', () => {
  const { status, last, output } = runCi(`'test --silent') echo '41 passed, 0 failed, 2 skipped';; *) ;;`);

  assert.is(last, '47 passed, 0 failed', output);
  assert.is(status, 0);
  for (const name of ['setup', 'tests', 'lint', 'types', 'dead code', 'packages', 'docs', 'benchmarks'])
    assert.match(output, new RegExp(`^${name} +\\d+ s  ok$`, 'm'));
});

test('goes on after a failure and counts it', () => {
  const { status, last, output } = runCi(
    `'test --silent') echo '40 passed, 1 failed, 0 skipped'; exit 1;; *lint) exit 3;; *) ;;`,
  );

  assert.is(last, '45 passed, 2 failed', output);
  assert.is(status, 1);
  assert.match(output, /^lint +\d+ s {2}FAILED$/m);
  assert.match(output, /^benchmarks +\d+ s {2}ok$/m);
});

test('counts a test run that ended before it could count, or that failed without a failed test', () => {
  assert.is(runCi(`'test --silent') exit 1;; *) ;;`).last, '6 passed, 1 failed');
  assert.is(runCi(`'test --silent') echo '1 passed, 0 failed, 0 skipped'; exit 1;; *) ;;`).last, '7 passed, 1 failed');
});

test('stops when the dependencies cannot be set up', () => {
  const { status, last, seen } = runCi(`*setup) exit 1;; *) ;;`);

  assert.is(last, '0 passed, 1 failed');
  assert.is(status, 1);
  assert.is(seen.length, 1);
});

test('works without a HOME', () => {
  const { status, seen } = runCi(`'test --silent') echo '1 passed, 0 failed, 0 skipped';; *) ;;`, { HOME: '' });

  assert.is(status, 0);
  for (const line of seen) assert.match(line, /^true \/.+/);
});

test.run();
