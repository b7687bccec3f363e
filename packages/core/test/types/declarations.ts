/** Commands and events that differ in one field each, for tests of what compiles. */
import { AggregateId, Command, DomainEvent } from '@tidemark/core';

@DomainEvent('Opened')
export class Opened {
  constructor(readonly owner: string) {}
}

/** As `Opened`, and more. */
@DomainEvent('OpenedAt')
export class OpenedAt {
  constructor(
    readonly owner: string,
    readonly at: Date,
  ) {}
}

@DomainEvent('Paid')
export class Paid {
  constructor(readonly amount: number) {}
}

export class Open {
  @AggregateId() id!: string;
  owner!: string;
  readonly note?: string;
  greeting(): string {
    return `Dear ${this.owner}`;
  }
}

/** As `Open`, and more. */
export class OpenAt {
  @AggregateId() id!: string;
  owner!: string;
  at!: Date;
}

export class Pay {
  @AggregateId() id!: string;
  amount!: number;
}

export class Reserve extends Command<number> {
  @AggregateId() id!: string;
}

export class Find extends Command<string | undefined> {
  @AggregateId() id!: string;
}
