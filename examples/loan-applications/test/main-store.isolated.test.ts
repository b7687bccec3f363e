// timeout: 300s
/** The example as a process, on EventStoreDB: on a server that it starts by itself, and on one of another process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventData } from '@tidemark/core';
import { eventStoreDB } from '@tidemark/eventstoredb';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { generateSample } from '../src/sample/generate.ts';
import { withFolder } from './log-files.ts';
import { leftBehind, type Outcome, start } from './started.ts';

const few = [...generateSample({ applications: 5 })].join('');
const steps = few.split('<event>').length - 1;
const quiet = ['--log', 'log.xes', '--no-report'];

/** The tables, as they were printed. */
const figuresOf = ({ out }: Outcome) => out.slice(out.indexOf('The funnel'), out.indexOf('The whole log replayed'));
/** The checksums, before the replay and after it; the open applications have another name where they follow. */
const sumsOf = ({ out }: Outcome) =>
  [...out.matchAll(/^(\w+) +([0-9a-f]{12}) +([0-9a-f]{12}) +the same$/gm)].map(([, name = '', ...sums]) => [
    name.replace('Followed', ''),
    ...sums,
  ]);

function assertShowsTheSame(one: Outcome, other: Outcome): void {
  assert.equal([one.code, one.error, other.code, other.error], [0, '', 0, '']);
  assert.match(one.out, /^The history of application \d+$/m);
  assert.is(figuresOf(one), figuresOf(other));
  assert.is(sumsOf(one).length, 6);
  assert.equal(sumsOf(one), sumsOf(other));
}

/** With a server in a process of its own, and a folder with the log in it. */
async function withServer(act: (folder: string, address: string) => Promise<void>): Promise<void> {
  const main = fileURLToPath(new URL('main.ts', import.meta.resolve('@tidemark/eventstoredb/test-server')));
  const server = spawn(process.execPath, [...process.execArgv, main], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(server, 'close');
  try {
    const [address] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    await withFolder(async (folder) => {
      await writeFile(join(folder, 'log.xes'), few);
      await act(folder, address);
    });
  } finally {
    server.kill();
    await gone;
  }
}

async function countEvents(address: string): Promise<number> {
  const { events, close } = await eventStoreDB(address).open();
  let count = 0;
  for await (const { category } of events.readAll()) if (category === 'application') count += 1;
  await close();
  return count;
}

async function append(address: string, stream: string, type: string): Promise<void> {
  const { events, close } = await eventStoreDB(address).open();
  await events.append(stream, [eventData(type, {})], { expectedRevision: 'no_stream' });
  await close();
}

test('on a server that it starts by itself it shows what it shows on SQLite, and leaves nothing behind', async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'log.xes'), few);
    const [onServer, onSqlite] = [
      await start(folder, [...quiet, '--store', 'test-server']),
      await start(folder, quiet),
    ];
    assertShowsTheSame(onServer, onSqlite);
    for (const part of [
      /^ {2}rebuild: [\d.]+ %/m,
      /^ {2}Switched to the rebuilt open applications beside the import, as readers see it:/m,
      `  5 applications, ${steps} steps recorded`,
      /^ {2}models: 100\.0 %$/m,
      `  ${steps} events to 6 read models`,
      "npm start -- --store 'esdb://HOST:PORT'",
    ]) {
      assert.match(onServer.out, part);
    }
    assert.not.match(onServer.out, '--watch');
    assert.equal(await leftBehind(folder), []);
  });
});

test('an import that was killed is gone on with on the same server, and a third run doubles nothing', async () => {
  await withServer(async (folder, address) => {
    const withUser = address.replace('://', '://ada:secret@');
    const args = [...quiet, '--store', withUser, '--db', 'read.db', '--flight', '1'];
    await append(address, 'account-42', 'AccountOpened');
    const first = await killed(folder, address, args);
    assert.is(first.code, null);
    const before = await countEvents(address);
    assert.ok(before > 0 && before < steps, `${before} of ${steps}`);

    const second = await start(folder, args);
    assert.match(second.out, '  Events are recorded already: it goes on behind them');
    assert.match(second.out, `${steps - before} steps recorded`);
    assert.match(second.out, `; ${before} were recorded before`);
    assert.is(await countEvents(address), steps);

    // Without the file of the read models: they are made anew from the log.
    const third = await start(folder, [...quiet, '--store', withUser]);
    assert.match(third.out, '  5 applications, 0 steps recorded');
    assertShowsTheSame(third, second);
    assert.is(await countEvents(address), steps);
    assert.match(third.out, `npm start -- --store '${address.replace('://', '://USER:PASSWORD@')}' --db read.db`);
    for (const { out, error } of [first, second, third]) assert.not.match(out + error, 'secret');
    assert.equal(await leftBehind(folder), [], 'not even of the one that was killed: its file was named');
  });
});

/** Kills an import when the server has some of its events. */
async function killed(folder: string, address: string, args: readonly string[]): Promise<Outcome> {
  const { events, close } = await eventStoreDB(address).open();
  const over = new AbortController();
  let running: ChildProcess | undefined;
  const outcome = start(folder, args, (child) => {
    running = child;
  }).finally(() => over.abort());
  const seen = events.subscribeToAll({ filter: { categories: ['application'] }, signal: over.signal });
  for await (const { kind } of seen) if (kind === 'events') break;
  running?.kill('SIGKILL');
  await close();
  return await outcome;
}

test('a server that cannot be reached is said with what to do, without the password, before anything is made', async () => {
  await withFolder(async (folder) => {
    const port = await freePort();
    const args = ['--store', `esdb://ada:secret@127.0.0.1:${port}?tls=false`];
    const { code, out, error } = await start(folder, args);
    assert.equal([code, out], [1, '']);
    assert.match(error, `STORE_UNREACHABLE: eventstoredb esdb://127.0.0.1:${port}: `);
    assert.match(error, 'Is a server running there? One without a certificate wants ?tls=false');
    assert.not.match(error, 'secret');
    assert.not.match(error, / at .*\.ts/);
    assert.equal(await leftBehind(folder), []);
  });
});

/** One that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

test.run();
