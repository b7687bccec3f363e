/**
 * Values to JSON text and back. What JSON lacks is written in its natural plain form, and a side note (RFC 6901 pointer
 * → kind) says where, so that any tool can read the text and we can restore the very same value. What could not be
 * restored is refused with its path, before anything is written. Two references to one object come back as two objects.
 */
import { SerializationError, UnreadableEventError } from '../errors.ts';
import { className, describe } from '../shared/describe.ts';
import { noValues, type ValueClasses } from './value.ts';

/** RFC 6901 pointer → kind: a built-in's name, or a dot and the name of a `@Value` class. */
export type TypeNotes = Readonly<Record<string, string>>;

export interface EncodedValue {
  readonly json: string;
  /** Absent when JSON holds everything. */
  readonly types?: TypeNotes;
}

const deepest = 1_000;
const encodable = 'a value of JSON, Date, bigint, Map, Set, Uint8Array, undefined or a registered class';

/**
 * Encodes `value`. With `instance`, its own class is not noted, as its reader knows it (an event, an aggregate).
 * `subject` names the value in a `SerializationError`.
 */
export function encodeValue(
  value: unknown,
  subject: string,
  values: ValueClasses = noValues,
  instance = false,
): EncodedValue {
  const encoder = new Encoder(subject, values);
  const plain = instance ? encoder.instance(value) : encoder.encode(value);
  const json = JSON.stringify(plain);
  return encoder.types === undefined ? { json } : { json, types: encoder.types };
}

class Encoder {
  types: Record<string, string> | undefined;
  readonly #path: (string | number)[] = [];
  readonly #ancestors: object[] = [];

  constructor(
    readonly subject: string,
    readonly values: ValueClasses,
  ) {}

  instance(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return this.#refuse(value, 'an object');
    return this.#inside(value, () => this.#properties(value));
  }

