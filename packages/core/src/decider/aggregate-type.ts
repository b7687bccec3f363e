/** What the command handler needs to know of an aggregate. Classes and plain deciders both become one. */
import type { EncodedValue } from '../event/codec.ts';
import type { EventClass } from '../event/domain-event.ts';
import type { Revision } from '../event/revision.ts';
import type { ValueClasses } from '../event/value.ts';
import type { CommandContext } from './context.ts';

export type CommandClass<C extends object = object> = new () => C;

/** Which aggregate, and how far it is. */
export interface AggregateFacts {
  readonly aggregateId: string;
  /** Of the last event; `undefined` before the first. */
  readonly revision: Revision | undefined;
}

/** A command, and what it is decided on. */
export interface Deciding<S> {
  readonly command: object;
  /** May be changed: it is used up. */
  readonly state: S;
  readonly facts: AggregateFacts;
  readonly context: CommandContext;
  /**
   * Takes a recorded event over, and gives what is applied instead of it: whoever recorded it may change it afterwards.
   * Throws for what cannot be stored, and why the decision was given up.
   */
  adopt(event: object): object;
}

export interface Decision<S> {
  /** What `adopt` gave, in order. */
  readonly events: readonly object[];
  /** After these events. */
  readonly state: S;
  readonly returned: unknown;
}

export interface AggregateType<S = unknown> {
  /** For messages. */
  readonly name: string;
  readonly category: string;
  /** Declared: raise it when `evolve` changes its meaning, and older snapshots are left alone. */
  readonly version: number;
  /** A snapshot after so many events; `undefined` for none. */
  readonly snapshotEvery: number | undefined;
  readonly commands: readonly CommandClass[];
  readonly events: readonly EventClass[];
  /** Text of the keys and kinds of the state: another shape makes snapshots stale. */
  readonly shape: string;
  /** Throws `ArgumentError` where the command names no aggregate. */
  idOf(command: object): string;
  /** A name for what decides the command, the same in every build: a method's, or its place among `commands`. */
  handlerOf(command: object): string;
  initialState(): S;
  /** May change `state` and return it. Throws `ConfigurationError` for an event it does not know. */
  evolve(state: S, event: object): S;
  /** No promise where nothing has to be waited for. */
  decide(deciding: Deciding<S>): Decision<S> | Promise<Decision<S>>;
  encodeState(state: S, values: ValueClasses): EncodedValue;
  decodeState(encoded: EncodedValue, values: ValueClasses): S;
  /** What `app.load` hands out. */
  present(state: S, facts: AggregateFacts): unknown;
}
