/** Appends to several streams through `@kurrent/kurrentdb-client`: what comes back, and what is refused. */
import assert from 'node:assert/strict';
import {
  AppendTooLargeError,
  eventData,
  StreamDeletedError,
  UnsupportedError,
  WrongExpectedRevisionError,
} from '@tidemark/core';
import { test } from 'uvu';
import { eventStoreDB, withCredentials } from '../src/index.ts';
import { errorOf, idsOf, noStream, numbered } from './adapter/saying.ts';
import { anew, assertStoredOnce, both, opened, servers, to } from './kurrent-opened.ts';
import { through } from './kurrent-target.ts';

test.after(() => servers.end());

test('a server before 25.1 has none, and is not asked again', async () => {
  await using log = await opened({}, { version: '23.10' });
  assert.equal(log.events.capabilities.multiStreamAppend, false);
  assert.ok((await errorOf(log.events.appendToStreams(both()))) instanceof UnsupportedError);
  assert.equal((await servers.seenCalls(log.address)).appendSession, 0);
  assert.equal((await servers.seenCalls(log.address)).serverFeatures, 1);
});

test('where nobody answers while the store is opened, it is asked again by the first append that needs it', async () => {
  const address = await servers.start({ version: '25.1' });
  await servers.fault(address, 'neverAnswer', { calls: ['serverFeatures'], times: 1 });
  const begun = performance.now();
  const { events, close } = await eventStoreDB(through(address), { timeout: 300 }).open();
  assert.ok(performance.now() - begun < 2_500);
  assert.equal(events.capabilities.multiStreamAppend, false);
  const appends = both();
  await events.appendToStreams(appends);
  assert.equal(events.capabilities.multiStreamAppend, true);
  await assertStoredOnce(events, appends);
  await close();
  await servers.stop(address);
});

test('opening a store does not fail where there is no server, or no client to be had', async () => {
  const address = await servers.start({ version: '25.1' });
  await servers.stop(address);
  const refusing = () => {
    throw new Error('there is no client');
  };
  for (const factory of [through(address), { client: refusing }]) {
    const { events, close } = await eventStoreDB(factory, { timeout: 500, retryFor: 50 }).open();
    assert.equal(events.capabilities.multiStreamAppend, false);
    assert.ok((await errorOf(events.appendToStreams(both()))) instanceof UnsupportedError);
    await close();
  }
});

/** Texts, as other tools may have written them; none, for an event without metadata. */
const metadata: readonly (string | undefined)[] = [
  undefined,
  '{"who":"Ada","$correlationId":"c1"}',
  '{"who":{"name":"Ada","tags":["a",1,null]},"count":1.50,"$correlationId":"c2"}',
  '{"$schema.name":"mine","$schema.format":"mine too","$json":"and mine","__proto__":"and this"}',
  '{"ключ":"\\u2028 \\"quoted\\" \\\\ <b> ✓ 😀","":"","empty":""}',
  '{"lone":"\\ud800","number":"12345678901234567890"}',
];

test('its events come back as those of a single append do: data, types, ids and metadata', async () => {
  await using log = await opened();
  const { events } = log;
  const data = [{ at: new Date(5), big: 2n ** 70n, list: [new Map([['a', 1]]), new Set(['b'])] }, 'text', null, [-0]];
  const plain = data.map((one) => eventData('Told', one));
  const written = [...plain, ...metadata.map((text) => ({ ...anew(eventData('Told', {})), metadata: text }))];
  await events.append('single-1', written.map(anew), noStream);
  await events.appendToStreams([to('several-1', written), to('several-2', numbered(1))]);
  const facts = async (name: string) => {
    const found = [];
    for await (const { type, dataText, metadataText } of events.readStream(name)) {
      found.push({ type, dataText, metadata: metadataText === null ? null : JSON.parse(metadataText) });
    }
    return found;
  };
  assert.deepEqual(await facts('several-1'), await facts('single-1'));
  await assertStoredOnce(events, [to('several-1', written)]);
});

test('tells for each stream the position of its last event', async () => {
  await using log = await opened();
  const results = await log.events.appendToStreams(both());
  for (const { streamName, revision, position, repeated } of results) {
    const found: unknown[] = [];
    for await (const event of log.events.readStream(streamName, { from: 1 }))
      found.push(event.revision, event.position);
    assert.deepEqual([revision, position], found);
    assert.equal(repeated, false);
  }
});

test('where its events cannot be read it succeeds all the same, and tells the position of the last of them all', async () => {
  await using log = await opened({ timeout: 300, retryFor: 100 });
  const { events, address } = log;
  await events.append('account-0', numbered(1), noStream);
  await servers.fault(address, 'neverAnswer', { calls: ['readStream'], times: 4 });
  const results = await events.appendToStreams(both());
  assert.deepEqual(
    results.map(({ revision, position }) => [revision, position]),
    [
      [1, results[1]?.position],
      [1, await events.head()],
    ],
  );
});

