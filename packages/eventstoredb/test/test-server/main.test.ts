/** The server as a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, credentials, event, idsOf } from './subject.ts';

const main = fileURLToPath(new URL('../../src/test-server/main.ts', import.meta.url));
const start = (...args: readonly string[]) =>
  spawn(process.execPath, [...process.execArgv, main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

test('prints its connection string, serves it, and stops when it is told to', async () => {
  const child = start('--port', '0');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const client = connect(line);
  await client.appendToStream('a', event(), { credentials });
  assert.is((await idsOf(client, 'a')).length, 1);
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  assert.equal(await exit, [0, null]);
});

test('says what it does not understand', async () => {
  for (const wrong of [
    ['--prot', '1'],
    ['--version', '24.2'],
  ]) {
    const child = start(...wrong);
    let output = '';
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    const [code] = await once(child, 'close');
    assert.is(code, 2);
    assert.match(
      output,
      /^eventstoredb-test-server: .*(--prot|24\.2).*\nusage: eventstoredb-test-server \[--port N\] \[--version 23\.10\|25\.1\]\n$/,
    );
  }
});

test.run();
