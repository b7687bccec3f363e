/** An aggregate as three pure functions. The class form of `aggregate/` is another face of the same. */
import { ArgumentError, ConfigurationError } from '../errors.ts';
import { assertArray, assertClass, assertFunction, assertObject } from '../event/argument-kinds.ts';
import { decodeValue, encodeValue } from '../event/codec.ts';
import { type EventClass, eventNameOf } from '../event/domain-event.ts';
import type { Revision } from '../event/revision.ts';
import { className, describe } from '../shared/describe.ts';
import { isPromised } from '../shared/promised.ts';
import type { AggregateFacts, AggregateType, CommandClass } from './aggregate-type.ts';
import type { CommandContext } from './context.ts';
import { shapeOf } from './shape.ts';

/** The pure core of an aggregate. `decide` may be asynchronous; effects do not belong in it, as it may run twice. */
export interface Decider<S, C extends object, E extends object> {
  initialState(): S;
  /** One event, several or none. Refuses by throwing a `DomainError`. */
  decide(command: C, state: S, context: CommandContext & AggregateFacts): E | readonly E[] | Promise<E | readonly E[]>;
  evolve(state: S, event: E): S;
}

export interface DeciderOptions {
  /** Raise it when `evolve` changes its meaning; default 1. */
  readonly version?: number;
  readonly snapshot?: { readonly every: number };
}

/** A decider with all that an application has to know of it. Made by `decider`. */
export interface DeciderDefinition<out S = unknown> {
  readonly type: AggregateType;
  /** Never there: it carries the state's type to `app.load`. */
  readonly state?: S;
}

/** What `app.load` returns for a decider. */
export interface Loaded<S> extends AggregateFacts {
  readonly state: S;
  readonly exists: boolean;
  readonly revision: Revision | undefined;
}

type Instance<T> = T extends abstract new (...args: never[]) => infer I ? I : never;

/**
 * Declares an aggregate as a decider. The unions that `decide` and `evolve` see are inferred from `commands` and
 * `events`; `id` says which aggregate a command is for.
 */
export function decider<S, const C extends readonly CommandClass[], const E extends readonly EventClass[]>(
  category: string,
  definition: Decider<S, Instance<C[number]>, Instance<E[number]>> &
    DeciderOptions & {
      readonly commands: C;
      readonly events: E;
      readonly id: (command: Instance<C[number]>) => string;
    },
): DeciderDefinition<S> {
  assertCategory(category);
  assertDefinition(`decider '${category}'`, definition);
  const { commands, events, version = 1, snapshot } = definition;
  const names = new Set(events.map((target) => eventNameOf(target)?.type));
  const core = definition as unknown as Decider<S, object, object> & { id(command: object): string };
  const assertListed = (event: object): void => {
    if (typeof event !== 'object' || event === null) {
      throw new ArgumentError(`what decider '${category}' decides`, describe(event), 'an event, or an array of events');
    }
    const name = eventNameOf(event.constructor as EventClass)?.type;
    if (name !== undefined && names.has(name)) return;
    throw new ConfigurationError(`decider '${category}' does not list the event ${className(event)}`, [
      category,
      className(event),
    ]);
  };
  const evolve = (state: S, event: object): S => {
    assertListed(event);
    return core.evolve(state, event);
  };
  const type: AggregateType<S> = {
    name: category,
    category,
    version: assertCount('version', version),
    snapshotEvery: snapshot === undefined ? undefined : assertCount('snapshot.every', snapshot.every),
    commands,
    events,
    shape: shapeOf(core.initialState()),
    idOf: (command) => assertAggregateId(core.id(command), className(command)),
    handlerOf: (command) => `commands[${commands.indexOf(command.constructor as CommandClass)}]`,
    initialState: () => core.initialState(),
    evolve,
    decide({ command, state: before, facts, context, adopt }) {
      const decisionOf = (decided: unknown) => {
        const recorded = Array.isArray(decided) ? (decided as readonly object[]) : [decided as object];
        for (const event of recorded) assertListed(event);
        const events = recorded.map(adopt);
        const state = events.reduce((state: S, event) => core.evolve(state, event), before);
        return { events, state, returned: undefined };
      };
      const decided = core.decide(command, before, withFacts(context, facts));
      return isPromised(decided) ? Promise.resolve(decided).then(decisionOf) : decisionOf(decided);
    },
    encodeState: (state, values) => encodeValue(state, `state of '${category}'`, values),
    decodeState: ({ json, types }, values) => decodeValue(json, types, `snapshot of '${category}'`, values) as S,
    present: (state, facts): Loaded<S> => ({ ...facts, state, exists: facts.revision !== undefined }),
  };
  return { type: type as unknown as AggregateType };
}

/** The signal is made for those who ask for it. */
function withFacts(
  context: CommandContext,
  { aggregateId, revision }: AggregateFacts,
): CommandContext & AggregateFacts {
  const { services, clock, ids, commandId, correlationId, causationId, occurredAt, metadata } = context;
  const both = {
    services,
    clock,
    ids,
    commandId,
    correlationId,
    causationId,
    occurredAt,
    metadata,
    aggregateId,
    revision,
  };
  return Object.defineProperty(both, 'signal', { get: () => context.signal, enumerable: true }) as CommandContext &
    AggregateFacts;
}

function assertDefinition(subject: string, definition: unknown): void {
  assertObject(subject, definition);
  const parts = definition as Record<string, unknown>;
  for (const name of ['initialState', 'decide', 'evolve', 'id']) assertFunction(`${subject} ${name}`, parts[name]);
  for (const name of ['commands', 'events']) {
    const classes = parts[name];
    assertArray(`${subject} ${name}`, classes);
    for (const target of classes) assertClass(`${subject} ${name}`, target);
  }
  if (parts['snapshot'] !== undefined) assertObject(`${subject} snapshot`, parts['snapshot']);
}

/** Refuses what is no category: it ends at the first `-` of a stream's name, so it holds none. */
export function assertCategory(category: unknown): string {
  if (typeof category === 'string' && /^[^-\p{Cc}]{1,128}$/u.test(category)) return category;
  throw new ArgumentError(
    'category',
    describe(category),
    'text of 1 to 128 characters without - and control characters',
  );
}

export function assertCount(argument: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  throw new ArgumentError(argument, describe(value), 'a whole number from 1');
}

export function assertAggregateId(id: unknown, command: string): string {
  if (typeof id === 'string' && id !== '') return id;
  throw new ArgumentError(`aggregate id of ${command}`, describe(id), 'text that is not empty');
}
