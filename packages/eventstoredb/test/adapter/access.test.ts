/** Stores on a secure node: TLS by a file, who asks, what a user may not, and that no message tells a password. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { EventStoreDBClient } from '@eventstore/db-client';
import { createApplication, type Stores } from '@tidemark/core';
import { suite } from 'uvu';
import { type EventStoreDBOptions, eventStoreDB, withCredentials } from '../../src/index.ts';
import { startTestServer, type TestServer } from '../../src/test-server/index.ts';
import { selfSigned } from '../test-server/certificate.ts';
import { any, errorOf, idsOf, numbered } from './opened.ts';

const test = suite('on a secure node');

const tls = selfSigned();
const password = 'hunter2-secret';
const users = [
  { name: 'admin', password, groups: ['$admins'] },
  { name: 'ann', password, groups: [] },
  { name: 'bob', password, groups: [] },
];
const as = (username: string) => ({ username, password });
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-'));
const tlsCAFile = path.join(folder, 'ca.crt');

let server: TestServer;
const all: Stores[] = [];

test.before(async () => {
  fs.writeFileSync(tlsCAFile, tls.certificate);
  server = await startTestServer({ tls, users });
});
test.after(async () => {
  for (const stores of all) await stores.close();
  await server.stop();
  fs.rmSync(folder, { recursive: true });
});

async function opened(options: EventStoreDBOptions, address = server.connectionString): Promise<Stores> {
  const stores = await eventStoreDB(address, { tlsCAFile, retryFor: 300, ...options }).open();
  all.push(stores);
  return stores;
}

/** A client that sets what a store cannot. */
function administrator(): EventStoreDBClient {
  const login = `//admin:${encodeURIComponent(password)}@`;
  const address = `${server.connectionString.replace('//', login)}&tlsCAFile=${encodeURIComponent(tlsCAFile)}`;
  return EventStoreDBClient.connectionString(address);
}

test('a store with a CA file and a user writes, reads and follows', async () => {
  const { events } = await opened({ credentials: as('admin') });
  await events.append('account-1', numbered(3), any);
  assert.equal((await idsOf(events.readStream('account-1'))).length, 3);
  for await (const message of events.subscribeToAll({ filter: { categories: ['account'] } })) {
    if (message.kind === 'events') break;
  }
});

test('user and password may stand in the connection string, escaped', async () => {
  const { events } = await opened(
    {},
    server.connectionString.replace('//', `//admin:${encodeURIComponent(password)}@`),
  );
  await events.append('account-2', numbered(1), any);
});

test('whoever may not read $all is told which right is missing; streams of their own stay open to them', async () => {
  const { events } = await opened({ credentials: as('ann') });
  await events.append('account-3', numbered(1), any);
  assert.equal((await idsOf(events.readStream('account-3'))).length, 1);
  const following = async () => {
    for await (const _ of events.subscribeToAll()) break;
  };
  for (const denied of [idsOf(events.readAll()), events.head(), following()]) {
    const error = await errorOf(denied);
    assert.equal(error['code'], 'ACCESS_DENIED');
    assert.match(error.message, /the right to read \$all/);
  }
});

test('whoever may not read $all deletes at a revision, and the access list stays in force', async () => {
  const { events } = await opened({ credentials: as('ann') });
  const { events: asAdmin } = await opened({ credentials: as('admin') });
  const client = administrator();
  const acl = { writeRoles: ['ann'], metaReadRoles: ['ann'], metaWriteRoles: ['ann'] };
  await client.setStreamMetadata('account-6', { acl });
  await events.append('account-6', numbered(2), { expectedRevision: 'no_stream' });
  await events.deleteStream('account-6', { expectedRevision: 1 });
  assert.equal((await errorOf(idsOf(events.readStream('account-6'))))['code'], 'STREAM_NOT_FOUND');
  await opened({ credentials: as('bob') }).then(async (stranger) => {
    const refusal = await errorOf(stranger.events.append('account-6', numbered(1), any));
    assert.equal(refusal['code'], 'ACCESS_DENIED');
  });
  await asAdmin.append('account-6', numbered(1), { expectedRevision: 'no_stream' });
  assert.equal((await events.readStreamMetadata('account-6')).revivedAt, 2);
  assert.deepEqual((await client.getStreamMetadata('account-6')).metadata?.acl, acl);
  await client.dispose();
});

