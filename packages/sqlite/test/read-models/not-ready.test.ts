/** A read model that was never complete, as an application reads it. */
import { createApplication, type DeclareTable, DomainEvent, eventData, On, Projection, Tables } from '@tidemark/core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sqlite } from '../../src/index.ts';
import { refused } from '../refusals.ts';
import { temporaryFile } from '../temporary.ts';

@DomainEvent('Rung')
class Rung {}

@Projection('bells')
class Bells extends Tables {
  schema(table: DeclareTable): void {
    table('bells', 'n INTEGER');
  }

  @On(Rung)
  rung(): void {}
}

test('a reader of tables that are still being built is told how far they are now, not when it was made', async () => {
  const store = sqlite(temporaryFile());
  const { events, readModels, leases, close } = await store.open();
  const rings = [eventData('Rung', {}), eventData('Rung', {})];
  await events.append('bell-1', rings, { expectedRevision: 'any' });
  await leases.acquire('projection bells@1', 'another', 60_000);
  const { id } = await readModels.begin({ name: 'bells', version: 1 }, { indexes: [], tables: [], types: ['Rung'] });
  const app = await createApplication({ store, events: [Rung], projections: [Bells] });
  const reader = app.tables(Bells);
  const places: unknown[] = [];
  for (const place of [0, 1]) {
    const [eventId = '', logId] = [rings[place]?.eventId, await events.logId()];
    const checkpoint = { logId, position: place + 1, eventId };
    await readModels.transact(id, { expected: place === 0 ? undefined : place, run: () => checkpoint });
    await app.health();
    places.push((await refused('READ_MODEL_NOT_READY', () => reader.all('SELECT 1')))['position']);
  }
  assert.equal(places, [1, 2]);
  await app.stop();
  await close();
});

test.run();
