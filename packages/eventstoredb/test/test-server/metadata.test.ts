/** What a stream's metadata does to reading it. */
import { BACKWARDS, END, type EventStoreDBClient, type StreamMetadata } from '@eventstore/db-client';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestServer } from '../../src/test-server/index.ts';
import { collect, connect, credentials, event, events, freshStream, openSubject, type Subject } from './subject.ts';

let subject: Subject;
let client: EventStoreDBClient;
test.before(async () => {
  subject = await openSubject();
  client = subject.client;
});
test.after(() => subject.stop());

type ReadOptions = Parameters<EventStoreDBClient['readStream']>[1];
const revisions = async (stream: string, options?: ReadOptions) =>
  (await collect(client.readStream(stream, options))).map(({ revision }) => Number(revision));

async function streamWith(count: number, metadata: StreamMetadata): Promise<string> {
  const stream = freshStream();
  await client.appendToStream(stream, events(count));
  await client.setStreamMetadata(stream, metadata);
  return stream;
}

test('gives back the metadata that was set last', async () => {
  const stream = freshStream();
  const metadata = { maxCount: 3, maxAge: 100, truncateBefore: 2, acl: { readRoles: ['$all'] }, colour: 'red' };
  await client.setStreamMetadata(stream, { maxCount: 9 });
  await client.setStreamMetadata(stream, metadata, { expectedRevision: 0n });
  assert.equal((await client.getStreamMetadata(stream)).metadata, metadata);
  assert.equal(await revisions(`$$${stream}`), [1]);
});

test('gives no metadata where none was set', async () => {
  const { metadata } = await client.getStreamMetadata(freshStream());
  assert.is(metadata, undefined);
});

test('reads the newest maxCount events alone', async () => {
  const stream = await streamWith(5, { maxCount: 2 });
  assert.equal(await revisions(stream), [3, 4]);
  await client.appendToStream(stream, event(), { expectedRevision: 4n });
  assert.equal(await revisions(stream), [4, 5]);
  assert.equal(await revisions(stream, { direction: BACKWARDS, fromRevision: END }), [5, 4]);
});

test('reads nothing before truncateBefore, and finds an empty stream when that is all of it', async () => {
  const stream = await streamWith(4, { truncateBefore: 3 });
  assert.equal(await revisions(stream), [3]);
  assert.equal(await revisions(stream, { direction: BACKWARDS, fromRevision: END }), [3]);
  await client.setStreamMetadata(stream, { truncateBefore: 10 });
  assert.equal(await revisions(stream), []);
});

test('counts what it returns, not what is hidden', async () => {
  const stream = await streamWith(100, { truncateBefore: 90 });
  assert.equal(await revisions(stream, { maxCount: 3 }), [90, 91, 92]);
  assert.equal(await revisions(stream, { fromRevision: 10n, maxCount: 3 }), [90, 91, 92]);
});

test('leaves in $all what a stream hides', async () => {
  const stream = freshStream();
  const { position } = await client.appendToStream(stream, events(2));
  await client.setStreamMetadata(stream, { maxCount: 1 });
  const fromPosition = { commit: position?.commit ?? 0n, prepare: position?.prepare ?? 0n };
  const found = await collect(client.readAll({ fromPosition, direction: BACKWARDS, maxCount: 1 }));
  assert.equal([found[0]?.streamId, found[0]?.revision], [stream, 0n]);
});

test('recognises a retry of events that it hides', async () => {
  const stream = freshStream();
  const written = events(3);
  await client.appendToStream(stream, written, { expectedRevision: 'no_stream' });
  await client.setStreamMetadata(stream, { truncateBefore: 3 });
  const again = await client.appendToStream(stream, written, { expectedRevision: 'no_stream' });
  assert.equal([again.nextExpectedRevision, again.position], [2n, undefined]);
});

test('hides events that are older than maxAge', async () => {
  let now = new Date('2026-01-01T12:00:00Z');
  await using server = await startTestServer({ clock: { now: () => now } });
  await using dated = connect(server.connectionString);
  const found = async () => (await collect(dated.readStream('a'))).map(({ revision }) => revision);
  await dated.appendToStream('a', event(), { credentials });
  await dated.setStreamMetadata('a', { maxAge: 60 }, { credentials });
  now = new Date('2026-01-01T12:00:50Z');
  await dated.appendToStream('a', event(), { credentials });
  assert.equal(await found(), [0n, 1n]);
  now = new Date('2026-01-01T12:01:10Z');
  assert.equal(await found(), [1n]);
  now = new Date('2026-01-01T13:00:00Z');
  assert.equal(await found(), []);
  assert.equal((await dated.appendToStream('a', event(), { credentials })).nextExpectedRevision, 2n);
});

test.run();
