/** What comes between the calls that a deletion, a revival or a reading of a deleted stream is made of. */
import assert from 'node:assert/strict';
import { EventStoreDBClient } from '@eventstore/db-client';
import { test } from 'uvu';
import { eventStoreDB } from '../../src/index.ts';
import { held } from './held.ts';
import { errorOf, noStream, numbered, opened } from './opened.ts';

const atLast = { expectedRevision: 1 } as const;

test('a subscriber skips nothing where another takes back a deletion that was none', async () => {
  await using store = await opened();
  await store.events.append('account-1', numbered(2), noStream);
  await using one = await held(store.server.connectionString);
  const deleting = errorOf(one.events.deleteStream('account-1', atLast));
  await one.arrived;
  await store.events.append('account-1', numbered(1), atLast);
  await one.sendAndKill();
  await deleting;
  const client = EventStoreDBClient.connectionString(store.server.connectionString);
  const read = client.readStream.bind(client);
  Object.assign(client, {
    readStream: (...call: Parameters<typeof read>) =>
      (async function* late() {
        if (call[0] === '$$account-1') await store.events.readStreamMetadata('account-1');
        yield* read(...call);
      })(),
  });
  const { events, close } = await eventStoreDB({ client: () => client }).open();
  const revisions: number[] = [];
  for await (const message of events.subscribeToStream('account-1')) {
    if (message.kind === 'events') revisions.push(...message.events.map(({ revision }) => revision));
    if (revisions.at(-1) === 2) break;
  }
  await close();
  assert.deepEqual(revisions, [0, 1, 2]);
});

test.run();
