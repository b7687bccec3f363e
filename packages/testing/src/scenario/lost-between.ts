import { inspect, isDeepStrictEqual } from 'node:util';
import { AggregateRoot } from '@tidemark/core';

/**
 * Where two values that should be the same differ, in words; `undefined` where they do not. Looks through accessors as
 * well, as they may be all that shows of a `#private` field.
 */
export function lostBetween(before: unknown, after: unknown, path = ''): string | undefined {
  if (!isObject(before) || !isObject(after) || Object.getPrototypeOf(before) !== Object.getPrototypeOf(after)) {
    return isDeepStrictEqual(before, after) ? undefined : difference(path, before, after);
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after), ...accessorsOf(before)])) {
    const lost = lostBetween(read(before, key), read(after, key), path === '' ? key : `${path}.${key}`);
    if (lost !== undefined) return lost;
  }
  return isDeepStrictEqual(before, after) ? undefined : difference(path, before, after);
}

function difference(path: string, before: unknown, after: unknown): string {
  return `${path === '' ? '' : `${path} `}was ${text(before)}, and is ${text(after)}`;
}

function text(value: unknown): string {
  return value instanceof Unreadable
    ? value.message
    : inspect(value, { depth: 2, breakLength: Number.POSITIVE_INFINITY });
}

/** The accessors of an object's classes, without those of `AggregateRoot` and of the language. */
function accessorsOf(object: object): readonly string[] {
  const names: string[] = [];
  let prototype: unknown = Object.getPrototypeOf(object);
  while (isObject(prototype) && prototype !== AggregateRoot.prototype && isOwnClass(prototype)) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
      if (get) names.push(name);
    prototype = Object.getPrototypeOf(prototype);
  }
  return names;
}

const builtIn = [Object, Array, Date, Map, Set, Uint8Array, Buffer].map((known) => known.prototype as object);
const isOwnClass = (prototype: object) => !builtIn.includes(prototype);

/** What an accessor throws is a difference too. */
class Unreadable {
  constructor(readonly message: string) {}
}

function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch (error) {
    return new Unreadable(`unreadable (${error instanceof Error ? error.message : String(error)})`);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
