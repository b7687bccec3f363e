/** One value on its way to JSON text: its plain form, and the notes on where that is not the value itself. */
import { isDeepStrictEqual } from 'node:util';
import { SerializationError } from '../errors.ts';
import { className, describe } from '../shared/describe.ts';
import { pointerTo } from './json-pointer.ts';
import { howToRegister } from './value.ts';

const deepest = 1_000;
const encodable = 'a value of JSON, Date, bigint, Map, Set, Uint8Array, undefined or a registered class';

// Taken before anybody can put others in their places.
const { toISOString } = Date.prototype;

/**
 * Refuses to write JSON while `JSON.stringify` would ask a `toJSON` that somebody put on all objects or arrays: it would
 * change what is stored. Throws `SerializationError`.
 */
export function assertUnpatched(subject: string): void {
  const patched = 'toJSON' in Object.prototype ? 'Object' : 'toJSON' in Array.prototype ? 'Array' : undefined;
  if (patched === undefined) return;
  throw new SerializationError(
    subject,
    '',
    `a toJSON on ${patched}.prototype`,
    'none, as it would change what is stored',
  );
}

/** Knows the names of the classes whose instances may stand in a value. */
interface Names {
  nameOf(instance: object): string | undefined;
}

export class Encoder {
  types: Record<string, string> | undefined;
  readonly #path: (string | number)[] = [];
  readonly #ancestors: object[] = [];

  constructor(
    readonly subject: string,
    readonly values: Names,
  ) {}

  /** With `instance`, the value is an object whose class is not noted. Throws `SerializationError`. */
  text(value: unknown, instance: boolean): string {
    assertUnpatched(this.subject);
    try {
      return JSON.stringify(instance ? this.#instance(value) : this.#encode(value));
    } catch (cause) {
      if (cause instanceof SerializationError) throw cause;
      // A getter or a Proxy that throws, an object that only pretends to be a Map, a text too long for the engine.
      const found = `what cannot be read: ${cause instanceof Error ? cause.message : describe(cause)}`;
      const error = new SerializationError(this.subject, pointerTo(this.#path), found, encodable);
      error.cause = cause;
      throw error;
    }
  }

  #instance(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return this.#refuse(describe(value), 'an object');
    this.#enter(value);
    return this.#properties(value);
  }

  /** The plain form of `value`, which shares no object with it. */
  #encode(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (!Number.isFinite(value)) return this.#refuse(describe(value));
        return Object.is(value, -0) ? this.#note('-0', 0) : value;
      case 'bigint':
        return this.#note('bigint', value.toString());
      case 'undefined':
        return this.#note('undefined', null);
      case 'object': {
        if (value === null) return null;
        this.#enter(value);
        const plain = this.#object(value);
        this.#ancestors.pop();
        return plain;
      }
      default:
        return this.#refuse(describe(value));
    }
  }

  #enter(value: object): void {
    if (this.#ancestors.includes(value)) this.#refuse('a cycle');
    if (this.#ancestors.length === deepest) this.#refuse(`more than ${deepest} levels`);
    this.#ancestors.push(value);
  }

  #object(value: object): unknown {
    // Before its prototype is looked at, which anybody can change.
    if (Array.isArray(value)) return this.#array(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    switch (prototype) {
      case Object.prototype:
        return this.#properties(value);
      case null:
        return this.#note('null-prototype', this.#properties(value));
      case Date.prototype:
        return this.#date(this.#bare(value as Date));
      case Map.prototype:
        return this.#note('Map', this.#items([...this.#bare(value as Map<unknown, unknown>)]));
      case Set.prototype:
        return this.#note('Set', this.#items([...this.#bare(value as Set<unknown>)]));
      case Uint8Array.prototype:
      case Buffer.prototype:
        return this.#bytes(value as Uint8Array);
    }
    const name = this.values.nameOf(value);
    if (name === undefined)
      return this.#refuse(
        `an instance of ${className(value)}`,
        [encodable, howToRegister(value)].filter(Boolean).join(': '),
      );
    return this.#note(`.${name}`, this.#properties(value));
  }

  #date(value: Date): unknown {
    return Number.isNaN(value.getTime())
      ? this.#refuse('an invalid Date')
      : this.#note('Date', toISOString.call(value));
  }

  #bytes(value: Uint8Array): unknown {
    // Asking for the keys would make a text of each index.
    if (!isDeepStrictEqual(value, value.subarray())) {
      return this.#refuse(`a ${className(value)} with properties of its own`);
    }
    const { buffer, byteOffset, byteLength } = value;
    return this.#note('Uint8Array', Buffer.from(buffer, byteOffset, byteLength).toString('base64'));
  }

  #array(value: readonly unknown[]): unknown {
    if (Object.getPrototypeOf(value) !== Array.prototype) return this.#refuse(`an instance of ${className(value)}`);
    if (Object.hasOwn(value, 'toJSON')) return this.#refuse('an array with its own toJSON');
    // A hole and a property may make up for one another: `#items` finds the hole.
    if (Object.keys(value).length !== value.length) return this.#refuse('a sparse array, or one with properties');
    if (Object.getOwnPropertySymbols(value).length > 0) return this.#refuse('an array with a symbol as key');
    return this.#items(value);
  }

  #items(items: readonly unknown[]): unknown {
    // Each item is read once: an accessor, or a Proxy, may give another one the next time.
    const copy = [...items];
    for (let index = 0; index < copy.length; index += 1) {
      const item = copy[index];
      if (isPlain(item)) continue;
      if (item === undefined && !Object.hasOwn(items, index)) return this.#refuse('a sparse array');
      this.#path.push(index);
      copy[index] = this.#encode(item);
      this.#path.pop();
    }
    return copy;
  }

  #properties(value: object): unknown {
    const source = value as Record<string, unknown>;
    if (typeof source['toJSON'] === 'function') return this.#refuse('an object with its own toJSON');
    if (Object.getOwnPropertySymbols(value).length > 0) return this.#refuse('an object with a symbol as key');
    // Each property is read once, as each item is.
    const copy: Record<string, unknown> = { ...source };
    for (const key of Object.keys(copy)) {
      const property = copy[key];
      if (isPlain(property) && key !== '__proto__') continue;
      this.#path.push(key);
      if (key === '__proto__') return this.#refuse('a key named __proto__');
      copy[key] = this.#encode(property);
      this.#path.pop();
    }
    return copy;
  }

  /** Refuses properties of a built-in: they would be lost. */
  #bare<T extends object>(value: T): T {
    if (Reflect.ownKeys(value).length === 0) return value;
    return this.#refuse(`a ${className(value)} with properties of its own`);
  }

  #note<T>(kind: string, plain: T): T {
    this.types ??= {};
    this.types[pointerTo(this.#path)] = kind;
    return plain;
  }

  #refuse(found: string, wanted = encodable): never {
    throw new SerializationError(this.subject, pointerTo(this.#path), found, wanted);
  }
}

/** Whether JSON holds the properties of an object without a class as they are: none of them is an object. */
export function isPlainObject(value: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(value);
  return (
    keys.every((key) => isPlain(value[key]) && key !== '__proto__') && Object.getOwnPropertySymbols(value).length === 0
  );
}

/** Whether JSON holds the value as it is; most values are found here. */
function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    default:
      return value === null;
  }
}
