// #region imports
import { randomUUID } from 'node:crypto';
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  type CommandContext,
  createApplication,
  Documents,
  DomainError,
  DomainEvent,
  Handles,
  On,
  Projection,
  type RecordedEvent,
} from '@tidemark/core';
import { sqlite } from '@tidemark/sqlite';
import { IsNotEmpty } from 'class-validator';

// #endregion imports

// #region events
@DomainEvent('BookAcquired')
class BookAcquired {
  constructor(readonly title: string) {}
}

@DomainEvent('BookLent')
class BookLent {
  constructor(
    readonly reader: string,
    readonly due: Date,
  ) {}
}

@DomainEvent('BookReturned')
class BookReturned {
  constructor(readonly reader: string) {}
}
// #endregion events

// #region commands
class AcquireBook {
  @AggregateId() bookId!: string;
  @IsNotEmpty() title!: string;
}

class LendBook {
  @AggregateId() bookId!: string;
  @IsNotEmpty() reader!: string;
}

class ReturnBook {
  @AggregateId() bookId!: string;
}
// #endregion commands

// #region aggregate
const threeWeeks = 21 * 24 * 60 * 60 * 1000;

@Aggregate('book')
class Book extends AggregateRoot {
  lentTo: string | undefined = undefined;

  @Handles(AcquireBook)
  acquire({ title }: AcquireBook) {
    if (this.exists) throw new DomainError('BOOK_KNOWN', 'this book has been acquired already');
    this.record(new BookAcquired(title));
  }

  @Handles(LendBook)
  lend({ reader }: LendBook, { occurredAt }: CommandContext) {
    if (!this.exists) throw new DomainError('BOOK_UNKNOWN', 'there is no such book');
    if (this.lentTo !== undefined) throw new DomainError('BOOK_LENT', `${this.lentTo} has this book`);
    this.record(new BookLent(reader, new Date(occurredAt.getTime() + threeWeeks)));
  }

  @Handles(ReturnBook)
  return() {
    if (this.lentTo !== undefined) this.record(new BookReturned(this.lentTo));
  }

  @Applies(BookAcquired)
  acquired() {
    this.lentTo = undefined;
  }

  @Applies(BookLent)
  lent({ reader }: BookLent) {
    this.lentTo = reader;
  }

  @Applies(BookReturned)
  returned() {
    this.lentTo = undefined;
  }
}
// #endregion aggregate

// #region projection
interface Loan {
  readonly reader: string;
  readonly due: Date;
}

@Projection('loans', { version: 1 })
class Loans extends Documents<Loan> {
  @On(BookLent)
  lent({ aggregateId, data }: RecordedEvent<BookLent>) {
    this.put(aggregateId, { reader: data.reader, due: data.due });
  }

  @On(BookReturned)
  returned({ aggregateId }: RecordedEvent<BookReturned>) {
    this.remove(aggregateId);
  }
}
// #endregion projection

// #region application
await using app = await createApplication({
  store: sqlite('library.db'),
  aggregates: [Book],
  projections: [Loans],
});
// #endregion application

// #region execute
const bookId = randomUUID();
await app.execute(AcquireBook, { bookId, title: 'The Left Hand of Darkness' });
const lent = await app.execute(LendBook, { bookId, reader: 'Ada' });
console.log(`${lent.streamName} is at revision ${lent.revision}`);
// #endregion execute

// #region refuse
try {
  await app.execute(LendBook, { bookId, reader: 'Grace' });
} catch (error) {
  if (!(error instanceof DomainError)) throw error;
  console.log(`${error.code}: ${error.message}`); // BOOK_LENT: Ada has this book
}
// #endregion refuse

// #region read
await app.caughtUp(Loans, lent);
console.log(await app.documents(Loans).get(bookId)); // { reader: 'Ada', due: a Date }
// #endregion read

// #region history
await app.execute(ReturnBook, { bookId });
for await (const event of app.history(Book, bookId)) {
  console.log(event.revision, event.type, event.data);
}

const now = await app.load(Book, bookId);
const earlier = await app.load(Book, bookId, { atRevision: 1 });
console.log(`now lent to ${now.lentTo ?? 'nobody'}, at revision 1 to ${earlier.lentTo ?? 'nobody'}`);
// #endregion history
