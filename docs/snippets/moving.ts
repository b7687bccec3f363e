// #region imports
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  type CopyProgress,
  copyLog,
  createApplication,
  Documents,
  DomainEvent,
  eventData,
  memory,
  On,
  Projection,
  type RecordedEvent,
} from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';

// #endregion imports

@DomainEvent('ParcelScanned')
class ParcelScanned {
  constructor(readonly place: string) {}
}

@Projection('parcels')
class Parcels extends Documents<{ readonly place: string }> {
  @On(ParcelScanned)
  scanned({ aggregateId, data }: RecordedEvent<ParcelScanned>) {
    this.put(aggregateId, { place: data.place });
  }
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tidemark-moving-'));
process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'parcels.db');
const readModels = sqlite(path.join(folder, 'read-models.db'));

{
  await using app = await createApplication({
    store: sqlite(file),
    readModels,
    projections: [Parcels],
    events: [ParcelScanned],
    aggregates: [],
  });
  for (let parcel = 1; parcel <= 3; parcel += 1) {
    const scanned = ['Rome', 'Paris'].map((place) => eventData('ParcelScanned', { place }));
    await app.eventStore.append(`parcel-${parcel}`, scanned, { expectedRevision: 'no_stream' });
  }
  await app.eventStore.deleteStream('parcel-3');
  await app.caughtUp(Parcels, await app.eventStore.head());
}

// #region copy
const from = await sqlite(file).open();
const there = memory(); // or any other store
const to = await there.open();

const onProgress = ({ phase, done, total }: CopyProgress) => console.log(`${phase}: ${done} of ${total}`);
const { events, streams, copied, digest } = await copyLog(from.events, to.events, { onProgress });
console.log(`${events} events of ${streams} streams, ${copied} of them written now`);

const again = await copyLog(from.events, to.events);
console.log(`again: ${again.copied} written, ${again.digest === digest ? 'the same' : 'another'} log`);
// #endregion copy

// #region back
const back = await sqlite(path.join(folder, 'back.db')).open();
const come = await copyLog(to.events, back.events);
console.log(`back: ${come.digest === digest ? 'the same' : 'another'} log`);

for await (const event of back.events.readAll({ limit: 1 })) {
  const isFirst = event.recordedAt.getTime() < event.recordedTime; // when it came into this file
  console.log(`recorded first: ${isFirst}`);
}
// #endregion back
await Promise.all([from.close(), back.close()]);

// #region rebuild
const told = (error: unknown) => console.log((error as { code?: string }).code); // CHECKPOINT_MISMATCH
await using app = await createApplication({
  store: there,
  readModels, // as they were made from the old log
  projections: [Parcels],
  aggregates: [],
  events: [ParcelScanned],
  onError: told,
});
await app.caughtUp(Parcels, await app.eventStore.head()).catch(() => {});
await (await app.rebuild(Parcels)).done;
console.log(await app.documents(Parcels).get('1')); // { place: 'Paris' }
// #endregion rebuild