test('whoever may not look at what is set on a stream is told a conflict all the same', async () => {
  const { events } = await opened({ credentials: as('bob') });
  const { events: asAdmin } = await opened({ credentials: as('admin') });
  const client = administrator();
  await client.setStreamMetadata('account-7', { acl: { metaReadRoles: ['ann'] } });
  await client.dispose();
  await asAdmin.append('account-7', numbered(1), any);
  const conflict = await errorOf(events.append('account-7', numbered(1), { expectedRevision: 'no_stream' }));
  assert.equal(conflict['code'], 'WRONG_EXPECTED_REVISION');
  assert.equal((await errorOf(events.readStreamMetadata('account-7')))['code'], 'ACCESS_DENIED');
});

test('whoever may only read is shown what is set on a deleted stream', async () => {
  const { events } = await opened({ credentials: as('bob') });
  const { events: asAdmin } = await opened({ credentials: as('admin') });
  await asAdmin.append('account-8', numbered(1), any);
  const client = administrator();
  await client.setStreamMetadata('account-8', { acl: { writeRoles: ['ann'] }, maxAge: 60 });
  await client.dispose();
  await asAdmin.deleteStream('account-8', { expectedRevision: 0 });
  assert.deepEqual(await events.readStreamMetadata('account-8'), { maxAge: 60 });
  assert.equal((await errorOf(idsOf(events.readStream('account-8'))))['code'], 'STREAM_NOT_FOUND');
});

test('a call may be made as another user than the store’s', async () => {
  const { events } = await opened({ credentials: as('ann') });
  await withCredentials(as('admin'), () => events.head());
  assert.equal((await errorOf(events.head()))['code'], 'ACCESS_DENIED');
});

test('a wrong password and a stranger are refused at once, and nothing is written', async () => {
  for (const credentials of [{ username: 'ann', password: 'guessed' }, as('stranger')]) {
    const { events } = await opened({ credentials, retryFor: 60_000 });
    const error = await errorOf(events.append('account-4', numbered(1), any));
    assert.equal(error['code'], 'STORE_UNAUTHENTICATED', error.message);
  }
  const { events } = await opened({ credentials: as('admin') });
  assert.equal((await errorOf(idsOf(events.readStream('account-4'))))['code'], 'STREAM_NOT_FOUND');
});

test('a certificate that no given authority has signed, or no TLS at all, ends in an error that says where', async () => {
  const other = path.join(folder, 'other.crt');
  fs.writeFileSync(other, selfSigned().certificate);
  const insecure = server.connectionString.replace('tls=true', 'tls=false');
  for (const stores of [
    await opened({ credentials: as('admin'), tlsCAFile: other }),
    await eventStoreDB(insecure, { retryFor: 300 }).open(),
  ]) {
    all.push(stores);
    const error = await errorOf(stores.events.append('account-5', numbered(1), { expectedRevision: 'no_stream' }));
    assert.equal(error['code'], 'STORE_UNREACHABLE', error.message);
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${server.port}`));
  }
});

test('a CA file that is not there is refused with its path', async () => {
  const error = await errorOf(
    opened({ credentials: as('admin'), tlsCAFile: path.join(folder, 'none.crt') }).then(({ events }) => events.head()),
  );
  assert.match(error.message, /tlsCAFile=.*none\.crt: .*not found/i);
  assert.ok(typeof error['code'] === 'string', inspect(error));
});

test('no error and no health shows a password, however deep one looks', async () => {
  const found: unknown[] = [];
  for (const credentials of [as('ann'), as('stranger')]) {
    const app = await createApplication({
      store: eventStoreDB(server.connectionString, { tlsCAFile, retryFor: 100, credentials }),
      aggregates: [],
    });
    found.push(await errorOf(app.eventStore.head()), await app.health());
    await app.stop();
  }
  const text = inspect(found, { depth: 20, showHidden: true });
  for (const secret of [password, Buffer.from(password).toString('base64').replace(/=+$/, '')])
    assert.equal(text.includes(secret), false, text);
});

test.run();
