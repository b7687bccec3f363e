/** `@DomainEvent` classes and what they are called in the log. */
import { ArgumentError } from '../errors.ts';
import { type AnyClass, ClassNote } from '../shared/class-metadata.ts';
import { describe } from '../shared/describe.ts';
import { assertObject } from './argument-kinds.ts';
import { assertOnClass } from './legacy-decorators.ts';

/** A class whose instances are events. */
export type EventClass<T extends object = object> = AnyClass<T>;

/** An event's name in the log, and the version of its shape. */
export interface EventName {
  readonly type: string;
  readonly version: number;
}

const eventNote = new ClassNote<EventName>('event');

/**
 * Names an event's class for the log: once, for ever. Raise `version` (from 1) when the shape changes, and give an
 * `upcast` for the one before. The constructor is not called when an event is read. A class with `#private` members is
 * refused at the start, where they are found: compilers may hide them.
 */
export function DomainEvent(type: string, options: { version?: number } = {}): (target: AnyClass) => void {
  assertEventType('@DomainEvent name', type);
  assertObject(`@DomainEvent('${type}') options`, options);
  const { version = 1 } = options;
  assertVersion(`@DomainEvent('${type}') version`, version);
  return (target, context?: unknown) => {
    assertOnClass('@DomainEvent', target, context);
    eventNote.set(target, { type, version });
  };
}

/** The name that `@DomainEvent` gave to this very class. */
export function eventNameOf(target: AnyClass): EventName | undefined {
  return eventNote.own(target);
}

/** As `eventNameOf`, where an argument has to be such a class: throws `ArgumentError` for all else. */
export function demandEventName(argument: string, target: unknown): EventName {
  const name = eventNameOf(target as AnyClass);
  if (name === undefined) throw new ArgumentError(argument, describe(target), 'a class with @DomainEvent');
  return name;
}

/** Refuses what no store takes as an event's type, or would not give back unchanged; `$` is reserved for stores. */
export function assertEventType(argument: string, type: unknown): asserts type is string {
  // Nearly every name is of this kind, and looking for Unicode's classes costs each event ten times as much.
  if (typeof type === 'string' && /^[a-zA-Z0-9_.-]{1,512}$/.test(type)) return;
  if (typeof type === 'string' && type.length <= 512 && /^(?!\$)[^\p{Cc}\p{Cs}]+$/u.test(type)) return;
  const wanted = 'well-formed text of 1 to 512 characters without control characters that does not begin with $';
  throw new ArgumentError(argument, describe(type), wanted);
}

export function assertVersion(argument: string, version: unknown): asserts version is number {
  if (isVersion(version)) return;
  throw new ArgumentError(argument, describe(version), 'a whole number from 1');
}

export function isVersion(version: unknown): version is number {
  return typeof version === 'number' && Number.isSafeInteger(version) && version >= 1;
}
