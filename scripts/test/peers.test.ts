import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from './program.ts';

/** An npm that notes what it was asked; `rebuild` makes what `driver` says, or fails. */
async function installing(driver: string | undefined, times = 1) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-peers-'));
  const peers = path.join(folder, 'benchmarks/peers');
  fs.mkdirSync(path.join(folder, 'bin'));
  fs.mkdirSync(peers, { recursive: true });
  fs.writeFileSync(path.join(peers, 'package-lock.json'), '{}');
  const rebuild =
    driver === undefined
      ? 'echo "gyp ERR! no compiler"; exit 1'
      : `printf '%s' "${driver}" > node_modules/sqlite3/index.js`;
  const npm = `#!/bin/sh
echo "$1" >> "${folder}/asked"
case $1 in ci) mkdir -p node_modules/sqlite3 ;; rebuild) ${rebuild} ;; esac
`;
  fs.writeFileSync(path.join(folder, 'bin/npm'), npm, { mode: 0o755 });
  try {
    let output = '';
    for (let time = 0; time < times; time += 1) output = await install(folder);
    return { output, asked: fs.readFileSync(path.join(folder, 'asked'), 'utf8').trim().split('\n') };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function install(folder: string): Promise<string> {
  const script = `import { installPeers } from ${JSON.stringify(path.join(root, 'scripts/peers.mjs'))}; await installPeers(${JSON.stringify(folder)}); console.log('went on');`;
  const env = { PATH: `${path.join(folder, 'bin')}:/usr/bin:/bin` };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', () => resolve(output));
  });
}

test('installs the peers once, and says that it does', async () => {
  const once = await installing('');
  assert.match(once.output, /installing the frameworks/);
  assert.match(once.output, /one to three minutes/);
  assert.equal((await installing('', 2)).asked, ['ci', 'rebuild']);
});

test('goes on without the peer whose driver cannot be compiled, says so, and tries again the next time', async () => {
  const { output, asked } = await installing(undefined, 2);
  assert.match(output, /Emmett will be reported as absent/);
  assert.match(output, /gyp ERR! no compiler/);
  assert.match(output, /went on/);
  assert.equal(asked, ['ci', 'rebuild', 'rebuild']);
});

test.run();
