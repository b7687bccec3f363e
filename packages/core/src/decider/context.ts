import type { EventMetadata } from '../event/event.ts';
import type { Clock } from '../shared/clock.ts';
import type { Ids } from '../shared/ids.ts';

/**
 * What a command handler gets besides its command. `S` is what it wants of `createApplication({ services })`, which does
 * not compile without; a decider's `decide` may say so too, and there it is not checked.
 */
export interface CommandContext<S = unknown> {
  readonly services: S;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId: string;
  /** When it happened: `execute`'s `occurredAt`, otherwise now. */
  readonly occurredAt: Date;
  /** What the caller gave along. */
  readonly metadata: EventMetadata;
  /** Fires when the caller gives up, the handler's time is over, or that of a handler that this command was executed in. */
  readonly signal: AbortSignal;
}

/** Where in a chain of commands and events code runs; flows through promises by itself. */
export interface Causation {
  readonly correlationId: string;
  readonly causationId: string;
  /** The command handler that the code is in, or was begun in. */
  readonly handling?: Handling | undefined;
}

/** A command handler at work. Timers and promises that it began keep it when it has ended: they are not in it any more. */
export interface Handling {
  readonly streamName: string;
  readonly ended: boolean;
  /** Fires when it is given up: what it still executes has to be refused. */
  readonly signal: AbortSignal;
  /** The handler that executed this command. */
  readonly outer: Handling | undefined;
}

export class HandlerAtWork implements Handling {
  ended = false;

  constructor(
    readonly streamName: string,
    private readonly bounds: { readonly signal: AbortSignal },
    readonly outer: Handling | undefined,
  ) {}

  get signal(): AbortSignal {
    return this.bounds.signal;
  }
}

/** Whether a handler of this stream waits for the code that is in `handling`. */
export function isInside(streamName: string, handling: Handling | undefined): boolean {
  for (let each = handling; each !== undefined; each = each.outer) {
    if (each.streamName === streamName && !each.ended) return true;
  }
  return false;
}

/** What carries a `Causation` along: a part of `Activities`, named by shape so that declarations need no Node types. */
export interface CausationScope {
  getStore(): Causation | undefined;
  run<R>(causation: Causation, act: () => R): R;
}
