import type { EventMetadata } from '../event/event.ts';
import type { Clock } from '../shared/clock.ts';
import type { Ids } from '../shared/ids.ts';

/** What a command handler gets besides its command. `S` is what `createApplication({ services })` was given. */
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
  /** Fires when the caller gives up, or the handler's time is over. */
  readonly signal: AbortSignal;
}

/** Where in a chain of commands and events code runs; flows through promises by itself. */
export interface Causation {
  readonly correlationId: string;
  readonly causationId: string;
  /** The streams of the command handlers that are being waited for. */
  readonly streams: ReadonlySet<string>;
}

/** What carries a `Causation` along: an `AsyncLocalStorage`, named by shape so that declarations need no Node types. */
export interface CausationScope {
  getStore(): Causation | undefined;
  run<R>(causation: Causation, act: () => R): R;
}
