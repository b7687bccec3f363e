/** A secure node: who gets in, and what an ACL lets whom do. */
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startTestServer, type TestServer } from '../../src/test-server/index.ts';
import { selfSigned } from './certificate.ts';
import { collect, event, type Rejection, rejection } from './subject.ts';

const tls = selfSigned();
const as = (username: string, password = 'changeit') => ({ credentials: { username, password } });
const [admin, ann, bob, nobody] = [as('admin'), as('ann'), as('bob'), {}];
const users = [
  { name: 'admin', password: 'changeit', groups: ['$admins'] },
  { name: 'ann', password: 'changeit', groups: ['writers'] },
  { name: 'bob', password: 'changeit', groups: [] },
];

let server: TestServer;
let client: EventStoreDBClient;
let stream: string;
let count = 0;
test.before(async () => {
  server = await startTestServer({ tls, users });
  const endpoint = { address: '127.0.0.1', port: server.port };
  client = new EventStoreDBClient({ endpoint }, { rootCertificate: Buffer.from(tls.certificate) });
});
test.before.each(() => {
  count += 1;
  stream = `access-${count}`;
});
test.after(async () => {
  await client.dispose();
  await server.stop();
});

const assertDenied = ({ type, message }: Rejection) => assert.is(type, 'access-denied', message);
const append = (who: object, to = stream) => client.appendToStream(to, event(), who);
const read = (who: object, from = stream) => collect(client.readStream(from, who));

test('tells its connection string for TLS', () => {
  assert.match(server.connectionString, /^esdb:\/\/127\.0\.0\.1:\d+\?tls=true$/);
});

test('lets a user write and read an ordinary stream', async () => {
  await append(ann);
  assert.is((await read(bob)).length, 1);
});

test('lets nobody in without credentials, nor with wrong ones', async () => {
  await append(ann);
  assertDenied(await rejection(read(nobody)));
  assertDenied(await rejection(append(nobody)));
  const wrong = as('ann', 'guessed');
  assertDenied(await rejection(append(wrong)));
  const { code } = await rejection(append(wrong));
  assert.is(code, 16);
  assertDenied(await rejection(read(as('stranger'))));
});

test('keeps $all and $ streams for administrators', async () => {
  await append(ann);
  assertDenied(await rejection(collect(client.readAll(ann))));
  assertDenied(await rejection(collect(client.subscribeToAll(ann))));
  assertDenied(await rejection(append(ann, `$${stream}`)));
  assert.ok((await collect(client.readAll(admin))).length > 0);
  await append(admin, `$${stream}`);
});

test('lets the ACL of a stream decide for all but administrators', async () => {
  const metadata = jsonEvent({
    type: '$metadata',
    data: { $acl: { $r: ['ann', 'readers'], $w: 'writers', $d: '$admins', $mr: '$all', $mw: '$admins' } },
  });
  await client.appendToStream(`$$${stream}`, metadata, admin);
  await append(ann);
  assertDenied(await rejection(append(bob)));
  assert.is((await read(ann)).length, 1);
  assertDenied(await rejection(read(bob)));
  assert.is((await read(admin)).length, 1);
  assertDenied(await rejection(client.deleteStream(stream, ann)));
  assertDenied(await rejection(client.tombstoneStream(stream, ann)));
  assert.is((await read(bob, `$$${stream}`)).length, 1);
  assertDenied(await rejection(append(ann, `$$${stream}`)));
  await client.deleteStream(stream, admin);
});

test('asks for the rights to a batch append too', async () => {
  const endpoint = { address: '127.0.0.1', port: server.port };
  const rootCertificate = Buffer.from(tls.certificate);
  const byBatch = new EventStoreDBClient({ endpoint }, { rootCertificate }, bob.credentials);
  await byBatch.appendToStream(stream, event());
  assertDenied(await rejection(byBatch.appendToStream(`$${stream}`, event())));
  assert.ok(server.seenCalls.batchAppend > 0);
  await byBatch.dispose();
});

test.run();
