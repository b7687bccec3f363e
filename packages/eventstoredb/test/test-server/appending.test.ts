/** What an append does, says and refuses, on both of the client's paths. */
import { randomUUID } from 'node:crypto';
import { type AppendResult, binaryEvent, type EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  assertWrongExpectedVersion,
  collect,
  event,
  events,
  freshStream,
  idsOf,
  openSubject,
  type Path,
  paths,
  rejection,
  type Subject,
} from './subject.ts';

const mebibyte = 1024 * 1024;

for (const [name, path] of paths) {
  const test = suite(`appending by ${name}`);
  let subject: Subject;
  let client: EventStoreDBClient;
  test.before(async () => {
    subject = await openSubject();
    client = subject.client;
  });
  test.after(() => subject.stop());

  const append = (stream: string, written: Parameters<EventStoreDBClient['appendToStream']>[1], options: object = {}) =>
    client.appendToStream(stream, written, { ...options, ...(path as Path) });

  test('counts revisions from 0 and answers with the last one and its position', async () => {
    const stream = freshStream();
    const first = await append(stream, events(2), { expectedRevision: 'no_stream' });
    const second = await append(stream, event(), { expectedRevision: 1n });
    assert.is(first.nextExpectedRevision, 1n);
    assert.is(second.nextExpectedRevision, 2n);
    const found = await collect(client.readStream(stream));
    assert.equal(
      found.map(({ revision }) => revision),
      [0n, 1n, 2n],
    );
    assert.equal(found[1]?.position, first.position);
    assert.equal(found[2]?.position, second.position);
  });

  test('answers a retry at the same revision as it did before, and writes nothing', async () => {
    const stream = freshStream();
    const [a, b] = [events(2), events(2)];
    const first = await append(stream, a, { expectedRevision: 'no_stream' });
    const second = await append(stream, b, { expectedRevision: 1n });
    assert.equal(await append(stream, a, { expectedRevision: 'no_stream' }), first);
    assert.equal(await append(stream, b, { expectedRevision: 1n }), second);
    assert.equal(
      await idsOf(client, stream),
      [...a, ...b].map(({ id }) => id),
    );
  });

  test('takes the beginning of what it has at that revision for a retry', async () => {
    const stream = freshStream();
    const [first, second] = [event(), event()];
    await append(stream, [first, second]);
    const again = await append(stream, first, { expectedRevision: 'no_stream' });
    assert.is(again.nextExpectedRevision, 0n);
    assert.is((await idsOf(client, stream)).length, 2);
  });

  test('refuses a revision below the last when the first id differs', async () => {
    const stream = freshStream();
    await append(stream, events(3));
    assertWrongExpectedVersion(await rejection(append(stream, event(), { expectedRevision: 'no_stream' })), 2n);
    assertWrongExpectedVersion(await rejection(append(stream, event(), { expectedRevision: 1n })), 2n);
    assert.is((await idsOf(client, stream)).length, 3);
  });

  test('refuses a revision below the last when a later id differs or is not there', async () => {
    const stream = freshStream();
    const [first, second] = [event(), event()];
    await append(stream, [first, second]);
    const other = await rejection(append(stream, [first, event()], { expectedRevision: 'no_stream' }));
    const longer = await rejection(append(stream, [first, second, event()], { expectedRevision: 'no_stream' }));
    assertWrongExpectedVersion(other, 1n);
    assertWrongExpectedVersion(longer, 1n);
    assert.is((await idsOf(client, stream)).length, 2);
  });

  test('says what it expected and what there is', async () => {
    const stream = freshStream();
    const missing = await rejection(append(stream, event(), { expectedRevision: 4n }));
    assertWrongExpectedVersion(missing, 'no_stream');
    assert.is(missing.expectedVersion, 4n);
    assert.is(missing.streamName, stream);
    await append(stream, event());
    const ahead = await rejection(append(stream, event(), { expectedRevision: 4n }));
    assertWrongExpectedVersion(ahead, 0n);
    const none = await rejection(append(stream, event(), { expectedRevision: 'no_stream' }));
    assert.is(none.expectedVersion, 'no_stream');
  });

  for (const expectedRevision of ['any', 'stream_exists'] as const) {
    test(`recognises with ${expectedRevision} what it has just seen`, async () => {
      const stream = freshStream();
      const written = events(3);
      const original = await append(stream, written);
      assert.equal(await append(stream, written, { expectedRevision }), original);
      assert.is((await append(stream, written.slice(0, 2), { expectedRevision })).nextExpectedRevision, 1n);
      assert.is((await idsOf(client, stream)).length, 3);
    });

    test(`writes with ${expectedRevision} all of it when the first id is new, also what it has`, async () => {
      const stream = freshStream();
      const [known, unknown] = [event(), event()];
      await append(stream, known);
      await append(stream, [unknown, known], { expectedRevision });
      assert.equal(await idsOf(client, stream), [known.id, unknown.id, known.id]);
    });

    test(`refuses with ${expectedRevision} a known id before a new one`, async () => {
      const stream = freshStream();
      const known = event();
      await append(stream, known);
      const error = await rejection(append(stream, [known, event()], { expectedRevision }));
      assertWrongExpectedVersion(error, 0n);
      assert.is(error.expectedVersion, expectedRevision);
      assert.equal(await idsOf(client, stream), [known.id]);
    });
  }

  test('writes the same id twice within one append', async () => {
    const stream = freshStream();
    const twice = event();
    const result = await append(stream, [twice, twice]);
    assert.is(result.nextExpectedRevision, 1n);
    assert.equal(await idsOf(client, stream), [twice.id, twice.id]);
  });

  test('writes an id again in another stream', async () => {
    const [stream, other] = [freshStream(), freshStream()];
    const same = event();
    await append(stream, same);
    await append(other, same);
    assert.equal(await idsOf(client, other), [same.id]);
  });

  test('refuses stream_exists for a stream that does not', async () => {
    const stream = freshStream();
    const error = await rejection(append(stream, event(), { expectedRevision: 'stream_exists' }));
    assertWrongExpectedVersion(error, 'no_stream');
    assert.is(error.expectedVersion, 'stream_exists');
  });

  test('takes a stream that has only metadata for existing and for not existing', async () => {
    const [stream, other] = [freshStream(), freshStream()];
    await client.setStreamMetadata(stream, { maxCount: 10 });
    await client.setStreamMetadata(other, { maxCount: 10 });
    const existing = await append(stream, event(), { expectedRevision: 'stream_exists' });
    const notExisting = await append(other, event(), { expectedRevision: 'no_stream' });
    assert.is(existing.nextExpectedRevision, 0n);
    assert.is(notExisting.nextExpectedRevision, 0n);
  });

  test('succeeds with no events and creates no stream, though it answers with a position', async () => {
    const stream = freshStream();
    let result: AppendResult | undefined;
    for (const expectedRevision of ['any', 'no_stream']) {
      result = await append(stream, [], { expectedRevision });
      assert.is(result.success, true);
      assert.is(result.nextExpectedRevision, 0n);
      assert.is(typeof result.position?.commit, 'bigint');
    }
    assert.is((await rejection(collect(client.readStream(stream)))).type, 'stream-not-found');
    const written = await append(stream, event());
    assert.ok((result?.position?.commit ?? 0n) < (written.position?.commit ?? 0n));
    assert.is((await append(stream, [], { expectedRevision: 0n })).nextExpectedRevision, 0n);
    assert.is((await idsOf(client, stream)).length, 1);
  });

  test('refuses no events at a revision that is not the last', async () => {
    const stream = freshStream();
    await append(stream, events(2));
    for (const expectedRevision of ['no_stream', 0n, 5n]) {
      assertWrongExpectedVersion(await rejection(append(stream, [], { expectedRevision })), 1n);
    }
  });

  test('takes 1 MiB of data, not more, and does not count metadata', async () => {
    const stream = freshStream();
    const sized = (bytes: number, metadata = 0) =>
      binaryEvent({ type: 'Large', data: Buffer.alloc(bytes, 1), metadata: Buffer.alloc(metadata, 1) });
    await append(stream, [sized(mebibyte / 2), sized(mebibyte / 2)]);
    const error = await rejection(append(stream, [sized(mebibyte / 2), sized(mebibyte / 2 + 1)]));
    assert.is(error.type, 'maximum-append-size-exceeded');
    assert.is(error.maxAppendSize, mebibyte);
    await append(stream, sized(0.4 * mebibyte, 0.9 * mebibyte));
    assert.is((await idsOf(client, stream)).length, 3);
  });

  test('answers with lower-case ids', async () => {
    const stream = freshStream();
    const id = randomUUID();
    await append(stream, event(id.toUpperCase()));
    assert.equal(await idsOf(client, stream), [id]);
  });

  test('keeps data and metadata as they were sent', async () => {
    const stream = freshStream();
    const bytes = new Uint8Array([0, 255, 1]);
    await append(stream, [
      jsonEvent({ type: 'A', data: { text: 'Zoë' } }),
      jsonEvent({ type: 'B', data: [1], metadata: { by: 'me' } }),
      binaryEvent({ type: 'C', data: bytes, metadata: bytes }),
    ]);
    const [plain, withMetadata, binary] = await collect(client.readStream(stream));
    assert.equal([plain?.data, plain?.metadata, plain?.isJson], [{ text: 'Zoë' }, undefined, true]);
    assert.equal([withMetadata?.data, withMetadata?.metadata], [[1], { by: 'me' }]);
    assert.equal([binary?.data, binary?.metadata, binary?.isJson], [bytes, bytes, false]);
    assert.ok(Math.abs((plain?.created.getTime() ?? 0) - Date.now()) < 60_000);
  });

  test('writes all of an append or none, also when the client gives up while it sends', async () => {
    const stream = freshStream();
    const many = events(4_000);
    for (const deadline of [25, 100, 200]) await append(stream, many, { deadline }).catch(() => {});
    await append(stream, event());
    const { length } = await idsOf(client, stream);
    assert.is(length % many.length, 1, `${length} events`);
  });

  test('takes $ types and $ streams from anybody on an insecure node', async () => {
    const stream = `$${freshStream()}`;
    await append(stream, event(undefined, '$happened'));
    assert.is((await collect(client.readStream(stream)))[0]?.type, '$happened');
  });

  test.run();
}
