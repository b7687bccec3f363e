/** From a decorated class to an `AggregateType`. */

import type { AggregateFacts, AggregateType, CommandClass } from '../decider/aggregate-type.ts';
import { assertAggregateId } from '../decider/decider.ts';
import { shapeOf } from '../decider/shape.ts';
import { ArgumentError, ConfigurationError } from '../errors.ts';
import { decodeValue, encodeValue } from '../event/codec.ts';
import type { EventClass } from '../event/domain-event.ts';
import { privateMembersOf } from '../event/private-members.ts';
import type { AnyClass } from '../shared/class-metadata.ts';
import { className, describe } from '../shared/describe.ts';
import { andThen } from '../shared/promised.ts';
import { AggregateRoot, recording, setFacts } from './aggregate-root.ts';
import { aggregateNote, appliesNotes, handlesNotes, idNote } from './decorators.ts';

export type AggregateClass<A extends AggregateRoot = AggregateRoot> = new () => A;

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** Throws `ConfigurationError` for a class that is no aggregate, or whose decorators contradict one another. */
export function aggregateTypeOf(target: AggregateClass): AggregateType<AggregateRoot> {
  const note = aggregateNote.own(target);
  if (note === undefined || !(target.prototype instanceof AggregateRoot)) {
    const name = typeof target === 'function' ? target.name : describe(target);
    throw new ConfigurationError(`${name} is no aggregate: it has no @Aggregate, or does not extend AggregateRoot`, [
      name,
    ]);
  }
  const [field] = note.snapshotEvery === undefined ? [] : privateMembersOf(target, 'fields', AggregateRoot);
  if (field !== undefined) {
    const advice = 'make it an ordinary field, marked `private` where you like, or take no snapshots';
    throw new ConfigurationError(`${target.name} has ${field}, which its snapshots would lose: ${advice}`, [
      target.name,
    ]);
  }
  const handlers = handlersOf(target);
  const ids = new Map([...handlers.keys()].map((command) => [command, idFieldOf(command)]));
  const appliers = appliersOf(target);
  const assertApplied = (event: object): void => {
    if (typeof event !== 'object' || event === null) {
      throw new ArgumentError(`what ${target.name} records`, describe(event), 'an instance of an event class');
    }
    if (appliers.has(event.constructor as EventClass)) return;
    const place = `${target.name} and ${className(event)}`;
    throw new ConfigurationError(
      `${target.name} has no @Applies(${className(event)}); where it changes nothing, say @Applies.nothing(${className(event)})`,
      [place],
    );
  };
  const apply = (state: AggregateRoot, event: object): void => {
    const method = appliers.get(event.constructor as EventClass);
    if (method !== undefined) (state as unknown as Methods)[method]?.(event);
  };
  const present = (state: AggregateRoot, facts: AggregateFacts): AggregateRoot => {
    setFacts(state, facts);
    return state;
  };
  return {
    name: target.name,
    category: note.category,
    version: note.version,
    snapshotEvery: note.snapshotEvery,
    commands: [...handlers.keys()],
    events: [...appliers.keys()],
    shape: shapeOf(new target()),
    idOf: (command) =>
      idIn(command, ids.get(command.constructor as CommandClass) ?? idFieldOf(command.constructor as CommandClass)),
    handlerOf: (command) => handlerOf(command.constructor as CommandClass, handlers),
    initialState: () => new target(),
    evolve(state, event) {
      assertApplied(event);
      apply(state, event);
      return state;
    },
    decide({ command, state, facts, context, adopt }) {
      const method = handlers.get(command.constructor as CommandClass) as string;
      present(state, facts);
      const run = () => (state as unknown as Methods)[method]?.(command, context);
      const take = (event: object) => {
        assertApplied(event);
        const adopted = adopt(event);
        apply(state, adopted);
        return adopted;
      };
      return andThen(recording(state, take, run), ({ events, returned }) => ({ events, state, returned }));
    },
    encodeState: (state, values) => encodeValue(state, `state of ${target.name}`, values, true),
    decodeState({ json, types }, values) {
      return restored(new target(), decodeValue(json, types, `snapshot of ${target.name}`, values) as object);
    },
    present,
  };
}

/** Exactly the fields of a snapshot: what an `@Applies` method deleted does not come back with its initial value. */
function restored(state: AggregateRoot, saved: object): AggregateRoot {
  for (const key of Object.keys(state)) if (!Object.hasOwn(saved, key)) delete state[key as keyof AggregateRoot];
  return Object.assign(state, saved);
}

function handlersOf(target: AnyClass): ReadonlyMap<CommandClass, string> {
  const handlers = new Map<CommandClass, string>();
  for (const { command, method } of handlesNotes.all(target)) {
    const other = handlers.get(command);
    if (other !== undefined && other !== method) {
      throw new ConfigurationError(
        `two handlers for ${command.name}: ${target.name}.${other} and ${target.name}.${method}`,
        [`${target.name}.${other}`, `${target.name}.${method}`],
      );
    }
    if (idNote.inherited(command).length === 0) {
      throw new ConfigurationError(`no field of ${command.name} is @AggregateId`, [command.name]);
    }
    handlers.set(command, method);
  }
  return handlers;
}

/** The method; one that handles several commands is told apart by which of them it is. */
function handlerOf(command: CommandClass, handlers: ReadonlyMap<CommandClass, string>): string {
  const method = handlers.get(command) as string;
  const commands = [...handlers.keys()].filter((other) => handlers.get(other) === method);
  return commands.length === 1 ? method : `${method}[${commands.indexOf(command)}]`;
}

function appliersOf(target: AnyClass): ReadonlyMap<EventClass, string | undefined> {
  const appliers = new Map<EventClass, string | undefined>();
  for (const { event, method } of appliesNotes.all(target)) {
    if (appliers.has(event) && appliers.get(event) !== method) {
      const places = [appliers.get(event), method].map((name) => `${target.name}.${name ?? 'Applies.nothing'}`);
      throw new ConfigurationError(`two places apply ${event.name}: ${places.join(' and ')}`, places);
    }
    appliers.set(event, method);
  }
  return appliers;
}

function idFieldOf(command: CommandClass): string {
  return idNote.inherited(command).at(-1) as string;
}

function idIn(command: object, field: string): string {
  const id = (command as Record<string, unknown>)[field];
  // What is only said of a wrong one costs every command a text.
  return typeof id === 'string' && id !== '' ? id : assertAggregateId(id, `${className(command)}.${field}`);
}
