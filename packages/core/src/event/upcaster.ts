/** Upcasters turn what was stored in an old shape into today's while it is read. The log itself never changes. */
import { ArgumentError, ConfigurationError, TidemarkError, UnreadableEventError } from '../errors.ts';
import { describe } from '../shared/describe.ts';
import { assertArray, assertFunction, assertObject } from './argument-kinds.ts';
import { assertEventType, assertVersion, type EventName } from './domain-event.ts';
import { placeOf, type RecordedEvent } from './event.ts';

/** A piece that a split yields: one of the types declared in `into`. */
export interface Piece {
  readonly type: string;
  readonly data: unknown;
}

/** One step from a stored shape to the next. Made by `upcast`. */
export interface Upcaster {
  readonly from: EventName;
  readonly to: readonly EventName[];
  readonly kind: 'reshape' | 'split' | 'drop';
  apply(data: unknown, event: RecordedEvent): readonly Piece[];
}

/** To the next version of the same type, or with `to` to another type. `Date`, `Map` and the like are restored already. */
export interface Reshape<Old> {
  readonly from: number;
  /** Makes the new data at once: nothing waits while an event is read. */
  readonly with?: (data: Old, event: RecordedEvent) => object & { readonly then?: never };
  readonly to?: string | EventName;
  readonly split?: never;
  readonly drop?: never;
}

/** Into several events, or none of them: each of a type declared in `into` (a bare name means its version 1). */
export interface Split<Old> {
  readonly from: number;
  readonly split: (data: Old, event: RecordedEvent) => readonly Piece[];
  readonly into: readonly (string | EventName)[];
  readonly with?: never;
  readonly to?: never;
  readonly drop?: never;
}

/** Out of everybody's sight; it still counts in revisions and checkpoints. */
export interface Drop {
  readonly from: number;
  readonly drop: true;
  readonly with?: never;
  readonly to?: never;
  readonly split?: never;
}

/** The step that events of `type` at version `from` take. Throws `ArgumentError` for what is no step. */
export function upcast<Old = Record<string, unknown>>(type: string, step: Reshape<Old> | Split<Old> | Drop): Upcaster {
  assertEventType('upcast type', type);
  assertObject(`upcast('${type}') step`, step);
  assertVersion(`upcast('${type}') from`, step.from);
  assertOneWay(type, step);
  const from = { type, version: step.from };
  if (step.drop) return { from, to: [], kind: 'drop', apply: () => [] };
  return step.split === undefined ? reshape(from, step) : split(from, step);
}

/** The types say so, but a step that says two things would do one of them silently. */
function assertOneWay(type: string, step: Partial<Record<'with' | 'to' | 'split' | 'drop', unknown>>): void {
  const { drop, split } = step;
  if (drop !== undefined && drop !== true) throw new ArgumentError(`upcast('${type}') drop`, describe(drop), 'true');
  const ways = [step.with ?? step.to, split, drop].filter((way) => way !== undefined);
  if (ways.length > 1)
    throw new ArgumentError(`upcast('${type}')`, 'several ways at once', 'one of `with` or `to`, `split`, `drop`');
}

function reshape<Old>(from: EventName, { with: change, to }: Reshape<Old>): Upcaster {
  if (change === undefined && to === undefined) {
    const wanted = 'a new shape, a new name, a split or a drop';
    throw new ArgumentError(`upcast('${from.type}')`, 'neither `with` nor `to`', wanted);
  }
  if (change !== undefined) assertFunction(`upcast('${from.type}') with`, change);
  const next = to === undefined ? { type: from.type, version: from.version + 1 } : named(to);
  const apply = (data: unknown, event: RecordedEvent): readonly Piece[] => [
    { type: next.type, data: change === undefined ? data : reshaped(change(data as Old, event), event) },
  ];
  return { from, to: [next], kind: 'reshape', apply };
}

function split<Old>(from: EventName, step: Split<Old>): Upcaster {
  assertFunction(`upcast('${from.type}') split`, step.split);
  if (!Array.isArray(step.into)) {
    throw new ArgumentError(`upcast('${from.type}') into`, describe(step.into), 'the types that the split makes');
  }
  const to = step.into.map(named);
  const types = new Set(to.map(({ type }) => type));
  if (types.size < to.length)
    throw new ArgumentError(`upcast('${from.type}') into`, 'one type twice', 'each type once');
  const apply = (data: unknown, event: RecordedEvent): readonly Piece[] => {
    const pieces = step.split(data as Old, event);
    for (const piece of pieces) {
      if (!types.has(piece.type)) {
        const declared = [...types].join(', ');
        throw new UnreadableEventError(
          placeOf(event),
          `its upcaster made a '${piece.type}', declared are: ${declared}`,
        );
      }
      reshaped(piece.data, event);
    }
    return pieces;
  };
  return { from, to, kind: 'split', apply };
}

