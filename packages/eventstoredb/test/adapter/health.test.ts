/** What an application is told of its store: at start, and in `health()`. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createApplication, Documents, DomainEvent, memory, On, Projection, type RecordedEvent } from '@tidemark/core';
import { test } from 'uvu';
import { eventStoreDB } from '../../src/index.ts';
import { opened, until } from './opened.ts';

@DomainEvent('Counted')
class Counted {
  constructor(readonly n: number) {}
}

@Projection('counts', { version: 1 })
class Counts extends Documents<number> {
  @On(Counted)
  counted({ streamName, data }: RecordedEvent<Counted>): void {
    this.put(streamName, data.n);
  }
}

test('an application with projections is told that its read models do not last, and one that keeps them is not', async () => {
  await using store = await opened();
  const given = { events: [Counted], projections: [Counts], store: eventStoreDB(store.server.connectionString) };
  const warned = once(process, 'warning');
  await (await createApplication(given)).stop();
  const [warning] = (await warned) as [Error];
  assert.equal(warning.name, 'TidemarkWarning');
  assert.match(warning.message, /esdb:\/\/127\.0\.0\.1:\d+ .*made anew at each start.*readModels/);
  const warnings: Error[] = [];
  const note = (other: Error) => warnings.push(other);
  process.on('warning', note);
  await (await createApplication({ ...given, readModels: memory() })).stop();
  await (await createApplication({ events: [Counted], store: given.store })).stop();
  await new Promise(setImmediate);
  process.off('warning', note);
  assert.deepEqual(warnings, []);
});

test('health tells of the server, of what went wrong and of new beginnings, without a password', async () => {
  await using store = await opened();
  const address = store.server.connectionString.replace('//', '//ada:hunter2@');
  const app = await createApplication({
    store: eventStoreDB(address, { timeout: 500, retryFor: 5_000 }),
    readModels: memory(),
    events: [Counted],
    projections: [Counts],
  });
  await app.ready(Counts);
  const { connection, status } = await app.health();
  assert.deepEqual(
    [status, connection?.server, connection?.lastError],
    ['ok', `esdb://127.0.0.1:${store.server.port}`, undefined],
  );
  await until(() => store.server.openCalls.subscribeToAll === 1, 'it follows');
  await store.server.restart({ log: 'kept' });
  await until(async () => ((await app.health()).connection?.reconnections ?? 0) > 0, 'it began anew');
  const later = (await app.health()).connection;
  assert.equal((later?.lastError as { code?: unknown } | undefined)?.code, 'STORE_UNREACHABLE');
  assert.equal(JSON.stringify(await app.health()).includes('hunter2'), false);
  await app.stop();
});

test.run();
