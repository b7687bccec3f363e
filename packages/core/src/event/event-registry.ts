/** The events an application knows: instances to `EventData`, and what a store returns back to instances. */
import {
  ArgumentError,
  ConfigurationError,
  TidemarkError,
  UnknownEventError,
  UnreadableEventError,
} from '../errors.ts';
import type { AnyClass } from '../shared/class-metadata.ts';
import { describe } from '../shared/describe.ts';
import { type AdoptedEvent, adoptEvent } from './adopted-event.ts';
import { assertArray, assertFunction, assertObject } from './argument-kinds.ts';
import { encodeValue } from './codec.ts';
import { demandEventName, type EventClass, type EventName, eventNameOf } from './domain-event.ts';
import { type EventData, type EventMetadata, placeOf, type RecordedEvent, type StoredEvent } from './event.ts';
import { assertEventId, eventDataOf } from './event-data.ts';
import { withPrototype } from './restore-types.ts';
import { keyOf, take, type Upcaster, UpcasterChains } from './upcaster.ts';
import { assertRestorable, ValueClasses } from './value.ts';

/** What happens to stored events of one type and version. */
interface Plan {
  readonly name: EventName;
  readonly steps: readonly Upcaster[];
  /** The class of the outcome; absent when the steps decide it (a split, a drop) or nobody knows the type. */
  readonly target?: AnyClass | undefined;
  /** Reads an event that takes no step: one function for all of them, as there are millions. */
  readonly read?: ((event: StoredEvent) => unknown) | undefined;
  /** Each reader gets an error of its own. */
  readonly problem?: (stored: StoredEvent) => TidemarkError;
  /** What it can be after its steps, which is known without reading it. */
  readonly types: readonly string[];
}

export interface RegistryOptions {
  readonly events: readonly EventClass[];
  readonly values?: readonly AnyClass[];
  readonly upcasters?: readonly Upcaster[];
}

export class EventRegistry {
  readonly values: ValueClasses;
  readonly #classes = new Map<string, AnyClass>();
  readonly #names = new Map<unknown, EventName>();
  readonly #versions = new Map<string, number>();
  readonly #chains: UpcasterChains;
  /** By type, of what was stored at version 1; of later versions by name and version. */
  readonly #plans = new Map<string, Plan>();
  readonly #laterPlans = new Map<string, Plan>();

  /**
   * Throws `ConfigurationError` for what is no class with `@DomainEvent` or cannot be restored, two events of one name,
   * or a broken upcaster chain; `ArgumentError` for what are no options.
   */
  constructor(options: RegistryOptions) {
    assertObject('registry options', options);
    const { events, values = [], upcasters = [] } = options;
    assertArray('events', events);
    for (const target of events) this.#add(target);
    this.values = new ValueClasses(values);
    this.#chains = new UpcasterChains(upcasters, this.#versions);
  }

