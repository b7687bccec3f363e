/** What bad input gets: typed errors that say what was found and what is wanted, and never a password. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { createApplication, Documents, type EventData, eventData, Projection } from '@tidemark/core';
import { test } from 'uvu';
import { eventStoreDB, withCredentials } from '../../src/index.ts';
import { any, errorOf, idsOf, noStream, numbered, opened } from './opened.ts';

const secret = 'hunter2';

/** Whatever a log would show of it. */
function assertKeeps(error: unknown): void {
  assert.equal(inspect(error, { depth: 20, showHidden: true }).includes(secret), false, inspect(error));
  assert.equal(JSON.stringify(error).includes(secret), false);
}

function refusalOf(address: unknown, options?: object): Error & { readonly [key: string]: unknown } {
  try {
    eventStoreDB(address as string, options);
  } catch (error) {
    return error as Error & { readonly [key: string]: unknown };
  }
  throw new Error(`${String(address)} was taken`);
}

const badStrings: readonly (readonly [found: RegExp, address: unknown])[] = [
  [/undefined/, undefined],
  [/text that is none/, ''],
  [/text that is none/, `admin:${secret}@localhost`],
  [/scheme http/, `http://admin:${secret}@localhost:2113`],
  [/scheme kurrentdb/, `kurrentdb://admin:${secret}@localhost:2113`],
  [/hosts 'local host'/, `esdb://admin:${secret}@local host`],
  [/hosts 'localhost:port'/, `esdb://admin:${secret}@localhost:port`],
  [/without one password/, `esdb://admin:${secret}:more@localhost`],
  [/without one password/, `esdb://admin:${secret}@word@localhost`],
  [/stray %/, `esdb://admin:${secret}%@localhost`],
  [/option tsl/, `esdb://admin:${secret}@localhost?tsl=false`],
  [/tls=no/, `esdb://admin:${secret}@localhost?tls=no`],
  [/gossipTimeout=soon/, `esdb://admin:${secret}@localhost?gossipTimeout=soon`],
];

for (const [found, address] of badStrings) {
  test(`a connection string with ${found.source} is refused, without its password`, () => {
    const error = refusalOf(address);
    assert.equal(error['code'], 'INVALID_ARGUMENT');
    assert.match(String(error['found']), found);
    assert.equal(typeof error['wanted'], 'string');
    assertKeeps(error);
  });
}

test('options that cannot be meant are refused', () => {
  const bad: readonly object[] = [
    [],
    ...['timeout', 'retryFor', 'maxAppendBytes', 'requiresLeader', 'batchAppends'].map((key) => ({ [key]: null })),
    ...['nodePreference', 'tlsCAFile', 'clock', 'credentials'].map((key) => ({ [key]: null })),
    { timeouts: 5 },
    { timeout: 0 },
    { retryFor: Number.NaN },
    { maxAppendBytes: '1 MiB' },
    { requiresLeader: 'yes' },
    { batchAppends: 1 },
    { nodePreference: 'best' },
    { tlsCAFile: '' },
    { clock: {} },
    { credentials: { username: 'ada' } },
    { credentials: secret },
  ];
  for (const options of bad) {
    const error = refusalOf('esdb://localhost', options);
    assert.equal(error['code'], 'INVALID_ARGUMENT');
    assertKeeps(error);
  }
  assert.equal(refusalOf({ client: () => undefined }, { tlsCAFile: 'ca.crt' })['code'], 'INVALID_ARGUMENT');
  assert.equal(refusalOf({ clients: [] })['code'], 'INVALID_ARGUMENT');
});

test('who asks has a name and a password, and a function is what they ask with', () => {
  const ada = { username: 'ada', password: secret };
  const wrong: readonly (readonly [credentials: unknown, act: unknown])[] = [
    ...[null, undefined, 5, secret, {}, { username: 'ada' }, { ...ada, username: '' }].map(
      (user) => [user, () => 1] as const,
    ),
    ...[null, undefined, 5, {}].map((act) => [ada, act] as const),
  ];
  for (const [credentials, act] of wrong) {
    assert.throws(
      () => withCredentials(credentials as typeof ada, act as () => void),
      (error) => {
        assertKeeps(error);
        return (error as { code?: unknown }).code === 'INVALID_ARGUMENT';
      },
    );
  }
  assert.equal(
    withCredentials(ada, () => 1),
    1,
  );
});

