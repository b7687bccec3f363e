// Installs the dependencies once, and says what is happening meanwhile.
//
// The stamp is written only after all has succeeded, so that an install which was interrupted is done again. It is
// found by what decides the result (lockfile, pnpm's settings and version, Node's binary interface), so that a changed
// one is set up again. A second process that comes meanwhile waits for the first.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const heartbeatMs = 10_000;
const staleMs = 10_000;
const windows = process.platform === 'win32';
const say = (text) => console.log(`Tidemark: ${text}`);

/** Sets up `root` if that has not been done. Ends the process with a plain message where it cannot be. */
export async function setup(root) {
  const pnpm = pnpmVersion(root);
  const stamp = path.join(root, 'node_modules/.setup-stamp');
  const digest = digestOf(root, pnpm);
  if (isDone(stamp, digest)) return;

  const release = await takeLock(path.join(root, '.setup-lock'));
  try {
    if (isDone(stamp, digest)) return; // by the process we waited for
    const start = Date.now();
    say(
      fs.existsSync(stamp)
        ? 'the dependencies have changed, bringing them up to date …'
        : 'first run, installing dependencies and compiling better-sqlite3 (about 1–2 minutes) …',
    );
    fs.rmSync(stamp, { force: true });
    await install(root, pnpm);
    fs.writeFileSync(stamp, digest);
    say(`set up in ${Math.round((Date.now() - start) / 1000)} s\n`);
  } finally {
    release();
  }
}

/** The package manager, pinned in `config` and not in `packageManager`: with that field another major refuses to run. */
export function pnpmVersion(root) {
  const { config } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  return `pnpm@${config.pnpm}`;
}

const isDone = (stamp, digest) => fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === digest;

function digestOf(root, pnpm) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${process.versions.modules} ${pnpm}`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(fs.readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

async function install(root, pnpm) {
  const env = { ...process.env, JOBS: process.env.JOBS ?? 'max', ...ownHeaders() };
  const npx = (args, quiet = false) => spawnAlive(['npx', '--yes', pnpm, ...args], { cwd: root, env }, quiet);

  const reached = await npx(['--version'], true);
  if (reached.status !== 0)
    fail(
      reached.missing
        ? 'npx was not found. It comes with npm, which comes with Node: please install npm and run this again.'
        : `${pnpm}, which installs the dependencies, could not be fetched through npx.\nIs the npm registry reachable (network, proxy, npm's settings)?\n\n${reached.output}`,
    );

  const installed = await npx(['install', '--frozen-lockfile', '--reporter=append-only']);
  if (installed.status !== 0)
    fail(`the installation failed, its last lines:\n${installed.output}${compilerHint('better-sqlite3')}`);
  if (!nativeProblem(root)) return;
  say('better-sqlite3 is there but was not compiled, compiling it again …');
  const rebuilt = await npx(['rebuild', '--recursive', '--reporter=append-only', 'better-sqlite3']);
  const problem = nativeProblem(root);
  if (problem)
    fail(
      `better-sqlite3 was installed but does not load:\n${rebuilt.output}\n${problem}${compilerHint('better-sqlite3')}`,
    );
}

/**
 * A Node that ships its headers (Debian, Docker, nvm …): node-gyp is to use those, not to download others, nor to take
 * those of another Node that a `nodedir` in the user's .npmrc names: it would compile, and fail when loaded.
 */
export function ownHeaders() {
  const prefix = path.resolve(process.execPath, '../..');
  const header = path.join(prefix, 'include/node/node_version.h');
  if (!fs.existsSync(header)) return {};
  const text = fs.readFileSync(header, 'utf8');
  const part = (name) => text.match(new RegExp(`#define NODE_${name}_VERSION (\\d+)`))?.[1];
  const version = `v${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}`;
  return version === process.version ? { npm_config_nodedir: prefix } : {};
}

/** What keeps better-sqlite3 from opening a database, if anything does. */
function nativeProblem(root) {
  const script = `const Database = require('better-sqlite3'); new Database(':memory:').prepare('SELECT 1').get()`;
  const cwd = path.join(root, 'packages/sqlite');
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd, encoding: 'utf8' });
  return status === 0 ? undefined : (/^\w*Error\b.*$/m.exec(stderr)?.[0] ?? stderr);
}

/** What to install where `addon` could not be compiled, as far as it can be told. */
export function compilerHint(addon) {
  if (windows)
    return `\nWhere ${addon} has no ready-made binary it is compiled: that needs Python 3 and the Visual Studio Build Tools for C++.`;
  const missing = ['python3', 'make', 'g++'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  if (missing.length === 0) return '';
  return `\nCompiling ${addon} needs python3, make and a C++ compiler. Not found here: ${missing.join(', ')}.
On Debian or Ubuntu: apt-get install python3 make g++   On macOS: xcode-select --install`;
}

/** What is of no use while all goes well: the compiler's chatter, and npm's note on the setting it hands on for us. */
const noise = /node_modules\/\S+ install: |^npm warn Unknown|cyclic workspace dependencies|^$/;

/**
 * Runs a command and passes its lines on, the noise only when it fails. Gives a sign of life while nothing is shown:
 * the compiler takes a minute.
 */
export function spawnAlive([command, ...args], options, quiet) {
  return new Promise((resolve) => {
    const start = Date.now();
    const child = spawn(command, args, { ...options, shell: windows, stdio: ['ignore', 'pipe', 'pipe'] });
    const hidden = [];
    let shown = Date.now();
    const hear = (line) => {
      if (quiet || noise.test(line)) return hidden.push(line);
      shown = Date.now();
      console.log(`  ${line}`);
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', hear);
    const beat = setInterval(() => {
      if (Date.now() - shown < heartbeatMs) return;
      shown = Date.now();
      const at = hidden.at(-1)?.includes('better-sqlite3') ? 'compiling better-sqlite3' : 'at work';
      console.log(`  … ${at}, ${Math.round((Date.now() - start) / 1000)} s`);
    }, 1_000);
    const end = () => child.kill();
    process.once('exit', end);
    const done = (result) => {
      clearInterval(beat);
      process.off('exit', end);
      resolve({ output: hidden.slice(-60).join('\n'), ...result });
    };
    child.on('error', (error) => done({ status: 1, missing: error.code === 'ENOENT' }));
    child.on('close', (status) => done({ status }));
  });
}

/** A file that its owner touches every second: it is nobody's when it grew old, whatever process its number names now. */
async function takeLock(file) {
  for (let told = false; ; ) {
    try {
      fs.closeSync(fs.openSync(file, 'wx'));
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') fail(`cannot write ${file}: ${error.message}`);
    }
    if (isStale(file)) fs.rmSync(file, { force: true });
    else if (!told) {
      say('another process is setting up, waiting for it …');
      told = true;
    }
    await new Promise((wake) => setTimeout(wake, 500));
  }
  const touch = setInterval(() => fs.utimes(file, new Date(), new Date(), () => {}), 1_000);
  const stop = (signal) => process.exit(128 + os.constants.signals[signal]);
  const release = () => {
    clearInterval(touch);
    process.off('exit', release).off('SIGINT', stop).off('SIGTERM', stop);
    fs.rmSync(file, { force: true });
  };
  process.on('exit', release).on('SIGINT', stop).on('SIGTERM', stop);
  return release;
}

function isStale(file) {
  try {
    return Date.now() - fs.statSync(file).mtimeMs > staleMs;
  } catch {
    return false; // released in between
  }
}

function fail(message) {
  console.error(`\nTidemark: ${message}`);
  process.exit(1);
}