  #add(target: EventClass): void {
    const name = eventNameOf(target);
    if (name === undefined) {
      const found = typeof target === 'function' ? target.name : describe(target);
      throw new ConfigurationError(`${found} is used as an event but has no @DomainEvent`, [found]);
    }
    assertRestorable(target);
    const other = this.#classes.get(name.type);
    if (other !== undefined && other !== target) {
      const places = [other.name, target.name];
      throw new ConfigurationError(`two events are named '${name.type}': the classes ${places.join(' and ')}`, places);
    }
    this.#classes.set(name.type, target);
    this.#names.set(target.prototype, name);
    this.#versions.set(name.type, name.version);
  }

  has(target: AnyClass): boolean {
    const name = eventNameOf(target);
    return name !== undefined && this.#classes.get(name.type) === target;
  }

  /** The event's name in the log. Throws `ConfigurationError` for an instance of a class that is not registered. */
  nameOf(event: object): EventName {
    const name =
      typeof event === 'object' && event !== null ? this.#names.get(Object.getPrototypeOf(event)) : undefined;
    if (name !== undefined) return name;
    const found = describe(event);
    throw new ConfigurationError(`${found} was recorded, which is not a registered event`, [found]);
  }

  /** An event ready to be appended, at its class's version. Throws `SerializationError` with the path of what cannot be written. */
  encode(event: object, eventId: string, metadata: EventMetadata = {}): EventData {
    const { type, version } = this.nameOf(event);
    assertEventId(eventId);
    const encoded = encodeValue(event, `event '${type}'`, this.values, true);
    return eventDataOf({ eventId, type, encoded, metadata, version });
  }

  /** Takes an event over from whoever recorded it. Throws `ConfigurationError` and `SerializationError` as `encode` does. */
  adopt(event: object): AdoptedEvent {
    return adoptEvent(event, this.nameOf(event), this.values);
  }

  /**
   * What a stored event is today: one event as a rule, several parts after a split, none after a drop. That one may be the
   * stored event itself, whose `data` is then no longer plain, if nobody has asked for it before. Unknown types
   * come with plain data; of a newer version, reading `data` throws `UnknownEventError`. One that cannot be split keeps
   * its stored type, and reading `data` throws why. So nobody is stopped by an event that only passes by.
   */
  restore(stored: StoredEvent): readonly StoredEvent[] {
    try {
      return this.#restored(stored, this.#planFor(stored));
    } catch (error) {
      if (!(error instanceof TidemarkError) || typeof stored?.reading !== 'function') throw error;
      return [unreadable(stored, error)];
    }
  }

  #restored(stored: StoredEvent, plan: Plan): readonly StoredEvent[] {
    if (plan.read !== undefined) return [stored.becoming(plan.read)];
    const { problem, target, steps } = plan;
    if (problem !== undefined && this.#classes.has(plan.name.type)) {
      return [unreadable(stored, problem(stored))];
    }
    if (steps.length === 0) return [stored];
    if (target !== undefined) return [stored.reading(plan.name.type, () => this.#instance(stored, plan, target))];
    return this.#parts(stored, steps[0] as Upcaster);
  }

  /** As `restore`, for a reader that must understand: throws `UnknownEventError` for an unknown type or newer version. */
  demand(stored: StoredEvent): readonly StoredEvent[] {
    const plan = this.#planFor(stored);
    if (plan.problem !== undefined) throw plan.problem(stored);
    return this.#restored(stored, plan);
  }

  /**
   * As `restore`, but throws `UnknownEventError` at once for a newer version of a known type; unknown types pass. Nothing of
   * an event that can become none of the `wanted` types today: its data is not looked at.
   */
  demandKnown(stored: StoredEvent, wanted?: (type: string) => boolean): readonly StoredEvent[] {
    if (wanted !== undefined) assertFunction('wanted', wanted);
    const plan = this.#planFor(stored);
    const { problem, name, types } = plan;
    if (wanted !== undefined && !types.some(wanted)) return [];
    if (problem !== undefined && this.#classes.has(name.type)) throw problem(stored);
    return this.#restored(stored, plan);
  }

  /** The stored types that can become one of `types` while reading. */
  widen(types: readonly string[]): readonly string[] {
    assertArray('types', types);
    return this.#chains.widen(types);
  }

  /** Changes whenever the way stored events reach this class does; part of a snapshot's key. */
  fingerprint(target: AnyClass): string {
    const name = eventNameOf(target);
    return name === undefined ? '' : `${keyOf(name)}+${this.#chains.lengthTo(name.type)}`;
  }

  #planFor(stored: StoredEvent): Plan {
    const version = versionOf(stored);
    // Putting a key together costs more than all else here, and most events are of their first version.
    const plans = version === 1 ? this.#plans : this.#laterPlans;
    const key = version === 1 ? stored.type : keyOf({ type: stored.type, version });
    let plan = plans.get(key);
    if (plan === undefined) {
      plan = this.#plan({ type: stored.type, version });
      // Types and versions come from the log, which others write too: a hostile one must not fill the memory.
      if (plans.size < 10_000) plans.set(key, plan);
    }
    return plan;
  }

  #plan(stored: EventName): Plan {
    let name = stored;
    const steps: Upcaster[] = [];
    while (this.#versions.get(name.type) !== name.version) {
      const step = this.#chains.from(name);
      if (step === undefined)
        return { name, steps: [], problem: (event) => this.#problem(event, name), types: [name.type] };
      if (step.kind !== 'reshape')
        return { name, steps: [...steps, step].slice(0, 1), target: undefined, types: this.#outcomes(step) };
      steps.push(step);
      name = step.to[0] as EventName;
    }
    const target = this.#classes.get(name.type) as AnyClass;
    const read = (event: StoredEvent) => {
      const data = event.decode(this.values);
      // Nobody else has what was parsed just now: most events need no copy of it.
      if (isOfNoClass(data)) return Object.setPrototypeOf(data, target.prototype as object);
      return instanceOf(target, data, event);
    };
    return { name, steps, target, read: steps.length === 0 ? read : undefined, types: [name.type] };
  }

  /** The present types at the ends of a step, of those that follow it. */
  #outcomes(step: Upcaster): readonly string[] {
    const outcomes = step.to.flatMap((name) => {
      const next = this.#versions.get(name.type) === name.version ? undefined : this.#chains.from(name);
      return next === undefined ? [name.type] : this.#outcomes(next);
    });
    return [...new Set(outcomes)];
  }

  #problem(stored: StoredEvent, { type, version }: EventName): TidemarkError {
    const where = `reading ${placeOf(stored)}`;
    const known = this.#versions.get(type);
    return known === undefined
      ? new UnknownEventError(type, where, 'a type this code does not know', 'a registered event, or newer code')
      : new UnknownEventError(type, where, `schema version ${version}`, `at most version ${known}, or newer code`);
  }

  #instance(stored: StoredEvent, { steps }: Plan, target: AnyClass): unknown {
    let data = stored.decode(this.values);
    for (const step of steps) data = take(step, data, stored)[0]?.data;
    return instanceOf(target, data, stored);
  }

  #parts(stored: StoredEvent, first: Upcaster): readonly StoredEvent[] {
    const parts: { type: string; data: unknown }[] = [];
    const follow = (step: Upcaster, data: unknown): void => {
      for (const piece of take(step, data, stored)) {
        const name = step.to.find(({ type }) => type === piece.type) as EventName;
        const target = this.#versions.get(name.type) === name.version ? this.#classes.get(name.type) : undefined;
        if (target === undefined) follow(this.#chains.from(name) as Upcaster, piece.data);
        else parts.push({ type: name.type, data: instanceOf(target, piece.data, stored) });
      }
    };
    follow(first, stored.decode(this.values));
    return parts.map(({ type, data }, part) => stored.reading(type, () => data, part));
  }
}