test('what describes a store names its hosts and no secret', () => {
  const { description } = eventStoreDB(`esdb+discover://admin:${secret}@one:2113,two:2113?tls=true`);
  assert.equal(description, 'eventstoredb esdb+discover://one:2113,two:2113');
});

test('a server that cannot be reached is told within the time it is tried', async () => {
  const stores = await eventStoreDB(`esdb://admin:${secret}@127.0.0.1:1?tls=false`, { retryFor: 200 }).open();
  const calls = [
    () => stores.events.head(),
    () => idsOf(stores.events.readStream('account-1')),
    () => stores.events.append('account-1', numbered(1), noStream),
    () => stores.events.append('account-1', numbered(1), any),
    () => stores.events.logId(),
  ];
  for (const call of calls) {
    const begun = performance.now();
    const error = await errorOf(call());
    assert.equal(error['code'], 'STORE_UNREACHABLE', String(error));
    assert.match(error.message, /127\.0\.0\.1:1/);
    assertKeeps(error);
    assert.ok(performance.now() - begun < 5_000);
  }
  await stores.close();
});

test('a cluster of which no node is found is told, and found when it is there', async () => {
  const address = `esdb+discover://127.0.0.1:1?tls=false&maxDiscoverAttempts=1&discoveryInterval=10`;
  const stores = await eventStoreDB(address, { retryFor: 100 }).open();
  for (const _ of [1, 2])
    assert.equal((await errorOf(stores.events.append('a-1', numbered(1), any)))['code'], 'STORE_UNREACHABLE');
  await stores.close();
});

test('streams and types of the server and of the store are nobody else’s', async () => {
  await using store = await opened();
  for (const name of ['$all', '$ce-account', '$$account-1', 'tidemark~log']) {
    const uses = [
      () => store.events.append(name, numbered(1), any),
      async () => idsOf(store.events.readStream(name)),
      () => store.events.deleteStream(name),
      async () => store.events.subscribeToStream(name),
    ];
    for (const use of uses) assert.equal((await errorOf(use()))['code'], 'INVALID_STREAM_NAME');
  }
  assert.equal(store.server.seenCalls.append + store.server.seenCalls.batchAppend, 0);
});

test('an id that is no UUID and a type that the server does not take never reach it', async () => {
  await using store = await opened();
  const [good] = numbered(1);
  const bad: readonly Partial<EventData>[] = [
    { eventId: 'one' },
    { eventId: '' },
    { eventId: String(good?.eventId).toUpperCase().replace(/\d/g, 'A') },
    { type: '' },
    { type: '$metadata' },
  ];
  for (const change of bad) {
    const error = await errorOf(store.events.append('account-1', [{ ...(good as EventData), ...change }], any));
    assert.equal(error['code'], 'INVALID_ARGUMENT', JSON.stringify(change));
  }
  assert.equal(store.server.seenCalls.append + store.server.seenCalls.batchAppend, 0);
});

test('an append above the limit is refused with its size, by the store or by the server', async () => {
  await using store = await opened({ maxAppendBytes: 10_000_000 }, { maxAppendSize: 1_000 });
  const large = [eventData('Large', { text: 'x'.repeat(2_000) })];
  const error = await errorOf(store.events.append('account-1', large, any));
  assert.equal(error['code'], 'APPEND_TOO_LARGE');
  assert.match(String(error['wanted']), /1000/);
  const other = await store.another({ maxAppendBytes: 500 });
  assert.match(String((await errorOf(other.events.append('account-1', large, any)))['found']), /\d{4} bytes/);
});

test('an application with an inline projection does not start on it, and hears the way out', async () => {
  await using store = await opened();
  @Projection('inline', { inline: true })
  class Inline extends Documents<number> {}
  const error = await errorOf(
    createApplication({ store: eventStoreDB(store.server.connectionString), aggregates: [], projections: [Inline] }),
  );
  assert.ok(['UNSUPPORTED', 'CONFIGURATION'].includes(String(error['code'])), String(error));
});

test.run();
