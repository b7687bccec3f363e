/**
 * From parsed JSON and its side note to the value that was written. Text and note come from a log that others may have
 * written too: a note that does not fit is refused, and nothing outside the value is ever touched or run.
 */
import { UnreadableEventError } from '../errors.ts';
import { describe } from '../shared/describe.ts';
import { pathOf } from './json-pointer.ts';
import type { ValueClasses } from './value.ts';

interface Note {
  readonly pointer: string;
  readonly path: readonly string[];
  readonly kind: string;
}

/**
 * Applies the notes to parsed JSON, which it changes in place: the deepest first, as a container is made last. `types`
 * is what the metadata holds as `$types`. Throws `UnreadableEventError`.
 */
export function restoreTypes(plain: unknown, types: unknown, subject: string, values?: ValueClasses): unknown {
  const restorer = new Restorer(subject, values);
  let root = plain;
  for (const note of notesOf(types, subject)) {
    const key = note.path[note.path.length - 1];
    if (key === undefined) {
      root = restorer.restore(root, note);
    } else {
      const holder = restorer.holder(root, note);
      holder[key] = restorer.restore(holder[key], note);
    }
  }
  return root;
}

function notesOf(types: unknown, subject: string): readonly Note[] {
  if (typeof types !== 'object' || types === null || Array.isArray(types)) {
    throw new UnreadableEventError(subject, `its side note is ${describe(types)}, wanted an object`);
  }
  const notes = Object.entries(types).map(([pointer, kind]: [string, unknown]): Note => {
    const path = pathOf(pointer);
    if (path !== undefined && typeof kind === 'string') return { pointer, path, kind };
    throw new UnreadableEventError(subject, `its side note says ${describe(kind)} of ${describe(pointer)}`);
  });
  return notes.length < 2 ? notes : notes.sort((a, b) => b.path.length - a.path.length);
}

class Restorer {
  constructor(
    readonly subject: string,
    readonly values: ValueClasses | undefined,
  ) {}

  /** What holds the value that a note names. */
  holder(root: unknown, note: Note): Record<string, unknown> {
    let holder = root;
    for (const [depth, key] of note.path.entries()) {
      // Of a parsed array, `length` is an own property too.
      const named = typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key);
      if (!named || (key === 'length' && Array.isArray(holder))) return this.#fail(note, 'the side note names nothing');
      if (depth < note.path.length - 1) holder = (holder as Record<string, unknown>)[key];
    }
    return holder as Record<string, unknown>;
  }

  restore(value: unknown, note: Note): unknown {
    switch (note.kind) {
      case 'Date': {
        const date = new Date(typeof value === 'string' ? value : Number.NaN);
        return Number.isNaN(date.getTime()) || date.toISOString() !== value ? this.#fail(note, 'no date') : date;
      }
      case 'bigint':
        return typeof value === 'string' && /^-?\d+$/.test(value) ? BigInt(value) : this.#fail(note, 'no bigint');
      case 'Map': {
        if (!isPairs(value)) return this.#fail(note, 'no pairs for a Map');
        const map = new Map(value);
        return map.size === value.length ? map : this.#fail(note, 'one key twice in a Map');
      }
      case 'Set': {
        if (!Array.isArray(value)) return this.#fail(note, 'no items for a Set');
        const set = new Set<unknown>(value);
        return set.size === value.length ? set : this.#fail(note, 'one item twice in a Set');
      }
      case 'Uint8Array': {
        const bytes = Buffer.from(typeof value === 'string' ? value : '', 'base64');
        return bytes.toString('base64') === value ? new Uint8Array(bytes) : this.#fail(note, 'no base64 text');
      }
      case 'undefined':
        return value === null ? undefined : this.#fail(note, 'something instead of undefined');
      case '-0':
        return value === 0 ? -0 : this.#fail(note, 'no zero');
      case 'null-prototype':
        return withPrototype(null, this.#object(value, note));
      default:
        return this.#instance(value, note);
    }
  }

  #instance(value: unknown, note: Note): unknown {
    if (!note.kind.startsWith('.')) return this.#fail(note, `the unknown kind ${describe(note.kind)}`);
    const plain = this.#object(value, note);
    if (this.values === undefined) return plain;
    const name = note.kind.slice(1);
    const prototype = this.values.prototypeOf(name);
    if (prototype === undefined) return this.#fail(note, `an instance of the unregistered @Value('${name}')`);
    return withPrototype(prototype, plain);
  }

  #object(value: unknown, note: Note): object {
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : this.#fail(note, 'no object');
  }

  #fail(note: Note, reason: string): never {
    throw new UnreadableEventError(this.subject, `${reason} at '${note.pointer}'`);
  }
}

/** A copy of `plain`'s own properties under another prototype. Runs no constructor, no setter, and is safe with a key `__proto__`. */
export function withPrototype(prototype: object | null, plain: object): object {
  return { __proto__: prototype, ...plain } as object;
}

function isPairs(value: unknown): value is readonly (readonly [unknown, unknown])[] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
}
