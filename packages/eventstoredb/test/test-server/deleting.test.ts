/** Soft deletion, after which a stream can live again, and the tombstone, after which it cannot; for both append paths. */
import { type EventStoreDBClient, STREAM_EXISTS } from '@eventstore/db-client';
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
  paths,
  rejection,
  type Subject,
} from './subject.ts';

const endOfRevisions = 2n ** 63n - 1n;

for (const [name, path] of paths) {
  const test = suite(`deleting, beside ${name}`);
  let subject: Subject;
  let client: EventStoreDBClient;
  test.before(async () => {
    subject = await openSubject();
    client = subject.client;
  });
  test.after(() => subject.stop());

  const append = (stream: string, written: Parameters<EventStoreDBClient['appendToStream']>[1], options: object = {}) =>
    client.appendToStream(stream, written, { ...options, ...path });
  const revisions = async (stream: string) =>
    (await collect(client.readStream(stream))).map(({ revision }) => revision);

  async function softDeleted(count: number): Promise<{ stream: string; ids: ReturnType<typeof events> }> {
    const stream = freshStream();
    const written = events(count);
    await append(stream, written, { expectedRevision: 'no_stream' });
    await client.deleteStream(stream);
    return { stream, ids: written };
  }

  test('hides a soft-deleted stream from reads', async () => {
    const { stream } = await softDeleted(2);
    assert.is((await rejection(collect(client.readStream(stream)))).type, 'stream-not-found');
  });

  test('leaves the events of a soft-deleted stream in $all', async () => {
    const stream = freshStream();
    const { position } = await append(stream, event());
    await client.deleteStream(stream);
    const fromPosition = { commit: position?.commit ?? 0n, prepare: position?.prepare ?? 0n };
    // Between the two a server may have written, too.
    const found = await collect(client.readAll({ fromPosition, maxCount: 100 }));
    const own = found.map(({ streamId }) => streamId).filter((streamId) => streamId.endsWith(stream));
    assert.equal(own, [stream, `$$${stream}`]);
  });

  test('answers a soft deletion with the position of the metadata it wrote', async () => {
    const stream = freshStream();
    await append(stream, event());
    const { position } = await client.deleteStream(stream, { expectedRevision: 0n });
    const [metadata] = await collect(client.readStream(`$$${stream}`));
    assert.equal(metadata?.position, position);
  });

  test('refuses to soft-delete what was never written, whatever is expected', async () => {
    for (const expectedRevision of ['any', 'no_stream', 3n] as const) {
      const error = await rejection(client.deleteStream(freshStream(), { expectedRevision }));
      assertWrongExpectedVersion(error, -1n);
    }
  });

  test('refuses to soft-delete at another revision than the last', async () => {
    const stream = freshStream();
    await append(stream, events(2));
    for (const expectedRevision of ['no_stream', 0n, 7n] as const) {
      assertWrongExpectedVersion(await rejection(client.deleteStream(stream, { expectedRevision })), 1n);
    }
    assert.is((await idsOf(client, stream)).length, 2);
  });

  test('soft-deletes again what is deleted already', async () => {
    const { stream } = await softDeleted(1);
    await client.deleteStream(stream);
    await client.deleteStream(stream, { expectedRevision: 0n });
  });

  test('loses the metadata when it soft-deletes', async () => {
    const stream = freshStream();
    await append(stream, event());
    await client.setStreamMetadata(stream, { maxCount: 5, custom: 'kept?' });
    await client.deleteStream(stream);
    const { metadata } = await client.getStreamMetadata(stream);
    assert.equal(Object.keys(metadata ?? {}), ['truncateBefore']);
    assert.ok(Number(metadata?.truncateBefore) >= 2 ** 53);
  });

  for (const expectedRevision of ['no_stream', 'any', 1n] as const) {
    test(`revives a soft-deleted stream with ${expectedRevision}, and goes on numbering`, async () => {
      const { stream } = await softDeleted(2);
      const result = await append(stream, events(2), { expectedRevision });
      assert.is(result.nextExpectedRevision, 3n);
      assert.equal(await revisions(stream), [2n, 3n]);
      assert.is((await client.getStreamMetadata(stream)).metadata?.truncateBefore, 2);
    });
  }

  test('refuses to revive a soft-deleted stream below its last revision', async () => {
    const { stream } = await softDeleted(3);
    assertWrongExpectedVersion(await rejection(append(stream, event(), { expectedRevision: 1n })), 2n);
  });

  test('says that a soft-deleted stream is deleted to who expects that it exists', async () => {
    const { stream } = await softDeleted(1);
    const error = await rejection(append(stream, event(), { expectedRevision: STREAM_EXISTS }));
    assert.is(error.type, 'stream-deleted');
    assert.is(error.streamName, stream);
  });

  test('answers a retry of the first append of a soft-deleted stream, without reviving it', async () => {
    const { stream, ids } = await softDeleted(2);
    const result = await append(stream, ids, { expectedRevision: 'no_stream' });
    assert.is(result.nextExpectedRevision, 1n);
    assert.is(result.position, undefined);
    assert.is((await rejection(collect(client.readStream(stream)))).type, 'stream-not-found');
  });

  test('soft-deletes a stream that has only metadata', async () => {
    const stream = freshStream();
    await client.setStreamMetadata(stream, { maxCount: 5 });
    await client.deleteStream(stream);
    const { metadata } = await client.getStreamMetadata(stream);
    assert.ok(Number(metadata?.truncateBefore) >= 2 ** 53);
  });

  test('refuses everything on a stream with a tombstone', async () => {
    const stream = freshStream();
    await append(stream, event());
    await client.tombstoneStream(stream, { expectedRevision: 0n });
    const attempts: (() => Promise<unknown>)[] = [
      () => append(stream, event()),
      () => append(stream, []),
      () => append(stream, event(), { expectedRevision: 'no_stream' }),
      () => append(stream, event(), { expectedRevision: 0n }),
      () => collect(client.readStream(stream)),
      () => collect(client.subscribeToStream(stream)),
      () => client.tombstoneStream(stream),
      () => client.deleteStream(stream),
      () => client.getStreamMetadata(stream),
      () => client.setStreamMetadata(stream, { maxCount: 1 }, path),
    ];
    for (const attempt of attempts) {
      const error = await rejection(attempt());
      assert.is(error.type, 'stream-deleted', `${attempt} ${error}`);
    }
  });

  test('sets a tombstone where there is no stream', async () => {
    const stream = freshStream();
    await client.tombstoneStream(stream);
    assert.is((await rejection(append(stream, event()))).type, 'stream-deleted');
  });

  test('refuses a tombstone at another revision than the last', async () => {
    const stream = freshStream();
    await append(stream, event());
    for (const expectedRevision of ['no_stream', 4n] as const) {
      assertWrongExpectedVersion(await rejection(client.tombstoneStream(stream, { expectedRevision })), 0n);
    }
    const missing = await rejection(
      client.tombstoneStream(freshStream(), { expectedRevision: STREAM_EXISTS } as object),
    );
    assertWrongExpectedVersion(missing, -1n);
    await append(stream, event());
  });

  test('writes the tombstone to $all, at the end of all revisions', async () => {
    const stream = freshStream();
    await append(stream, event());
    const { position } = await client.tombstoneStream(stream);
    const fromPosition = { commit: position?.commit ?? 0n, prepare: position?.prepare ?? 0n };
    const [found] = await collect(client.readAll({ fromPosition, maxCount: 1 }));
    assert.equal([found?.streamId, found?.type, found?.revision], [stream, '$streamDeleted', endOfRevisions]);
  });

  test.run();
}
