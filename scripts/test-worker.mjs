// Runs the uvu test files it is sent, one after another, and sends one result for each.
import fs from 'node:fs';
import { pathToFileURL } from 'node:url';

// As `uvu/run` does: files queue their suites in the global, and we run them.
globalThis.UVU_DEFER = 1;
globalThis.UVU_QUEUE = [];

let current;
/**
 * What a test calls that cannot run here, with the reason: shown by name in the runner's summary.
 * While a file is loaded it stands for a test that is not registered; inside a running test it turns that test into a skipped one.
 */
globalThis.__tidemarkSkip = (title, reason) => {
  if (!title || !reason) throw new TypeError('__tidemarkSkip(title, reason): a skipped test has a title and a reason');
  current.skips.push({ title, reason, running: current.running });
};

/** Suites whose `.run()` was forgotten: uvu itself would leave their tests out and exit with 0. */
function neverRun(source) {
  const names = [...source.matchAll(/^(?:const|let) (\w+) = suite\b/gm)].map(([, name]) => name);
  if (/^import \{[^}]*\btest\b[^}]*\} from 'uvu'/m.test(source)) names.push('test');
  return names.filter((name) => !new RegExp(`\\b${name}\\.run\\(\\)`).test(source));
}

async function runFile(file, index) {
  const result = { file, passed: 0, failed: 0, skips: [], problems: [], ms: 0 };
  const start = performance.now();
  current = { skips: result.skips, running: false };
  globalThis.UVU_INDEX = index;
  const suites = [];
  globalThis.UVU_QUEUE[index] = suites;
  try {
    for (const name of neverRun(fs.readFileSync(file, 'utf8'))) result.problems.push(`\`${name}.run()\` is missing`);
    await import(pathToFileURL(file).href);
    current.running = true;
    let unnamed = 0;
    for (const run of suites) {
      const [errors, ran, skipped, total] = await run();
      result.passed += ran;
      result.failed += total - ran;
      unnamed += skipped;
      if (typeof errors === 'string') result.problems.push(errors);
      // uvu swallows what a `before` hook throws, and would exit with 0
      else if (ran < total) result.problems.push(`a hook of the suite threw: ${total - ran} test(s) not run`);
    }
    // A helper may register `test.skip(title)` beside its report: the two are then one skipped test.
    const inTests = result.skips.filter((skip) => skip.running).length;
    result.passed -= inTests;
    unnamed -= result.skips.length - inTests;
    if (unnamed > 0) result.problems.push(`${unnamed} test(s) left out by test.skip or test.only without a reason`);
    if (result.passed + result.failed + result.skips.length === 0) result.problems.push('no test ran');
  } catch (error) {
    result.problems.push(error?.stack ?? String(error));
  }
  if (result.problems.length > 0 && result.failed === 0) result.failed = 1;
  result.ms = performance.now() - start;
  return result;
}

let finished = false;
// The runner is gone (killed, perhaps): do not go on without it.
process.on('disconnect', () => {
  if (!finished) process.exit(1);
});
process.once('message', async ({ files }) => {
  let index = 0;
  for (const file of files) {
    process.send({ started: file });
    process.send({ result: await runFile(file, index++) });
  }
  finished = true;
  process.disconnect();
});
