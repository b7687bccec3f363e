/**
 * Appends to several streams by protocol v2, as the server's published sources describe them; no real node was there. The
 * client that makes them cannot be loaded here, so their messages are written by hand.
 */
import { randomUUID } from 'node:crypto';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import protobuf from 'google-protobuf';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestServer, type TestServer } from '../../src/test-server/index.ts';
import { selfSigned } from './certificate.ts';
import { collect, connect } from './subject.ts';

type Fill = (writer: protobuf.BinaryWriter) => void;
const message = (fill: Fill): Uint8Array => {
  const writer = new protobuf.BinaryWriter();
  fill(writer);
  return writer.getResultBuffer();
};

interface Sent {
  readonly id?: string;
  readonly type?: string;
  readonly format?: number;
  readonly data?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

const record = ({ id = randomUUID(), type = 'Happened', format = 1, data = '{}', properties = {} }: Sent) =>
  message((writer) => {
    writer.writeString(1, id);
    for (const [key, text] of Object.entries(properties)) {
      const value = message((inner) => inner.writeString(3, text));
      writer.writeBytes(
        2,
        message((entry) => {
          entry.writeString(1, key);
          entry.writeBytes(2, value);
        }),
      );
    }
    writer.writeBytes(
      3,
      message((schema) => {
        schema.writeEnum(1, format);
        schema.writeString(2, type);
      }),
    );
    writer.writeBytes(4, Buffer.from(data));
  });

const to = (stream: string, revision: number, ...records: readonly Sent[]) =>
  message((writer) => {
    writer.writeString(1, stream);
    for (const one of records) writer.writeBytes(2, record(one));
    writer.writeSint64String(3, String(revision));
  });

const send = (server: TestServer, ...requests: readonly Uint8Array[]) => sendAs(server, {}, ...requests);

/** Sends the requests; resolves with the error, or with `undefined`. */
async function sendAs(
  server: TestServer,
  { channel = credentials.createInsecure(), metadata = new Metadata() },
  ...requests: readonly Uint8Array[]
): Promise<ServiceError | undefined> {
  const client = new Client(`127.0.0.1:${server.port}`, channel);
  try {
    return await new Promise((resolve) => {
      const call = client.makeClientStreamRequest(
        '/kurrentdb.protocol.v2.streams.StreamsService/AppendSession',
        (bytes: Uint8Array) => Buffer.from(bytes),
        (bytes) => bytes,
        metadata,
        (error) => resolve(error ?? undefined),
      );
      for (const request of requests) call.write(request);
      call.end();
    });
  } finally {
    client.close();
  }
}

const start = (options = {}) => startTestServer({ version: '25.1', ...options });

test('is not there on a server of 23.10', async () => {
  await using server = await startTestServer();
  assert.is((await send(server, to('a', -1, {})))?.code, 12);
});

test('writes to all of them, and shows properties as metadata, with what the server adds', async () => {
  await using server = await start();
  await using client = connect(server.connectionString);
  assert.is(
    await send(server, to('a', -1, { properties: { who: 'Ada' } }, {}), to('b', -2, { format: 4, data: '\u0001' })),
    undefined,
  );
  const [first, second] = await collect(client.readStream('a'));
  assert.equal(first?.metadata, { who: 'Ada', '$schema.name': 'Happened', '$schema.format': 'Json' });
  assert.is(second?.revision, 1n);
  const [bytes] = await collect(client.readStream('b'));
  assert.is(bytes?.isJson, false);
  assert.equal(bytes?.metadata, { '$schema.name': 'Happened', '$schema.format': 'Bytes' });
});

test('writes to none where one stands elsewhere, and says which', async () => {
  await using server = await start();
  await using client = connect(server.connectionString);
  const error = await send(server, to('a', -1, {}), to('b', 4, {}));
  assert.is(error?.code, 9);
  assert.match(error?.details ?? '', /on stream 'b'. Expected revision: 4. Actual revision: -1/);
  assert.equal(await collect(client.readAll()), []);
});

test('refuses what is partly there and partly new, and takes what is there whole', async () => {
  await using server = await start();
  const [a, b] = [to('a', -1, { id: randomUUID() }), to('b', -1, { id: randomUUID() })];
  assert.is(await send(server, a, b), undefined);
  assert.is(await send(server, b, a), undefined);
  assert.match((await send(server, a, to('c', -1, {})))?.details ?? '', /revision conflict on stream 'a'/);
});

test('refuses a tombstone, and a soft deletion with `stream_exists`; otherwise it revives', async () => {
  await using server = await start();
  await using client = connect(server.connectionString);
  for (const stream of ['gone', 'deleted']) await send(server, to(stream, -1, {}));
  await client.tombstoneStream('gone');
  await client.deleteStream('deleted');
  assert.match((await send(server, to('a', -1, {}), to('gone', -2, {})))?.details ?? '', /'gone' has been tombstoned/);
  assert.match((await send(server, to('deleted', -4, {})))?.details ?? '', /'deleted' has been tombstoned/);
  assert.is(await send(server, to('deleted', -2, {})), undefined);
  assert.equal(
    (await collect(client.readStream('deleted'))).map(({ revision }) => revision),
    [1n],
  );
});

test('refuses what is no append, with the code of the real one', async () => {
  await using server = await start({ maxAppendSize: 100 });
  await using client = connect(server.connectionString);
  const refusals: readonly (readonly [number, RegExp, ...Uint8Array[]])[] = [
    [9, /no append requests/],
    [3, /at least one record/, to('a', -1)],
    [3, /'Stream' must not be empty/, to('', -1, {})],
    [3, /Expected revision/, to('a', -3, {})],
    [3, /Record ID/, to('a', -1, { id: 'one' })],
    [3, /Schema name/, to('a', -1, { type: '' })],
    [10, /'A' is already part of this append session/, to('a', -1, {}), to('A', -1, {})],
    [
      10,
      /exceeds the maximum allowed size of 100/,
      to('a', -1, { data: '1'.repeat(60) }),
      to('b', -1, { data: '1'.repeat(60) }),
    ],
    [10, /exceeds the maximum allowed size of 100/, to('a', -1, { properties: { much: '1'.repeat(100) } })],
  ];
  for (const [code, text, ...requests] of refusals) {
    const error = await send(server, ...requests);
    assert.is(error?.code, code, error?.details);
    assert.match(error?.details ?? '', text);
  }
  assert.equal(await collect(client.readAll()), []);
});

test('says by its details what went wrong, after what kind of error it is', async () => {
  await using server = await start();
  const error = await send(server, to('a', 7, {}));
  const [status] = error?.metadata.get('grpc-status-details-bin') ?? [];
  const text = Buffer.from(status ?? '').toString('latin1');
  assert.match(text, /google\.rpc\.ErrorInfo.*STREAM_REVISION_CONFLICT.*errors\.StreamRevisionConflictErrorDetails/s);
});

test('on a secure node it needs a user who may write to all of them', async () => {
  const tls = selfSigned();
  await using server = await start({ tls, users: [{ name: 'ann', password: 'changeit', groups: [] }] });
  const channel = credentials.createSsl(Buffer.from(tls.certificate));
  const ann = new Metadata();
  ann.set('authorization', `Basic ${Buffer.from('ann:changeit').toString('base64')}`);
  const both = [to('a', -1, {}), to('$admins-only', -1, {})];
  assert.is((await sendAs(server, { channel }, ...both))?.code, 7);
  assert.is((await sendAs(server, { channel, metadata: ann }, ...both))?.code, 7);
  assert.is(await sendAs(server, { channel, metadata: ann }, to('a', -1, {})), undefined);
});

test.run();
