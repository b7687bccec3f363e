/** Upcasters turn what was stored in an old shape into today's while it is read. The log itself never changes. */
import { ArgumentError, ConfigurationError, UnreadableEventError } from '../errors.ts';
import { describe } from '../shared/describe.ts';
import { assertEventType, assertVersion, type EventName } from './domain-event.ts';
import type { RecordedEvent } from './event.ts';

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
  readonly with?: (data: Old, event: RecordedEvent) => object;
  readonly to?: string | EventName;
}

/** Into several events, or none of them: each of a type declared in `into` (a bare name means its version 1). */
export interface Split<Old> {
  readonly from: number;
  readonly split: (data: Old, event: RecordedEvent) => readonly Piece[];
  readonly into: readonly (string | EventName)[];
}

/** Out of everybody's sight; it still counts in revisions and checkpoints. */
export interface Drop {
  readonly from: number;
  readonly drop: true;
}

/** The step that events of `type` at version `from` take. */
export function upcast<Old = Record<string, unknown>>(type: string, step: Reshape<Old> | Split<Old> | Drop): Upcaster {
  assertEventType('upcast type', type);
  assertVersion(`upcast('${type}') from`, step.from);
  const from = { type, version: step.from };
  if ('drop' in step) return { from, to: [], kind: 'drop', apply: () => [] };
  if ('split' in step) return split(from, step);
  const to = step.to === undefined ? { type, version: step.from + 1 } : named(step.to);
  if (step.with === undefined && step.to === undefined) {
    throw new ArgumentError(
      `upcast('${type}')`,
      'neither `with` nor `to`',
      'a new shape, a new name, a split or a drop',
    );
  }
  const reshape = step.with as ((data: unknown, event: RecordedEvent) => object) | undefined;
  return {
    from,
    to: [to],
    kind: 'reshape',
    apply: (data, event) => [
      { type: to.type, data: reshape === undefined ? data : reshaped(reshape(data, event), event) },
    ],
  };
}

function split<Old>(from: EventName, step: Split<Old>): Upcaster {
  const to = step.into.map(named);
  const types = new Set(to.map(({ type }) => type));
  if (types.size < to.length)
    throw new ArgumentError(`upcast('${from.type}') into`, 'one type twice', 'each type once');
  const apply = (data: unknown, event: RecordedEvent): readonly Piece[] => {
    const pieces = step.split(data as Old, event);
    for (const piece of pieces) {
      if (!types.has(piece.type)) {
        const place = `event ${event.revision} of stream '${event.streamName}'`;
        throw new UnreadableEventError(
          place,
          `its upcaster made a '${piece.type}', declared are: ${[...types].join(', ')}`,
        );
      }
      reshaped(piece.data, event);
    }
    return pieces;
  };
  return { from, to, kind: 'split', apply };
}

function named(name: string | EventName): EventName {
  const { type, version } = typeof name === 'string' ? { type: name, version: 1 } : name;
  assertEventType('upcast target', type);
  assertVersion(`upcast target '${type}'`, version);
  return { type, version };
}

function reshaped(data: unknown, event: RecordedEvent): unknown {
  if (typeof data === 'object' && data !== null) return data;
  const place = `event ${event.revision} of stream '${event.streamName}'`;
  throw new UnreadableEventError(place, `its upcaster returned ${describe(data)}, wanted an object`);
}

export const keyOf = ({ type, version }: EventName): string => `${type}@${version}`;

/** All steps of an application, checked: one for each stored shape, and every chain ends at a known event or a drop. */
export class UpcasterChains {
  readonly #steps = new Map<string, Upcaster>();

  /** Throws `ConfigurationError` for two steps from one place, a hole, a circle, or a chain that leads nowhere. */
  constructor(upcasters: readonly Upcaster[], current: ReadonlyMap<string, number>) {
    for (const step of upcasters) {
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
