// #region imports
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  createApplication,
  DomainEvent,
  Handles,
  inCategory,
  memory,
  ofType,
} from '@tidemark/core';
import { firstValueFrom, map, scan, take, toArray } from 'rxjs';

// #endregion imports

@DomainEvent('ParcelScanned')
class ParcelScanned {
  constructor(readonly place: string) {}
}

class ScanParcel {
  @AggregateId() parcelId!: string;
  place!: string;
}

@Aggregate('parcel')
class Parcel extends AggregateRoot {
  place = '';

  @Handles(ScanParcel)
  scan({ place }: ScanParcel) {
    this.record(new ParcelScanned(place));
  }

  @Applies(ParcelScanned)
  scanned({ place }: ParcelScanned) {
    this.place = place;
  }
}

const onError = (error: unknown) => console.log(error instanceof Error ? error.message : error);
await using app = await createApplication({ store: memory(), aggregates: [Parcel], onError });
await app.execute(ScanParcel, { parcelId: '1', place: 'Rome' });
await app.execute(ScanParcel, { parcelId: '2', place: 'Paris' });
await app.execute(ScanParcel, { parcelId: '1', place: 'Lyon' });

// #region observable
const places$ = app.events$({ categories: ['parcel'] }).pipe(
  inCategory('parcel'),
  ofType(ParcelScanned), // now `data` is a ParcelScanned
  map(({ aggregateId, data }) => `${aggregateId} in ${data.place}`),
);
console.log(await firstValueFrom(places$.pipe(take(3), toArray()))); // [ '1 in Rome', '2 in Paris', '1 in Lyon' ]

const count$ = app.events$({ types: [ParcelScanned] }).pipe(scan((count) => count + 1, 0));
console.log(await firstValueFrom(count$.pipe(take(3), toArray()))); // [ 1, 2, 3 ]
// #endregion observable

// #region iterable
for await (const { data, position } of app.events({ types: [ParcelScanned] }, { after: 1 })) {
  await new Promise((resolve) => setTimeout(resolve, 5)); // slow work: nothing piles up meanwhile
  console.log(position, data.place); // 2 Paris, 3 Lyon
  if (position === 3) break; // otherwise it waits for what is still to come
}
// #endregion iterable

// #region handler
const mails: string[] = [];
const mailer = app.subscribe(
  { types: [ParcelScanned] },
  async ({ data, eventId }) => {
    if (data.place === 'nowhere') throw new Error('no such place');
    mails.push(`${data.place} (${eventId.length})`);
  },
  { name: 'mailer', after: 2 },
);
await app.execute(ScanParcel, { parcelId: '2', place: 'nowhere' });
await mailer.stopped;
console.log(mails.length, mailer.position, mailer.error?.code); // 1 3 CONSUMER_STOPPED
// #endregion handler

// #region health
const { status, consumers } = await app.health();
console.log(status, consumers[0]?.name, consumers[0]?.state, consumers[0]?.lag?.events); // degraded mailer stopped 1
// #endregion health
