/** A small shop: what applications are tried with. */
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  Command,
  type CommandContext,
  Documents,
  DomainError,
  DomainEvent,
  Handles,
  On,
  Projection,
  type RecordedEvent,
} from '@tidemark/core';

@DomainEvent('TillOpened')
export class TillOpened {
  constructor(
    readonly at: Date,
    readonly limits: ReadonlyMap<string, bigint>,
  ) {}
}

@DomainEvent('Sold')
export class Sold {
  constructor(readonly amount: number) {}
}

export class OpenTill {
  @AggregateId() tillId!: string;
}

export class Sell extends Command<number> {
  @AggregateId() tillId!: string;
  amount!: number;
  /** So many events of it; default 1. */
  times?: number;
}

/** What a rule wants to happen while a command is decided. */
export interface Services {
  during?(command: Sell, till: Till): unknown;
}

@Aggregate('till', { snapshot: { every: 3 } })
export class Till extends AggregateRoot {
  openedAt: Date | undefined = undefined;
  limits: ReadonlyMap<string, bigint> = new Map();
  total = 0;
  sales = 0;

  @Handles(OpenTill)
  open(_command: OpenTill, { occurredAt }: CommandContext): void {
    if (this.exists) throw new DomainError('TILL_OPEN', 'this till is open already');
    this.record(new TillOpened(occurredAt, new Map([['sale', 2n ** 64n]])));
  }

  @Handles(Sell)
  async sell(command: Sell, { services }: CommandContext<Services | undefined>): Promise<number> {
    await services?.during?.(command, this);
    for (let time = 0; time < (command.times ?? 1); time += 1) this.record(new Sold(command.amount));
    return this.total;
  }

  @Applies(TillOpened)
  opened({ at, limits }: TillOpened): void {
    this.openedAt = at;
    this.limits = limits;
  }

  @Applies(Sold)
  sold({ amount }: Sold): void {
    this.total += amount;
    this.sales += 1;
  }
}

export interface Taking {
  readonly total: number;
  readonly revisions: readonly number[];
}

@Projection('takings')
export class Takings extends Documents<Taking> {
  @On(Sold)
  sold({ data, aggregateId, revision }: RecordedEvent<Sold>): void {
    const { total, revisions } = this.get(aggregateId) ?? { total: 0, revisions: [] };
    this.put(aggregateId, { total: total + data.amount, revisions: [...revisions, revision] });
  }
}

/** The same projection before it was mended: it cannot take a sale of 13. */
@Projection('takings')
export class BrokenTakings extends Takings {
  @On(Sold)
  override sold(event: RecordedEvent<Sold>): void {
    if (event.data.amount === 13) throw new RangeError('13 is not unique');
    super.sold(event);
  }
}
