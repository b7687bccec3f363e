// Runs the uvu tests: one process per package (per file for *.isolated.test.ts), as many at a time as there are cores.
// Fails where uvu alone would not: a hook that throws, a forgotten run(), a test that never settles, a rejection
// nobody awaited, a handle left open, a skipped test without a reason.
//
//   node scripts/test.mjs [part of a path …]     TEST_JOBS=1  TEST_TIMEOUT_MS=120000  TEST_ROOT=another/tree
//
// A file that needs longer says so in its first line: `// timeout: 300s`. Under coverage everything may take four times as
// long: V8 then runs slower, and a process that is killed before it has written down what it ran counts as having run nothing.
// Prints `N passed, N failed, N skipped` last.
import { fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { globSync } from './glob.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const home = path.dirname(here);
const root = path.resolve(process.env.TEST_ROOT ?? home);
const filters = process.argv.slice(2);
const patience = process.env.NODE_V8_COVERAGE ? 4 : 1;
const defaultTimeoutMs = patience * Number(process.env.TEST_TIMEOUT_MS ?? 120_000);
const endMs = patience * Number(process.env.TEST_END_MS ?? 15_000);
const jobs = Number(process.env.TEST_JOBS ?? os.availableParallelism());

const folders = ['packages', 'examples', 'benchmarks', 'docs', 'scripts'];
const relative = (file) => path.relative(root, file).replaceAll('\\', '/');
const files = globSync(root, folders, /(^|\/)test\/.*\.test\.(ts|mjs)$/).filter(
  (file) => filters.length === 0 || filters.some((part) => relative(file).includes(part)),
);

const batches = new Map();
for (const file of files) {
  const [folder, name] = relative(file).split('/');
  const owner = folder === 'packages' || folder === 'examples' ? `${folder}/${name}` : folder;
  const key = file.includes('.isolated.') ? file : owner;
  batches.set(key, [...(batches.get(key) ?? []), file]);
}
// The longest first, so that no core idles while the other runs it: what a file asks for is three times what it takes, about.
const seconds = (batch) => (batch[0].includes('.isolated.') ? timeoutOf(batch[0]) / 3_000 : 2 * batch.length);
const queue = [...batches.values()].sort((a, b) => seconds(b) - seconds(a));

const totals = { passed: 0, failed: 0, skips: [] };
const failedFiles = new Set();
const running = new Set();

function report({ file, passed = 0, failed = 0, skips = [], problems = [], ms = 0 }, output) {
  totals.passed += passed;
  totals.failed += failed;
  for (const skip of skips) totals.skips.push({ ...skip, file });
  const counts = `${passed} passed${skips.length > 0 ? `, ${skips.length} skipped` : ''}`;
  if (failed === 0) return console.log(`ok   ${relative(file)} (${counts}, ${(ms / 1000).toFixed(1)} s)`);
  failedFiles.add(relative(file));
  console.log(`FAIL ${relative(file)} (${counts}, ${failed} failed)`);
  for (const text of [output, ...problems]) if (text) console.log(text);
}

function timeoutOf(file) {
  const [, seconds] = /^\/\/ timeout: (\d+)s/.exec(fs.readFileSync(file, 'utf8')) ?? [];
  return seconds ? patience * Number(seconds) * 1000 : defaultTimeoutMs;
}

/** Ends a worker and the processes its tests started: each worker leads a process group of its own. */
function kill(child) {
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

/** A module to import is named as a URL where a path would be taken for one. */
const threads = pathToFileURL(path.join(here, 'tsx-in-threads.mjs')).href;

function runBatch(batch) {
  return new Promise((resolve) => {
    const child = fork(path.join(here, 'test-worker.mjs'), {
      cwd: home,
      detached: process.platform !== 'win32',
      execArgv: ['--conditions=@tidemark/source', '--enable-source-maps', '--import', 'tsx', '--import', threads],
      env: { ...process.env, TSX_TSCONFIG_PATH: path.join(home, 'tsconfig.json') },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    running.add(child);
    const left = new Set(batch);
    let current = batch[0];
    let output = '';
    let why = '';
    let timer;
    const arm = (ms, reason) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        why = reason;
        kill(child);
      }, ms);
    };
    const finish = (ending) => {
      clearTimeout(timer);
      running.delete(child);
      kill(child); // what the tests left running
      const text = output.trimEnd();
      if (left.size > 0) {
        const problem = why || `the process ended (${ending}) before its tests did`;
        report({ file: current, failed: 1, problems: [problem] }, text);
        left.delete(current);
        if (left.size > 0) queue.unshift([...left]); // the others get a process of their own
      } else if (why || ending !== 'code 0') {
        report(
          { file: current, failed: 1, problems: [why || `the process ended with ${ending} after its tests`] },
          text,
        );
      }
      resolve();
    };

    arm(defaultTimeoutMs, `did not start within ${defaultTimeoutMs} ms`);
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('message', ({ started, result }) => {
      if (started) {
        current = started;
        const ms = timeoutOf(started);
        arm(ms, `timed out after ${ms} ms: a test did not settle`);
        return;
      }
      left.delete(result.file);
      report(result, output.trimEnd());
      output = '';
      if (left.size === 0) arm(endMs, `the process did not end ${endMs} ms after its tests: a handle is still open`);
    });
    child.on('error', (error) => finish(error.message));
    // Not 'close': a process that a test left running would hold the pipes open for ever.
    child.on('exit', (code, signal) => setTimeout(finish, 20, signal ?? `code ${code}`));
    child.send({ files: batch });
  });
}

async function work() {
  for (let batch = queue.shift(); batch; batch = queue.shift()) await runBatch(batch);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    for (const child of running) kill(child);
    process.exit(128 + os.constants.signals[signal]);
  });
}

const start = performance.now();
await Promise.all(Array.from({ length: jobs }, work));
if (files.length === 0) {
  console.log(`no test file${filters.length > 0 ? ` matches ${filters.join(' ')}` : ''}`);
  totals.failed += 1;
}
if (totals.skips.length > 0) console.log('\nSkipped:');
for (const { file, title, reason } of totals.skips) console.log(`  ${relative(file)}: ${title}: ${reason}`);
if (failedFiles.size > 0) console.log(`\nFailed:\n  ${[...failedFiles].join('\n  ')}`);
console.log(`\n${files.length} files in ${((performance.now() - start) / 1000).toFixed(1)} s`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skips.length} skipped`);
process.exitCode = totals.failed > 0 ? 1 : 0;
