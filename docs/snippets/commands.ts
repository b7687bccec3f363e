// #region imports
import { randomUUID } from 'node:crypto';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  Command,
  type CommandContext,
  createApplication,
  DomainError,
  DomainEvent,
  Handles,
  memory,
  ValidationError,
  WrongExpectedRevisionError,
} from '@tidemark/core';
import { IsPositive } from 'class-validator';

// #endregion imports

// #region command
@DomainEvent('SeatsReserved')
class SeatsReserved {
  constructor(
    readonly seats: number,
    readonly price: number,
  ) {}
}

/** The type says what its handler returns, and so what `receipt.returned` is. */
class ReserveSeats extends Command<{ readonly price: number }> {
  @AggregateId() showId!: string;
  @IsPositive() seats!: number;
}
// #endregion command

// #region handler
interface Services {
  /** Reading is fine. It may be called twice, so it must not have effects. */
  readonly priceOfSeat: () => Promise<number>;
}

@Aggregate('show', { version: 1, snapshot: { every: 100 } })
class Show extends AggregateRoot {
  free = 10;

  @Handles(ReserveSeats)
  async reserve({ seats }: ReserveSeats, { services }: CommandContext<Services>) {
    if (seats > this.free) throw new DomainError('TOO_FEW_SEATS', `${this.free} seats are left`);
    const price = seats * (await services.priceOfSeat());
    this.record(new SeatsReserved(seats, price));
    return { price };
  }

  @Applies(SeatsReserved)
  reserved({ seats }: SeatsReserved) {
    this.free -= seats;
  }
}

const services: Services = { priceOfSeat: async () => 12 };
await using app = await createApplication({ store: memory(), aggregates: [Show], services });
// #endregion handler

// #region receipt
const receipt = await app.execute(ReserveSeats, { showId: 'hamlet', seats: 4 });
console.log(receipt.streamName, receipt.revision, receipt.returned.price); // show-hamlet 0 48
// #endregion receipt

// #region repeat
const commandId = randomUUID(); // of the request, the message, the click
const first = await app.execute(ReserveSeats, { showId: 'hamlet', seats: 2 }, { commandId });
const again = await app.execute(ReserveSeats, { showId: 'hamlet', seats: 2 }, { commandId });
console.log(first.repeated, again.repeated, again.revision); // false true 1
// #endregion repeat

// #region form
const shown = await app.load(Show, 'hamlet'); // what the form showed
await app.execute(ReserveSeats, { showId: 'hamlet', seats: 1 }); // somebody else was faster
try {
  const expectedRevision = shown.revision ?? 'no_stream';
  await app.execute(ReserveSeats, { showId: 'hamlet', seats: 1 }, { expectedRevision });
} catch (error) {
  if (!(error instanceof WrongExpectedRevisionError)) throw error;
  console.log(error.code, error.expected, error.actual); // WRONG_EXPECTED_REVISION 1 2
}
// #endregion form

// #region invalid
try {
  await app.execute(ReserveSeats, { showId: 'hamlet', seats: -1 });
} catch (error) {
  if (!(error instanceof ValidationError)) throw error;
  console.log(error.failures.map(({ field, rule }) => `${field}: ${rule}`)); // [ 'seats: isPositive' ]
}
// #endregion invalid

// #region past
const occurredAt = new Date('2025-12-24T20:00:00Z'); // from a paper list, say
await app.execute(ReserveSeats, { showId: 'godot', seats: 3 }, { occurredAt, metadata: { importedBy: 'ada' } });
const before = await app.load(Show, 'godot', { at: new Date('2025-12-24T19:59:59Z') });
const after = await app.load(Show, 'godot', { at: occurredAt });
console.log(before.exists, after.free); // false 7
// #endregion past
