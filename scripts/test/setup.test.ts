import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { root } from './program.ts';

const loads = 'module.exports = class { prepare() { return { get() {} }; } };';
const broken = `throw new Error('no bindings here');`;
const succeeds = 'exit 0';

/** A repository with nothing in it, and an npx that does as told and notes what it was asked. */
class Tree {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-setup-'));

  constructor(npx: string | undefined, native = loads) {
    this.write('package.json', '{ "config": { "pnpm": "1.2.3" } }');
    this.write('pnpm-lock.yaml', 'a');
    this.write('pnpm-workspace.yaml', 'a');
    this.write('node_modules/any', '');
    this.write('packages/sqlite/node_modules/better-sqlite3/index.js', native);
    this.write('bin/none', '');
    if (npx !== undefined) this.npx(npx);
  }

  write(name: string, text: string, mode = 0o644) {
    fs.mkdirSync(path.dirname(path.join(this.folder, name)), { recursive: true });
    fs.writeFileSync(path.join(this.folder, name), text, { mode });
  }

  npx(does: string) {
    this.write('bin/npx', `#!/bin/sh\necho "$*" >> "${this.folder}/asked"\n${does}\n`, 0o755);
  }

  /** What npx was asked to install or rebuild. */
  get asked(): string[] {
    const file = path.join(this.folder, 'asked');
    const lines = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n') : [];
    return lines.filter((line) => !line.includes('--version'));
  }

  setup(path_ = `${path.join(this.folder, 'bin')}:/usr/bin:/bin`) {
    return new Promise<{ status: number | null; output: string }>((resolve) => {
      const script = `import { setup } from ${JSON.stringify(path.join(root, 'scripts/setup.mjs'))}; await setup(${JSON.stringify(this.folder)});`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env: { PATH: path_ } });
      let output = '';
      child.stdout.on('data', (chunk) => (output += chunk));
      child.stderr.on('data', (chunk) => (output += chunk));
      child.on('close', (status) => resolve({ status, output }));
    });
  }
}

async function inTree(tree: Tree, use: (tree: Tree) => Promise<void>) {
  try {
    await use(tree);
  } finally {
    fs.rmSync(tree.folder, { recursive: true });
  }
}

test('installs once, says so, and again only when the lockfile changed', () =>
  inTree(new Tree(succeeds), async (tree) => {
    const first = await tree.setup();
    assert.match(first.output, /first run, installing dependencies and compiling better-sqlite3 \(about 1–2 minutes\)/);
    assert.match(first.output, /set up in \d+ s/);
    assert.is(first.status, 0);

    assert.is((await tree.setup()).output, '');
    assert.equal(tree.asked, ['--yes pnpm@1.2.3 install --frozen-lockfile --reporter=append-only']);

    tree.write('pnpm-lock.yaml', 'b');
    assert.match((await tree.setup()).output, /have changed/);
    assert.is(tree.asked.length, 2);
  }));

test('an installation that failed is done again', () =>
  inTree(
    new Tree('case "$*" in *--version) ;; *) echo "x/node_modules/y install: no luck"; exit 1;; esac'),
    async (tree) => {
      const first = await tree.setup();
      assert.is(first.status, 1);
      assert.match(first.output, /the installation failed, its last lines:\n.*no luck/);

      tree.npx(succeeds);
      assert.match((await tree.setup()).output, /set up in/);
    },
  ));

test('of two started at once one installs and the other waits for it', () =>
  inTree(new Tree('sleep 0.3'), async (tree) => {
    const both = await Promise.all([tree.setup(), tree.setup()]);

    assert.equal(
      both.map(({ status }) => status),
      [0, 0],
    );
    assert.is(both.filter(({ output }) => output.includes('another process is setting up, waiting for it')).length, 1);
    assert.is(tree.asked.length, 1);
  }));

test('does not wait for a process that was killed', () =>
  inTree(new Tree(succeeds), async (tree) => {
    tree.write('.setup-lock', '');
    const minuteAgo = Date.now() / 1000 - 60;
    fs.utimesSync(path.join(tree.folder, '.setup-lock'), minuteAgo, minuteAgo);

    assert.match((await tree.setup()).output, /set up in/);
    assert.not(fs.existsSync(path.join(tree.folder, '.setup-lock')));
  }));

test('says what is missing when there is no npx, or no registry', async () => {
  await inTree(new Tree(undefined), async (tree) => {
    const { status, output } = await tree.setup(path.join(tree.folder, 'bin'));
    assert.is(status, 1);
    assert.match(output, /npx was not found\. It comes with npm/);
  });
  await inTree(new Tree('echo "network is down"; exit 1'), async (tree) => {
    const { status, output } = await tree.setup();
    assert.is(status, 1);
    assert.match(output, /pnpm@1\.2\.3.*could not be fetched through npx[\s\S]*registry reachable/);
  });
});

test('compiles better-sqlite3 again when it does not load, and says what that needs', () =>
  inTree(
    new Tree(
      'PATH=/usr/bin:/bin; case "$*" in *rebuild*) cp fixed packages/sqlite/node_modules/better-sqlite3/index.js;; esac',
      broken,
    ),
    async (tree) => {
      tree.write('fixed', broken);
      const { status, output } = await tree.setup(path.join(tree.folder, 'bin'));
      assert.is(status, 1);
      assert.match(
        output,
        /does not load:\n[\s\S]*no bindings here\nCompiling better-sqlite3 needs .*Not found here: python3, make, g\+\+/,
      );

      tree.write('fixed', loads);
      assert.match((await tree.setup()).output, /compiling it again[\s\S]*set up in/);
      assert.match(tree.asked.at(-1) ?? '', /rebuild --recursive .*better-sqlite3/);
    },
  ));

test('tells an old Node that it is too old', async () => {
  const script = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } });
    Object.defineProperty(process, 'version', { value: 'v20.18.3' });
    await import(${JSON.stringify(path.join(root, 'scripts/run.mjs'))});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk) => (output += chunk));
  const status = await new Promise((resolve) => child.on('close', resolve));

  assert.is(status, 1);
  assert.is(output, 'Tidemark needs Node 20.19 or newer, and this is v20.18.3: please install a newer one.\n');
});

test.run();
