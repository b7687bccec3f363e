/** What a read finds, from where, and what it says where there is nothing. */
import { BACKWARDS, END, type EventStoreDBClient, FORWARDS, START } from '@eventstore/db-client';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { collect, event, events, freshStream, lastPosition, openSubject, rejection, type Subject } from './subject.ts';

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

async function streamOf(count: number): Promise<string> {
  const stream = freshStream();
  await client.appendToStream(stream, events(count));
  return stream;
}

test('reads a stream from a revision on, inclusive, both ways', async () => {
  const stream = await streamOf(5);
  assert.equal(await revisions(stream), [0, 1, 2, 3, 4]);
  assert.equal(await revisions(stream, { fromRevision: 3n }), [3, 4]);
  assert.equal(await revisions(stream, { direction: BACKWARDS, fromRevision: END }), [4, 3, 2, 1, 0]);
  assert.equal(await revisions(stream, { direction: BACKWARDS, fromRevision: 3n, maxCount: 2 }), [3, 2]);
  assert.equal(await revisions(stream, { direction: BACKWARDS, fromRevision: START }), [0]);
});

test('reads more than a page of a stream, both ways', async () => {
  const stream = await streamOf(100);
  const forwards = Array.from({ length: 100 }, (_, revision) => revision);
  assert.equal(await revisions(stream), forwards);
  assert.equal(await revisions(stream, { direction: BACKWARDS, fromRevision: END }), [...forwards].reverse());
  assert.equal(await revisions(stream, { maxCount: 40 }), forwards.slice(0, 40));
});

test('finds nothing past the end', async () => {
  const stream = await streamOf(2);
  assert.equal(await revisions(stream, { fromRevision: 2n }), []);
  assert.equal(await revisions(stream, { fromRevision: 1_000n }), []);
});

test('starts at the last event when it reads backwards from beyond it', async () => {
  const stream = await streamOf(3);
  assert.equal(await revisions(stream, { direction: BACKWARDS, fromRevision: 1_000n }), [2, 1, 0]);
});

test('rejects while iterating when there is no such stream', async () => {
  const stream = freshStream();
  const reading = client.readStream(stream);
  const error = await rejection(collect(reading));
  assert.is(error.type, 'stream-not-found');
  const backwards = client.readStream(stream, { direction: BACKWARDS, fromRevision: END });
  assert.is((await rejection(collect(backwards))).type, 'stream-not-found');
});

test('fails to read a stream forwards from its end, and to read no events of it', async () => {
  const stream = await streamOf(1);
  const fromEnd = await rejection(collect(client.readStream(stream, { direction: FORWARDS, fromRevision: END })));
  const none = await rejection(collect(client.readStream(stream, { maxCount: 0 })));
  for (const { type, message } of [fromEnd, none]) {
    assert.is(type, 'unknown');
    assert.match(message, /Unexpected ReadStreamResult: Error/);
  }
});

test('tells of each event its place in the stream and in the log', async () => {
  const stream = freshStream();
  const { position } = await client.appendToStream(stream, event());
  const [found] = await collect(client.readStream(stream));
  assert.is(found?.streamId, stream);
  assert.equal(found?.position, position);
  assert.is(position?.commit, position?.prepare);
});

test('reads $all from a position on, inclusive forwards and exclusive backwards', async () => {
  const stream = freshStream();
  await client.appendToStream(stream, events(3));
  const [first, second, third] = await collect(client.readStream(stream));
  const from = { commit: second?.position?.commit ?? 0n, prepare: second?.position?.prepare ?? 0n };
  const forwards = await collect(client.readAll({ fromPosition: from, maxCount: 2 }));
  const backwards = await collect(client.readAll({ fromPosition: from, direction: BACKWARDS, maxCount: 1 }));
  assert.equal(
    forwards.map(({ id }) => id),
    [second?.id, third?.id],
  );
  assert.is(backwards[0]?.id, first?.id);
});

test('reads $all to its end, and from there nothing', async () => {
  const stream = await streamOf(2);
  const own: bigint[] = [];
  // A server writes too: behind its projections these two may be some way from the end.
  for await (const { event } of client.readAll({ direction: BACKWARDS, fromPosition: END })) {
    if (event?.streamId === stream) own.push(event.revision);
    if (own.length === 2) break;
  }
  assert.equal(own, [1n, 0n]);
  assert.equal(await collect(client.readAll({ fromPosition: END })), []);
});

test('orders $all by positions that grow and have gaps', async () => {
  const position = await lastPosition(client);
  await client.appendToStream(freshStream(), events(40));
  await client.appendToStream(freshStream(), events(40));
  const found = await collect(client.readAll(position ? { fromPosition: position } : {}));
  const positions = found.map(({ position }) => position?.commit ?? 0n);
  assert.ok(positions.length >= 80);
  for (const [index, at] of positions.entries()) if (index > 0) assert.ok(at - (positions[index - 1] ?? 0n) > 1n);
});

test('shows metadata in $all', async () => {
  const stream = freshStream();
  const { position } = await client.setStreamMetadata(stream, { maxCount: 3 });
  const from = { commit: position?.commit ?? 0n, prepare: position?.prepare ?? 0n };
  const [last] = await collect(client.readAll({ fromPosition: from, maxCount: 1 }));
  assert.equal([last?.streamId, last?.type], [`$$${stream}`, '$metadata']);
});

test('resolves links when asked to, and shows them as they are otherwise', async () => {
  const [stream, links] = [await streamOf(2), freshStream()];
  const link = (to: string) => ({
    id: event().id,
    type: '$>',
    contentType: 'application/octet-stream' as const,
    data: Buffer.from(to),
    metadata: undefined,
  });
  await client.appendToStream(links, [link(`1@${stream}`), link(`7@${stream}`)] as never);
  const resolved = [];
  for await (const each of client.readStream(links, { resolveLinkTos: true })) resolved.push(each);
  assert.equal([resolved[0]?.event?.streamId, resolved[0]?.event?.revision], [stream, 1n]);
  assert.equal([resolved[0]?.link?.streamId, resolved[0]?.link?.revision], [links, 0n]);
  assert.equal([resolved[1]?.event, resolved[1]?.link?.revision], [undefined, 1n]);
  const plain = await collect(client.readStream(links));
  assert.equal([plain[0]?.type, plain[0]?.streamId], ['$>', links]);
});

test.run();
