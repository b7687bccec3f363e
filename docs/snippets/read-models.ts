// #region events
import {
  createApplication,
  type DeclareTable,
  Documents,
  DomainEvent,
  EventRegistry,
  On,
  Projection,
  type RecordedEvent,
  Tables,
} from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';

@DomainEvent('SeatBooked')
class SeatBooked {
  constructor(
    readonly guest: string,
    readonly seats: number,
  ) {}
}
// #endregion events

// #region documents
interface Booking {
  readonly guest: string;
  readonly seats: number;
  readonly bookedAt: Date;
}

@Projection('bookings', { indexes: ['guest', 'seats', 'bookedAt'], onError: 'park' })
class Bookings extends Documents<Booking> {
  @On(SeatBooked)
  booked({ data, eventId, occurredAt }: RecordedEvent<SeatBooked>) {
    if (data.guest === '') throw new Error('a booking of nobody');
    this.put(eventId, { guest: data.guest, seats: data.seats, bookedAt: occurredAt });
  }
}
// #endregion documents

// #region inline
@Projection('free-seats', { inline: true })
class FreeSeats extends Documents<{ readonly left: number }> {
  @On(SeatBooked)
  booked({ aggregateId, data }: RecordedEvent<SeatBooked>) {
    const { left } = this.get(aggregateId) ?? { left: 10 };
    if (left < data.seats) throw new Error(`${left} seats are left`);
    this.put(aggregateId, { left: left - data.seats });
  }
}
// #endregion inline

// #region tables
@Projection('guests')
class Guests extends Tables {
  schema(table: DeclareTable) {
    table('guests', 'guest TEXT PRIMARY KEY, seats INTEGER NOT NULL');
  }

  @On(SeatBooked)
  booked({ data }: RecordedEvent<SeatBooked>) {
    this.sql`INSERT INTO ${this.table('guests')} VALUES (${data.guest}, ${data.seats})
      ON CONFLICT DO UPDATE SET seats = seats + excluded.seats`.run();
  }
}
// #endregion tables

const registry = new EventRegistry({ events: [SeatBooked] });
const app = await createApplication({
  store: sqlite(':memory:'),
  events: [SeatBooked],
  projections: [Bookings, FreeSeats, Guests],
  onError: (error) => console.log('told:', (error as Error).message),
});
const book = (show: string, guest: string, seats: number) =>
  app.eventStore.append(`show-${show}`, [registry.encode(new SeatBooked(guest, seats), crypto.randomUUID())], {
    expectedRevision: 'any',
  });

for (const [guest, seats] of [
  ['Ada', 4],
  ['Bob', 2],
  ['', 1],
  ['Ada', 3],
] as const)
  await book('hamlet', guest, seats);
const position = await app.eventStore.head();

// #region reading
await app.caughtUp(Bookings, position);
const { documents, next } = await app
  .documents(Bookings)
  .find({ where: { guest: 'Ada', seats: { atLeast: 3 } }, orderBy: 'seats', direction: 'descending', limit: 20 });
console.log(
  documents.map(({ value }) => value.seats),
  next,
  await app.documents(Bookings).count(),
);
// #endregion reading

// #region refused
console.log(await app.documents(FreeSeats).get('hamlet')); // no waiting: it changed with the append
await book('hamlet', 'Eve', 1).catch((error) => console.log(error.code, error.message));
// #endregion refused

// #region rows
await app.caughtUp(Guests, position);
console.log(await app.tables(Guests).all('SELECT guest, seats FROM guests WHERE seats > ? ORDER BY guest', 1));
// #endregion rows

// #region parked
const [letter] = await app.parked(Bookings).list();
console.log(letter?.streamName, letter?.revision, letter?.error);
await app.parked(Bookings).skip({ streamName: 'show-hamlet', position: letter?.position ?? 0 });
console.log(await app.parked(Bookings).retry()); // what waited behind it in its stream
// #endregion parked

// #region rebuild
const rebuild = await app.rebuild(Bookings, Guests);
rebuild.progress$.subscribe(({ done, total }) => console.log(`rebuilt ${done} of ${total}`));
await rebuild.done; // readers saw the old read models until now
await app.rollback(Bookings); // and back again
await app.dropOld(Guests);
// #endregion rebuild

await app.stop();