function isOfNoClass(data: unknown): data is object {
  return typeof data === 'object' && data !== null && Object.getPrototypeOf(data) === Object.prototype;
}

function instanceOf(target: AnyClass, data: unknown, stored: StoredEvent): unknown {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    return withPrototype(target.prototype as object, data);
  }
  throw new UnreadableEventError(placeOf(stored), `its data is ${describe(data)}, wanted an object for ${target.name}`);
}

function unreadable(stored: StoredEvent, why: TidemarkError): StoredEvent {
  return stored.reading(stored.type, () => {
    throw why;
  });
}

function versionOf(stored: StoredEvent): number {
  const text = stored?.metadataText;
  if (text === null) return 1;
  if (typeof text !== 'string') throw new ArgumentError('event', describe(stored), 'an event that a store returned');
  if (!text.includes('$schemaVersion"')) return 1;
  const version = Number(stored.metadata.$schemaVersion ?? 1);
  return Number.isSafeInteger(version) && version >= 1 ? version : 1;
}

/** Whether an event is of this class, after upcasting. Throws `ArgumentError` for what is no event, and no `@DomainEvent` class. */
export function isEvent<T extends object>(event: RecordedEvent, target: EventClass<T>): event is RecordedEvent<T> {
  const { type } = demandEventName('isEvent', target);
  if (typeof event !== 'object' || event === null)
    throw new ArgumentError('event', describe(event), 'a recorded event');
  return event.type === type && event.data instanceof (target as unknown as new () => T);
}
