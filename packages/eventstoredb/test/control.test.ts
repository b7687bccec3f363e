// timeout: 240s
/** deploy/control.sh on processes, as it is meant for the nodes of a cluster: it kills, freezes, thaws and starts them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import { eventStoreDB } from '../src/index.ts';
import { assertWholeUnderFaults } from './adapter/failing-nodes.ts';
import { errorOf, idsOf, noStream, numbered, until } from './adapter/opened.ts';
import type { Nodes } from './nodes/cluster-process.ts';

const control = fileURLToPath(new URL('../../../deploy/control.sh', import.meta.url));
const main = fileURLToPath(new URL('../src/test-server/main.ts', import.meta.url));

/** A folder whose node `one` is a test server, not started yet; what it says is in `one.out`. */
async function withNode(use: (act: (...args: readonly string[]) => string, folder: string) => Promise<void>) {
  const folder = await mkdtemp(path.join(tmpdir(), 'tidemark-control-'));
  const command = [process.execPath, ...process.execArgv, main].map((word) => `'${word}'`).join(' ');
  const script = `#!/bin/sh\n${command} > '${folder}/one.out' 2>&1 &\necho $! > '${folder}/one.pid'\n`;
  await writeFile(path.join(folder, 'one.start'), script);
  await chmod(path.join(folder, 'one.start'), 0o755);
  const env = { ...process.env, TIDEMARK_EVENTSTOREDB_PIDS: folder };
  const act = (...args: readonly string[]) => {
    const { status, stderr } = spawnSync(control, args, { env, encoding: 'utf8' });
    return `${status} ${stderr}`;
  };
  try {
    await use(act, folder);
  } finally {
    act('kill', 'one');
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where the node answers, once it has said so. */
async function addressOf(folder: string): Promise<string> {
  let said = '';
  const hasSaid = async () => {
    said = await readFile(path.join(folder, 'one.out'), 'utf8').catch(() => '');
    return said.endsWith('\n');
  };
  for (
    let left = 12;
    !(await until(hasSaid, 'the node answers').then(
      () => true,
      () => false,
    ));
    left -= 1
  )
    assert.ok(left > 0, 'the node does not start');
  return said.trim();
}

test('a node is started, frozen, thawed, killed and started again', async () => {
  await withNode(async (act, folder) => {
    assert.equal(act('start', 'one'), '0 ');
    const stores = await eventStoreDB(await addressOf(folder), { timeout: 3_000, retryFor: 100 }).open();
    await stores.events.append('account-1', numbered(1), noStream);
    assert.equal(act('freeze', 'one'), '0 ');
    assert.equal((await errorOf(stores.events.head()))['code'], 'STORE_UNREACHABLE');
    assert.equal(act('thaw', 'one'), '0 ');
    assert.equal((await idsOf(stores.events.readAll())).length, 1);
    assert.equal(act('kill', 'one'), '0 ');
    assert.equal((await errorOf(stores.events.head()))['code'], 'STORE_UNREACHABLE');
    await stores.close();
    await rm(path.join(folder, 'one.out'));
    assert.equal(act('start', 'one'), '0 ');
    const again = await eventStoreDB(await addressOf(folder)).open();
    assert.equal(await again.events.head(), 0, 'a test server keeps its log in memory');
    await again.close();
  });
});

test('a node is frozen under writers, a subscription and an application: nothing is lost, skipped or doubled', async () => {
  await withNode(async (act, folder) => {
    act('start', 'one');
    const nodes: Nodes = {
      address: await addressOf(folder),
      names: ['one'],
      goneFor: 2_500,
      patience: 30_000,
      control: (action, node) => assert.equal(act(action, node), '0 '),
    };
    await assertWholeUnderFaults(nodes, ['freeze']);
  });
});

test('what it does not understand is refused, with what it does', async () => {
  await withNode(async (act) => {
    for (const [args, found] of [
      [['stop', 'one'], "found 'stop'"],
      [['kill'], 'found 1 arguments, wanted 2'],
      [['kill', '../one'], "found the node '../one', wanted a name"],
      [['kill', 'two'], 'found no two.pid'],
    ] as const) {
      const outcome = act(...args);
      assert.match(outcome, /^2 control\.sh: .*\nusage: control\.sh kill\|freeze\|thaw\|start NODE\n$/);
      assert.ok(outcome.includes(found), outcome);
    }
  });
});

test.run();