function named(name: string | EventName): EventName {
  const { type, version } = typeof name === 'object' && name !== null ? name : { type: name, version: 1 };
  assertEventType('upcast target', type);
  assertVersion(`upcast target '${type}'`, version);
  return { type, version };
}

/** An array, a Promise or a Map is an object too, but the properties of an event are not in it. */
function reshaped(data: unknown, event: RecordedEvent): unknown {
  if (Object.prototype.toString.call(data) === '[object Object]') return data;
  throw new UnreadableEventError(placeOf(event), `its upcaster returned ${describe(data)}, wanted an object`);
}

/** Takes a step. Throws `UnreadableEventError` with the place of an event that the step cannot take. */
export function take(step: Upcaster, data: unknown, event: RecordedEvent): readonly Piece[] {
  try {
    return step.apply(data, event);
  } catch (cause) {
    if (cause instanceof TidemarkError) throw cause;
    const reason = cause instanceof Error ? cause.message : describe(cause);
    throw new UnreadableEventError(placeOf(event), `its upcaster from ${keyOf(step.from)} failed: ${reason}`, {
      cause,
    });
  }
}

export const keyOf = ({ type, version }: EventName): string => `${type}@${version}`;

/** All steps of an application, checked: one for each stored shape, and every chain ends at a known event or a drop. */
export class UpcasterChains {
  readonly #steps = new Map<string, Upcaster>();

  /** Throws `ConfigurationError` for two steps from one place, a hole, a circle, or a chain that leads nowhere; `ArgumentError` for what is no step. */
  constructor(upcasters: readonly Upcaster[], current: ReadonlyMap<string, number>) {
    assertArray('upcasters', upcasters);
    for (const step of upcasters) {
      if (typeof step?.apply !== 'function' || typeof step.from?.type !== 'string' || !Array.isArray(step.to))
        throw new ArgumentError('upcasters', describe(step), 'what `upcast` makes');
      const key = keyOf(step.from);
      if (this.#steps.has(key)) throw new ConfigurationError(`two upcasters start from ${key}`, [key]);
      this.#steps.set(key, step);
    }
    for (const step of upcasters) this.#check(step, current);
    for (const [type, version] of current) {
      for (let older = 1; older < version; older += 1) {
        if (this.#steps.has(keyOf({ type, version: older }))) continue;
        throw new ConfigurationError(
          `event '${type}' is at version ${version}, but no upcaster starts from version ${older}: ` +
            `add upcast('${type}', { from: ${older}, with: … })`,
          [keyOf({ type, version }), keyOf({ type, version: older })],
        );
      }
    }
  }

  from(name: EventName): Upcaster | undefined {
    return this.#steps.get(keyOf(name));
  }

  /** Every stored type that can become one of `types`, and these types. */
  widen(types: readonly string[]): readonly string[] {
    const wide = new Set(types);
    for (let before = -1; before !== wide.size; ) {
      before = wide.size;
      for (const { from, to } of this.#steps.values()) if (to.some(({ type }) => wide.has(type))) wide.add(from.type);
    }
    return [...wide];
  }

  /** How many steps lead to a type, from all its older shapes and names. */
  lengthTo(type: string): number {
    const sources = new Set(this.widen([type]));
    return [...this.#steps.values()].filter(({ from }) => sources.has(from.type)).length;
  }

  #check(first: Upcaster, current: ReadonlyMap<string, number>): void {
    const walk = (step: Upcaster, seen: readonly string[]): void => {
      const here = keyOf(step.from);
      if (seen.includes(here))
        throw new ConfigurationError(`upcasters go in a circle: ${[...seen, here].join(' → ')}`, seen);
      if (current.get(step.from.type) === step.from.version) {
        throw new ConfigurationError(`an upcaster starts from ${here}, which is the present version of that event`, [
          here,
        ]);
      }
      for (const target of step.to) {
        if (current.get(target.type) === target.version) continue;
        const next = this.from(target);
        if (next === undefined) {
          const place = `${here} → ${keyOf(target)}`;
          throw new ConfigurationError(`the upcaster ${place} leads to no registered event and no further upcaster`, [
            place,
          ]);
        }
        walk(next, [...seen, here]);
      }
    };
    walk(first, []);
  }
}
