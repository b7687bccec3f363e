/** A small domain for the tests of scenarios: as a class, as a decider, and with the mistakes that storing brings out. */
import {
  Aggregate,
  AggregateId,
  AggregateRoot,
  Applies,
  Command,
  type CommandContext,
  DomainError,
  DomainEvent,
  decider,
  Handles,
  Value,
} from '@tidemark/core';
import { Max } from 'class-validator';

@Value('Degrees')
export class Degrees {
  constructor(readonly celsius: number) {}
}

@DomainEvent('Installed')
export class Installed {
  constructor(
    readonly room: string,
    readonly at: Date,
  ) {}
}

@DomainEvent('Heated')
export class Heated {
  constructor(readonly by: Degrees) {}
}

export class Install {
  @AggregateId() id!: string;
  room!: string;
}

export class Heat extends Command<number> {
  @AggregateId() id!: string;
  @Max(10) by!: number;
}

export class Read {
  @AggregateId() id!: string;
}

@Aggregate('thermostat')
export class Thermostat extends AggregateRoot {
  room = '';
  celsius = 0;
  heatings = new Set<bigint>();

  @Handles(Install)
  install({ room }: Install, { clock }: CommandContext): void {
    if (this.exists) throw new DomainError('INSTALLED', `${this.aggregateId} is installed already`);
    this.record(new Installed(room, clock.now()));
  }

  @Handles(Heat)
  heat({ by }: Heat, { services }: CommandContext<{ readonly step?: number } | undefined>): number {
    if (!this.exists) throw new DomainError('NOT_INSTALLED', 'install it first');
    if (by > 0) this.record(new Heated(new Degrees(by * (services?.step ?? 1))));
    return this.celsius;
  }

  @Applies(Installed)
  installed({ room }: Installed): void {
    this.room = room;
  }

  @Applies(Heated)
  heated({ by }: Heated): void {
    this.celsius += by.celsius;
    this.heatings.add(BigInt(this.heatings.size));
  }
}

export const thermostat = decider('thermostat', {
  commands: [Install, Heat],
  events: [Installed, Heated],
  id: ({ id }) => id,
  initialState: () => ({ room: '', celsius: 0 }),
  decide(command, { room }, { ids, occurredAt }) {
    if (command instanceof Install) return new Installed(`${command.room} ${ids.next()}`, occurredAt);
    if (room === '') throw new DomainError('NOT_INSTALLED', 'install it first');
    return command.by > 0 ? [new Heated(new Degrees(command.by))] : [];
  },
  evolve: (state, event) =>
    event instanceof Installed
      ? { ...state, room: event.room }
      : { ...state, celsius: state.celsius + event.by.celsius },
});

/** Its state is in a `#private` field. */
@Aggregate('hidden')
export class Hidden extends AggregateRoot {
  #celsius = 0;

  get celsius(): number {
    return this.#celsius;
  }

  @Handles(Heat)
  heat({ by }: Heat): number {
    if (this.#celsius > 20) throw new DomainError('TOO_HOT', 'it is hot enough');
    this.record(new Heated(new Degrees(by)));
    return this.#celsius;
  }

  @Applies(Heated)
  heated({ by }: Heated): void {
    this.#celsius += by.celsius;
  }
}

const seals = new WeakMap<Sealed, string>();

/** An event with a `#private` field, as compilers write it for older targets: nothing finds it but storing. */
@DomainEvent('Sealed')
export class Sealed {
  constructor(seal: string) {
    seals.set(this, seal);
  }

  get seal(): string {
    const seal = seals.get(this);
    if (seal === undefined) throw new TypeError('Cannot read private member #seal');
    return seal;
  }
}

/** It records a sealed event, or changes its state past all events. */
@Aggregate('careless')
@Applies.nothing(Sealed)
export class Careless extends AggregateRoot {
  read = 0;

  @Handles(Read)
  count(): void {
    this.read += 1;
  }

  @Handles(Install)
  install({ room }: Install): void {
    this.record(new Sealed(room));
  }
}

/** Its event holds what cannot be written. */
@DomainEvent('Called')
class Called {
  readonly back = (): void => {};
}

@Aggregate('caller')
@Applies.nothing(Called)
export class Caller extends AggregateRoot {
  @Handles(Read)
  call(): void {
    this.record(new Called());
  }
}
