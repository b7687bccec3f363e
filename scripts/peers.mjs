// Installs the frameworks that `npm run bench:peers` measures beside Tidemark: in benchmarks/peers, outside the workspace,
// so that nobody else fetches or compiles them. What cannot be had is said, and left out: the benchmark reports it absent.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { compilerHint, ownHeaders, spawnAlive } from './setup.mjs';

const say = (text) => console.log(`Tidemark: ${text}`);

/** Resolves when all is there that can be. */
export async function installPeers(root) {
  const folder = path.join(root, 'benchmarks/peers');
  const env = { ...process.env, JOBS: process.env.JOBS ?? 'max', ...ownHeaders() };
  const npm = (...args) => spawnAlive(['npm', ...args, '--prefix', folder], { cwd: folder, env }, false);
  const stamp = path.join(folder, 'node_modules/.peers-stamp');
  const digest = digestOf(folder);
  if (!fs.existsSync(stamp) || fs.readFileSync(stamp, 'utf8') !== digest) {
    say('installing the frameworks to measure beside, for this benchmark alone, in benchmarks/peers (some seconds) …');
    // Without scripts: what cannot be compiled is not to take the others with it.
    const installed = await npm('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
    if (installed.status !== 0) {
      say(
        `they could not be installed, and are measured without. Is the npm registry reachable?\n${installed.output}\n`,
      );
      return;
    }
    fs.writeFileSync(stamp, digest);
  }
  if (loads(folder)) return;
  say('fetching or compiling sqlite3, the driver of Emmett’s store (one to three minutes where it is compiled) …');
  const rebuilt = await npm('rebuild', 'sqlite3', '--loglevel=error');
  if (loads(folder)) return;
  say(
    `sqlite3 is not there: Emmett will be reported as absent, the others are measured. Run this again to try again.\n${rebuilt.output}${compilerHint('sqlite3')}\n`,
  );
}

function digestOf(folder) {
  const lockfile = fs.readFileSync(path.join(folder, 'package-lock.json'));
  return createHash('sha256').update(`${process.platform} ${process.arch} `).update(lockfile).digest('hex');
}

/** In a process of its own: an addon for another Node may end the one that loads it. */
function loads(folder) {
  return spawnSync(process.execPath, ['-e', `require('sqlite3')`], { cwd: folder }).status === 0;
}