test('says which of them stood elsewhere, and where; nothing is written to the others', async () => {
  await using log = await opened();
  const { events } = log;
  await events.append('account-2', numbered(3), noStream);
  const error: unknown = await errorOf(events.appendToStreams(both()));
  assert.ok(error instanceof WrongExpectedRevisionError, String(error));
  assert.deepEqual([error.streamName, error.expected, error.actual], ['account-2', 'no_stream', 2]);
  assert.equal((await errorOf(idsOf(events.readStream('account-1'))))['code'], 'STREAM_NOT_FOUND');
  const missing: unknown = await errorOf(
    events.appendToStreams([to('account-2', numbered(1), 2), to('account-3', numbered(1), 0)]),
  );
  assert.ok(missing instanceof WrongExpectedRevisionError, String(missing));
  assert.deepEqual([missing.streamName, missing.actual], ['account-3', undefined]);
});

test('tells a stream that was deleted from one that is gone for good', async () => {
  await using log = await opened();
  const { events } = log;
  for (const name of ['account-1', 'account-2']) await events.append(name, numbered(1), noStream);
  await events.deleteStream('account-1');
  await events.tombstoneStream('account-2');
  for (const [name, expected, tombstone] of [
    ['account-1', 'stream_exists', false],
    ['account-2', 'stream_exists', true],
    ['account-2', 'any', true],
  ] as const) {
    const error: unknown = await errorOf(
      events.appendToStreams([to('account-3', numbered(1)), to(name, numbered(1), expected)]),
    );
    assert.ok(error instanceof StreamDeletedError, String(error));
    assert.deepEqual([error.streamName, error.tombstone], [name, tombstone]);
  }
  const unrevived = { ...to('account-1', numbered(1)), revive: false };
  assert.ok(
    (await errorOf(events.appendToStreams([to('account-3', numbered(1)), unrevived]))) instanceof StreamDeletedError,
  );
  await events.appendToStreams([to('account-3', numbered(1)), to('account-1', numbered(1))]);
});

test('is refused where the server finds it too large, whole', async () => {
  await using log = await opened({}, { version: '25.1', maxAppendSize: 1_000 });
  const text = eventData('Told', 'x'.repeat(600));
  const error: unknown = await errorOf(
    log.events.appendToStreams([to('account-1', [text]), to('account-2', [anew(text)])]),
  );
  assert.ok(error instanceof AppendTooLargeError, String(error));
  assert.match(error.wanted, /at most 1000 bytes/);
  assert.equal(await log.events.head(), 0);
});

test('is refused for one event that is larger than the server takes', async () => {
  const bytes = 32 * 1024 * 1024;
  await using log = await opened({ maxAppendBytes: bytes }, { version: '25.1', maxAppendSize: bytes });
  const large = eventData('Told', 'x'.repeat(16 * 1024 * 1024));
  const error: unknown = await errorOf(
    log.events.appendToStreams([to('account-1', numbered(1)), to('account-2', [large])]),
  );
  assert.ok(error instanceof AppendTooLargeError, String(error));
  assert.equal(error.streamName, 'account-2');
  assert.equal(await log.events.head(), 0);
});

test('refuses before it asks the server: a stream without events, names that differ only in case, a command record', async () => {
  await using log = await opened();
  const { events, address } = log;
  const { appendSession } = await servers.seenCalls(address);
  const refusals: readonly (readonly [RegExp, Promise<unknown>])[] = [
    [
      /leave 'account-2' out/,
      errorOf(events.appendToStreams([to('account-1', numbered(1)), to('account-2', [], 'any')])),
    ],
    [/'a-1' and 'A-1'/, errorOf(events.appendToStreams([to('a-1', numbered(1)), to('A-1', numbered(1))]))],
    [/commandLog/, errorOf(events.appendToStreams(both(), { command: { id: 'c' } as never }))],
    [/\$/, errorOf(events.appendToStreams([to('account-1', numbered(1)), to('$server', numbered(1))]))],
  ];
  for (const [text, error] of refusals) assert.match(String(await error), text);
  assert.equal((await servers.seenCalls(address)).appendSession, appendSession);
  assert.deepEqual(await events.appendToStreams([]), []);
  assert.equal((await events.appendToStreams([to('account-1', [], 'any')]))[0]?.revision, undefined);
});

test('is made as the client’s own user or not at all', async () => {
  await using log = await opened();
  const { events, address } = log;
  const ada = { username: 'ada', password: 'secret' };
  assert.match(String(await withCredentials(ada, () => errorOf(events.appendToStreams(both())))), /another user/);
  const asAda = await eventStoreDB(through(address), { credentials: ada }).open();
  assert.equal(asAda.events.capabilities.multiStreamAppend, false);
  assert.ok((await errorOf(asAda.events.appendToStreams(both()))) instanceof UnsupportedError);
  await asAda.close();
  assert.equal(await events.head(), 0);
});

test.run();
