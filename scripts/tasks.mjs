// The tasks behind the scripts of package.json. Each makes sure first that the dependencies are installed.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPeers } from './peers.mjs';
import { runProgram } from './program.mjs';
import { pnpmVersion, setup } from './setup.mjs';

const root = path.resolve(fileURLToPath(import.meta.url), '../..');
const [task, ...args] = process.argv.slice(2);
const node = process.execPath;

/** Runs a command in the repository's root; resolves with its exit code. */
function run(command, commandArgs, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArgs, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
      shell: process.platform === 'win32' && command !== node,
    });
    // Ctrl-C reaches the child by itself: it is given the time to stop well, and we end with it.
    const ignore = () => {};
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', ignore).on('SIGTERM', pass).on('SIGHUP', pass);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGTERM', pass).off('SIGHUP', pass);
      resolve(code ?? 128 + os.constants.signals[signal]);
    });
  });
}

/** A tool's own script, run by this Node. */
const tool = (file, ...toolArgs) => run(node, [path.join(root, 'node_modules', file), ...toolArgs]);
/** One of our TypeScript files, straight from the sources. */
const source = (file, sourceArgs, env = {}) =>
  run(node, ['--conditions=@tidemark/source', '--enable-source-maps', '--import', 'tsx', file, ...sourceArgs], {
    TSX_TSCONFIG_PATH: path.join(root, 'tsconfig.json'),
    ...env,
  });
const pnpm = (...pnpmArgs) => run('npx', ['--yes', pnpmVersion(root), ...pnpmArgs]);

/** Runs all of them, though one fails, and is as bad as the worst: one look shows everything there is to mend. */
async function all(...steps) {
  let worst = 0;
  for (const step of steps) worst = Math.max(worst, await step());
  return worst;
}
/** Runs one after another as long as they succeed. */
async function inTurn(...steps) {
  for (const step of steps) {
    const code = await step();
    if (code !== 0) return code;
  }
  return 0;
}

const bench = (entry) =>
  inTurn(
    () => tool('typescript/bin/tsc', '-b', 'benchmarks/tsconfig.build.json'),
    () => run(node, [path.join('benchmarks/dist', entry), ...args]),
  );

const tasks = {
  setup: async () => 0,
  start: () => source('examples/loan-applications/src/main.ts', args),
  test: () => run(node, ['scripts/test.mjs', ...args]),
  // One file after another: the suites' rules want a server that nobody else uses meanwhile.
  'test:eventstoredb': () => {
    if (!process.env.TIDEMARK_EVENTSTOREDB)
      console.log(
        'TIDEMARK_EVENTSTOREDB is not set: the tests run on the test server of the package. For a real one, set it to a\n' +
          'connection string, esdb://127.0.0.1:2113?tls=false or esdb://user:password@node1,node2,node3?tlsCAFile=ca.crt.\n',
      );
    return run(node, ['scripts/test.mjs', 'packages/eventstoredb/test', ...args], { TEST_JOBS: '1' });
  },
  coverage: async () => {
    const data = path.join(root, 'coverage/tmp');
    fs.rmSync(data, { recursive: true, force: true });
    const env = { NODE_V8_COVERAGE: data };
    const loaded = await source('scripts/load-sources.mjs', [], env);
    const tested = await run(node, ['scripts/test.mjs', ...args], env);
    const files = ['--temp-directory', data, '--include', 'packages/*/src/**'];
    const reporters = ['text', 'lcovonly', 'json-summary'].flatMap((name) => ['--reporter', name]);
    const reported = await tool('c8/bin/c8.js', 'report', ...files, ...reporters);
    const covered = await run(node, ['scripts/check-coverage.mjs', 'coverage/coverage-summary.json', ...args]);
    return Math.max(loaded, tested, reported, covered);
  },
  typecheck: () => tool('typescript/bin/tsc', '-p', '.', ...args),
  lint: () =>
    all(
      () => tool('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', ...args),
      () => run(node, ['scripts/check-sizes.mjs']),
    ),
  'dead-code': () => tool('knip/bin/knip.js', '--no-config-hints', ...args),
  build: () => tool('typescript/bin/tsc', '-b', 'tsconfig.build.json', ...args),
  program: () => runProgram(args, { root, tool, source }),
  // What is published is measured, not the sources: what runs TypeScript directly wraps every function it meets.
  bench: () => bench('main.js'),
  'bench:peers': async () => {
    await installPeers(root);
    return bench('peers-main.js');
  },
  crashes: () => source('packages/sqlite/test/crash/run.ts', args),
  soak: () => source('packages/sqlite/test/soak/run.ts', args),
  docs: () => pnpm('--filter', '@tidemark/docs', 'run', 'build'),
  'check-packages': () => {
    const out = path.join(root, 'node_modules/.packs');
    fs.rmSync(out, { recursive: true, force: true });
    return inTurn(
      tasks.build,
      () => pnpm('--filter', './packages/*', '-r', 'exec', 'pnpm', 'pack', '--pack-destination', out),
      () =>
        all(
          ...fs
            .readdirSync(out)
            .flatMap((file) => [
              () => tool('publint/src/cli.js', path.join(out, file), '--strict'),
              () =>
                tool(
                  '@arethetypeswrong/cli/dist/index.js',
                  path.join(out, file),
                  '--profile',
                  'esm-only',
                  '--format',
                  'ascii',
                ),
            ]),
        ),
    );
  },
};

if (!Object.hasOwn(tasks, task ?? '')) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(tasks).join('|')}`);
  process.exit(2);
}
await setup(root);
process.exitCode = await tasks[task]();
