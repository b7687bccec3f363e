import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
const head = `import { suite, test } from 'uvu'; import * as assert from 'uvu/assert';\n`;

/** Runs the runner on a tree of test files, each in a process of its own. Below node_modules, so that `uvu` is found. */
function runOn(files: Record<string, string>, env: Record<string, string> = {}) {
  const cache = path.join(root, 'node_modules/.cache');
  fs.mkdirSync(cache, { recursive: true });
  const tree = fs.mkdtempSync(path.join(cache, 'runner-'));
  try {
    fs.mkdirSync(path.join(tree, 'packages/fixture/test'), { recursive: true });
    for (const [name, text] of Object.entries(files))
      fs.writeFileSync(path.join(tree, 'packages/fixture/test', name), text);
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/test.mjs'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, TEST_ROOT: tree, TEST_TIMEOUT_MS: '20000', TEST_END_MS: '2000', ...env },
    });
    return { status, output: stdout + stderr, last: stdout.trimEnd().split('\n').at(-1) };
  } finally {
    fs.rmSync(tree, { recursive: true });
  }
}

/** What the runner printed for one file: a failure, if it printed one after an `ok`. */
function section(output: string, name: string) {
  const parts = output.split(/^(?=ok {3}|FAIL )/m).filter((part) => part.split('\n')[0]?.includes(name));
  return parts.at(-1) ?? '';
}

const traps: Record<string, { text: string; says: RegExp }> = {
  'failing.isolated.test.mjs': {
    text: `${head}test('adds', () => assert.is(1 + 1, 3)); test.run();`,
    says: /Expected values to be strictly equal/,
  },
  'throwing-hook.isolated.test.mjs': {
    text: `${head}test.before(() => { throw new Error('no'); }); test('one', () => {}); test.run();`,
    says: /a hook of the suite threw: 1 test/,
  },
  'forgotten-run.isolated.test.mjs': {
    text: `${head}test('one', () => {});`,
    says: /`test\.run\(\)` is missing/,
  },
  'forgotten-run-of-a-suite.isolated.test.mjs': {
    text: `${head}const other = suite('other');\nother('one', () => {}); test('two', () => {}); test.run();`,
    says: /`other\.run\(\)` is missing/,
  },
  'never-settling.isolated.test.mjs': {
    text: `// timeout: 1s\n${head}setInterval(() => {}, 1000); test('waits', () => new Promise(() => {})); test.run();`,
    says: /timed out after 1000 ms: a test did not settle/,
  },
  'late-rejection.isolated.test.mjs': {
    text: `${head}test('ends', () => { setTimeout(() => Promise.reject(new Error('too late')), 50); }); test.run();`,
    says: /too late/,
  },
  'leaked-handle.isolated.test.mjs': {
    text: `${head}test('ends', () => { setInterval(() => {}, 1000); }); test.run();`,
    says: /a handle is still open/,
  },
  'early-exit.isolated.test.mjs': {
    text: `${head}test('exits', () => process.exit(0)); test.run();`,
    says: /the process ended \(code 0\) before its tests did/,
  },
  'unreasoned-skip.isolated.test.mjs': {
    text: `${head}test('one', () => {}); test.skip('two', () => {}); test.run();`,
    says: /1 test\(s\) left out by test\.skip or test\.only without a reason/,
  },
  'only.isolated.test.mjs': {
    text: `${head}test('one', () => {}); test.only('two', () => {}); test.run();`,
    says: /left out by test\.skip or test\.only/,
  },
  'throwing-import.isolated.test.mjs': { text: `throw new Error('at import');`, says: /at import/ },
  'empty.isolated.test.mjs': { text: `${head}test.run();`, says: /no test ran/ },
};

test('fails on each way in which a test can go wrong without uvu noticing', () => {
  const { status, output, last } = runOn(
    Object.fromEntries(Object.entries(traps).map(([name, { text }]) => [name, text])),
  );

  for (const [name, { says }] of Object.entries(traps)) {
    assert.match(section(output, name), /^FAIL /, `${name} passed:\n${output}`);
    assert.match(section(output, name), says);
  }
  assert.is(status, 1);
  assert.match(last ?? '', /^\d+ passed, 12 failed, 0 skipped$/);
});

test('passes where all tests pass, and names what was skipped and why', () => {
  const { status, output, last } = runOn({
    'a.test.mjs': `${head}test('one', () => {}); test('two', () => __tidemarkSkip('two', 'no server here')); test.run();`,
    'b.test.mjs': `${head}__tidemarkSkip('three', 'no file here'); test.skip('three'); test('four', () => {}); test.run();`,
    'c.test.mjs': `${head}__tidemarkSkip('five', 'no disk here'); test.run();`,
  });

  assert.is(status, 0, output);
  assert.is(last, '2 passed, 0 failed, 3 skipped');
  assert.match(
    output,
    /Skipped:\n.*a\.test\.mjs: two: no server here\n.*b.test.mjs: three: no file here\n.*c.test.mjs: five: no disk here/,
  );
});

test('goes on with the other files of a package when one ends the process', () => {
  const { output, last } = runOn({
    'a.test.mjs': `${head}test('exits', () => process.exit(0)); test.run();`,
    'b.test.mjs': `${head}test('passes', () => {}); test.run();`,
  });

  assert.match(section(output, 'b.test.mjs'), /^ok /);
  assert.is(last, '1 passed, 1 failed, 0 skipped');
});

test('fails when there is nothing to run', () => {
  const { status, last } = runOn({});

  assert.is(status, 1);
  assert.is(last, '0 passed, 1 failed, 0 skipped');
});

test.run();