  /** The plain form of `value`: the same object where nothing in it needs another form. */
  encode(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        if (!Number.isFinite(value)) return this.#refuse(value);
        return Object.is(value, -0) ? this.#note('-0', 0) : value;
      case 'bigint':
        return this.#note('bigint', value.toString());
      case 'undefined':
        return this.#note('undefined', null);
      case 'object':
        return value === null ? null : this.#inside(value, () => this.#object(value));
      default:
        return this.#refuse(value);
    }
  }

  #object(value: object): unknown {
    if (Array.isArray(value)) return this.#array(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype) return this.#properties(value);
    if (prototype === null) return this.#note('null-prototype', this.#properties(value));
    if (prototype === Date.prototype) return this.#date(value as Date);
    if (prototype === Map.prototype) return this.#note('Map', this.#items([...(value as Map<unknown, unknown>)]));
    if (prototype === Set.prototype) return this.#note('Set', this.#items([...(value as Set<unknown>)]));
    if (prototype === Uint8Array.prototype || prototype === Buffer.prototype) return this.#bytes(value as Uint8Array);
    const name = this.values.nameOf(value);
    if (name === undefined) return this.#refuse(value);
    return this.#note(`.${name}`, this.#properties(value));
  }

  #date(value: Date): unknown {
    return Number.isNaN(value.getTime()) ? this.#refuse('an invalid Date') : this.#note('Date', value.toISOString());
  }

  #bytes({ buffer, byteOffset, byteLength }: Uint8Array): unknown {
    return this.#note('Uint8Array', Buffer.from(buffer, byteOffset, byteLength).toString('base64'));
  }

  #array(value: readonly unknown[]): unknown {
    if (Object.keys(value).length !== value.length) return this.#refuse('a sparse array, or one with properties');
    return this.#items(value);
  }

  #items(items: readonly unknown[]): unknown {
    let copy: unknown[] | undefined;
    for (let index = 0; index < items.length; index += 1) {
      this.#path.push(index);
      const encoded = this.encode(items[index]);
      this.#path.pop();
      if (encoded === items[index]) continue;
      copy ??= [...items];
      copy[index] = encoded;
    }
    return copy ?? items;
  }

  #properties(value: object): unknown {
    const source = value as Record<string, unknown>;
    if (typeof source['toJSON'] === 'function') return this.#refuse('an object with its own toJSON');
    if (Object.getOwnPropertySymbols(value).length > 0) return this.#refuse('an object with a symbol as key');
    let copy: Record<string, unknown> | undefined;
    for (const key of Object.keys(source)) {
      this.#path.push(key);
      if (key === '__proto__') return this.#refuse('a key named __proto__');
      const property = source[key];
      const encoded = this.encode(property);
      this.#path.pop();
      if (Object.is(encoded, property)) continue;
      copy ??= { ...source };
      copy[key] = encoded;
    }
    return copy ?? source;
  }

  #inside(value: object, encode: () => unknown): unknown {
    if (this.#ancestors.includes(value)) return this.#refuse('a cycle');
    if (this.#ancestors.length === deepest) return this.#refuse(`more than ${deepest} levels`);
    this.#ancestors.push(value);
    const encoded = encode();
    this.#ancestors.pop();
    return encoded;
  }

  #note<T>(kind: string, plain: T): T {
    this.types ??= {};
    this.types[pointerTo(this.#path)] = kind;
    return plain;
  }

  #refuse(found: unknown, wanted = encodable): never {
    const text = typeof found === 'string' ? found : describe(found);
    throw new SerializationError(this.subject, pointerTo(this.#path), text, wanted);
  }
}

/**
 * Restores what `encodeValue` wrote. Without `values`, instances of `@Value` classes come back as plain objects.
 * Throws `UnreadableEventError` where text and notes do not fit.
 */
export function decodeValue(
  json: string,
  types: TypeNotes | undefined,
  subject: string,
  values?: ValueClasses,
): unknown {
  let plain: unknown;
  try {
    plain = JSON.parse(json);
  } catch (cause) {
    throw new UnreadableEventError(subject, 'it is not JSON', { cause });
  }
  return types === undefined ? plain : restoreTypes(plain, types, subject, values);
}

/** Applies the notes to parsed JSON, which it changes in place: the deepest first, as a container is made last. */
export function restoreTypes(plain: unknown, types: TypeNotes, subject: string, values?: ValueClasses): unknown {
  const root = { '': plain };
  const notes = Object.entries(types).map(([pointer, kind]) => ({ path: pathOf(pointer), pointer, kind }));
  notes.sort((a, b) => b.path.length - a.path.length);
  for (const { path, pointer, kind } of notes) {
    const fail = (reason: string): never => {
      throw new UnreadableEventError(subject, `${reason} at '${pointer}'`);
    };
    let holder: Record<string, unknown> = root;
    for (const key of path.slice(0, -1)) {
      const next = Object.hasOwn(holder, key) ? holder[key] : undefined;
      if (typeof next !== 'object' || next === null) return fail('the side note names nothing');
      holder = next as Record<string, unknown>;
    }
    const last = path[path.length - 1] ?? '';
    if (!Object.hasOwn(holder, last)) return fail('the side note names nothing');
    holder[last] = restore(holder[last], kind, fail, values);
  }
  return root[''];
}

function restore(value: unknown, kind: string, fail: (reason: string) => never, values?: ValueClasses): unknown {
  switch (kind) {
    case 'Date': {
      const date = new Date(typeof value === 'string' ? value : Number.NaN);
      return Number.isNaN(date.getTime()) ? fail('no date') : date;
    }
    case 'bigint':
      return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : fail('no bigint');
    case 'Map':
      return isPairs(value) ? new Map(value) : fail('no pairs for a Map');
    case 'Set':
      return Array.isArray(value) ? new Set(value) : fail('no items for a Set');
    case 'Uint8Array':
      return typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : fail('no base64 text');
    case 'undefined':
      return undefined;
    case '-0':
      return -0;
    case 'null-prototype':
      return isObject(value) ? withPrototype(null, value) : fail('no object');
    default:
      return restoreInstance(value, kind, fail, values);
  }
}

function restoreInstance(
  value: unknown,
  kind: string,
  fail: (reason: string) => never,
  values?: ValueClasses,
): unknown {
  if (!kind.startsWith('.')) return fail(`the unknown kind ${describe(kind)}`);
  if (!isObject(value)) return fail(`no object for ${kind.slice(1)}`);
  if (values === undefined) return value;
  const prototype = values.prototypeOf(kind.slice(1));
  return prototype === undefined
    ? fail(`an instance of the unregistered @Value('${kind.slice(1)}')`)
    : withPrototype(prototype, value);
}

/** A copy of `plain`'s own properties under another prototype. Runs no constructor, no setter, and is safe with a key `__proto__`. */
export function withPrototype(prototype: object | null, plain: object): object {
  return { __proto__: prototype, ...plain } as object;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && className(value) === 'Object';
}

function isPairs(value: unknown): value is readonly (readonly [unknown, unknown])[] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
}

function pointerTo(path: readonly (string | number)[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The keys from an extra holder around the root (whose key is '') down to the value. */
function pathOf(pointer: string): readonly string[] {
  return pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
