import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  Command,
  Documents,
  DomainEvent,
  Handles,
  On,
  Projection,
  type RecordedEvent,
} from '@tidemark/core';

@DomainEvent('Counted')
export class Counted {
  constructor(
    readonly n: bigint,
    readonly at: Date,
  ) {}
}

export class Add extends Command<bigint> {
  @AggregateId() counterId!: string;
  n!: number;
}

@Aggregate('counter', { snapshot: { every: 3 } })
export class Counter extends AggregateRoot {
  total = 0n;

  @Handles(Add)
  add({ n }: Add): bigint {
    this.record(new Counted(BigInt(n), new Date(n)));
    return this.total;
  }

  @Applies(Counted)
  counted({ n }: Counted): void {
    this.total += n;
  }
}

@Projection('totals')
export class Totals extends Documents<{ total: bigint; last: Date }> {
  @On(Counted)
  counted({ data, aggregateId }: RecordedEvent<Counted>): void {
    this.update(aggregateId, ({ total }) => ({ total: total + data.n, last: data.at }), { total: 0n, last: data.at });
  }
}
